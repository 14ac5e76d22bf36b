"""A real server on a free loopback port, over a plant that tests may change."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.types import ASGIApp

from tests.api.changing import open_client
from tests.api.demo import open_sample
from thread.api.app import create_app
from thread.client import Client
from thread.samples import generate
from thread.service import Service


@contextmanager
def listening(app: ASGIApp) -> Iterator[str]:
    """The address at which an application is served, in a thread of this process."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of the small plant that everyone may change."""
    plant = open_client("memory:")
    with listening(plant.app) as url, Client(url) as made:
        yield made
    plant.service.close()


@pytest.fixture(scope="package")
def sample_service() -> Iterator[Service]:
    """The sample plant; nobody changes it."""
    service = open_sample(generate("demo"), "memory:")
    yield service
    service.close()


@pytest.fixture(scope="package")
def sample(sample_service: Service) -> Iterator[Client]:
    """A client of the sample plant."""
    with listening(create_app(sample_service)) as url, Client(url) as made:
        yield made
