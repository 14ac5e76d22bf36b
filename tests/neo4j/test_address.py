"""Where is the database, and who asks? Without a server."""

from pathlib import Path

import pytest

from thread.errors import InputError
from thread.stores.neo4j.connection import Address


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "PASSWORD", "AUTH_FILE"):
        monkeypatch.delenv(f"THREAD_NEO4J_{name}", raising=False)


def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREAD_NEO4J_PASSWORD", "p/w@1")
    found = Address.read("neo4j://plant.example")
    assert (found.url, found.database, found.user, found.password) == (
        "neo4j://plant.example:7687",
        "neo4j",
        "neo4j",
        "p/w@1",
    )


def test_an_address_may_hold_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREAD_NEO4J_PASSWORD", "other")
    found = Address.read("neo4j+s://thread:p%40ss@[::1]:7688/plant")
    assert found == Address("neo4j+s://[::1]:7688", "plant", "thread", "p@ss")


def test_a_file_holds_them_as_the_image_of_neo4j_reads_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "auth").write_text("neo4j/with/slash\n")
    monkeypatch.setenv("THREAD_NEO4J_AUTH_FILE", str(tmp_path / "auth"))
    assert Address.read("bolt://localhost").password == "with/slash"


def test_the_password_is_never_shown() -> None:
    found = Address.read("neo4j://thread:geheim@localhost")
    assert "geheim" not in f"{found} {found!r}"


@pytest.mark.parametrize("address", ["neo4j://localhost", "neo4j://:pw@", "neo4j://u:secret@host:no/db"])
def test_what_is_missing_is_said_without_what_is_secret(address: str) -> None:
    with pytest.raises(InputError) as caught:
        Address.read(address)
    assert caught.value.code == "bad-config"
    assert "secret" not in str(caught.value)
