"""Does the image keep its promises? There is no engine here: the files are linted and read."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from thread.config import Settings

ROOT = Path(__file__).resolve().parents[1]


def instructions() -> list[tuple[str, str]]:
    """Instructions of the Dockerfile as (word, rest), continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1].strip()) for line in lines]


def final_stage() -> list[tuple[str, str]]:
    found = instructions()
    last = max(at for at, (word, _) in enumerate(found) if word == "FROM")
    return found[last:]


def compose() -> dict[str, Any]:
    service: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["thread"]
    return service


@pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="the lint program ships for Linux on x86-64 only"
)
def test_the_dockerfile_passes_its_lint() -> None:
    lint = Path(sys.executable).with_name("hadolint")
    found = shutil.which(lint) or shutil.which("hadolint")
    assert found, "hadolint is in requirements/dev.txt"
    done = subprocess.run([found, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_the_service_runs_as_an_unprivileged_user() -> None:
    users = [rest for word, rest in final_stage() if word == "USER"]
    assert users == ["10001:10001"] == [compose()["user"]]
    assert [word for word, _ in final_stage()].index("USER") > max(
        at for at, (word, _) in enumerate(final_stage()) if word in ("RUN", "COPY")
    )


def test_only_locked_dependencies_enter_the_image() -> None:
    installs = [rest for word, rest in instructions() if word == "RUN" and "pip install" in rest]
    assert installs
    for install in installs:
        words = shlex.split(install.replace("&&", " "))
        assert "--require-hashes" in words or {"--no-deps", "--no-build-isolation", "."} <= set(words)


def test_every_copied_path_is_in_the_checkout_and_let_through() -> None:
    allowed = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for word, rest in instructions():
        if word != "COPY" or rest.startswith("--from"):
            continue
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert any(Path(source).match(line.removeprefix("!")) for line in allowed if line.startswith("!")), source


def test_whatever_the_wheel_ships_is_copied() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = {source for word, rest in instructions() if word == "COPY" for source in rest.split()[:-1]}
    assert {*wheel["packages"], *wheel["force-include"]} <= copied


def test_the_root_file_system_is_read_only_and_the_data_is_a_volume() -> None:
    service = compose()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    volumes = dict(entry.split(":") for entry in service["volumes"])
    assert volumes == {"store": "/data"}
    assert ("VOLUME", '["/data"]') in final_stage()


def test_everything_that_is_written_lies_in_the_volume() -> None:
    variables = dict(pair.split("=", 1) for word, rest in final_stage() if word == "ENV" for pair in rest.split())
    assert variables["THREAD_STORE"].startswith("/data/")
    assert variables["PYTHONDONTWRITEBYTECODE"] == "1"


def test_the_health_check_asks_the_address_at_which_the_service_listens() -> None:
    checks = [rest for word, rest in final_stage() if word == "HEALTHCHECK"]
    port = Settings.model_fields["port"].default
    assert len(checks) == 1
    assert f"http://127.0.0.1:{port}/healthz" in checks[0]
    assert compose()["environment"] == {"THREAD_HOST": "127.0.0.1", "THREAD_PORT": str(port)}


def test_the_service_is_not_published_beyond_loopback() -> None:
    service = compose()
    assert "ports" not in service
    assert service["network_mode"] == "host"


def test_a_stop_leaves_time_to_close_the_store() -> None:
    assert ("STOPSIGNAL", "SIGTERM") in final_stage()
    assert compose()["init"] is True
    assert int(compose()["stop_grace_period"].removesuffix("s")) > 10


def profile() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return whole


@pytest.mark.parametrize("name", ["thread-on-neo4j", "neo4j"])
def test_what_the_profile_starts_is_limited_checked_and_kept(name: str) -> None:
    service = profile()["services"][name]
    assert service["profiles"] == ["neo4j"]
    assert {"healthcheck", "mem_limit", "pids_limit", "user", "volumes", "stop_grace_period"} <= set(service)
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert {entry.split(":")[0] for entry in service["volumes"]} <= set(profile()["volumes"])


def test_the_password_comes_from_the_environment_and_stands_in_no_file() -> None:
    whole = profile()
    assert whole["secrets"] == {"neo4j_auth": {"environment": "THREAD_NEO4J_AUTH"}}
    variables = {name: whole["services"][name]["environment"] for name in ("thread-on-neo4j", "neo4j")}
    assert variables["thread-on-neo4j"]["THREAD_NEO4J_AUTH_FILE"] == variables["neo4j"]["NEO4J_AUTH_FILE"]
    assert not any("PASSWORD" in name or name == "NEO4J_AUTH" for held in variables.values() for name in held)


def test_neo4j_listens_on_loopback_at_the_port_that_the_service_asks_and_is_up_before_it() -> None:
    services = profile()["services"]
    assert all(entry.startswith("127.0.0.1:") for entry in services["neo4j"]["ports"])
    assert services["thread-on-neo4j"]["environment"]["THREAD_STORE"] == "neo4j://127.0.0.1:7687/neo4j"
    assert services["thread-on-neo4j"]["depends_on"] == {"neo4j": {"condition": "service_healthy"}}


def test_the_server_of_the_tests_is_of_the_version_of_the_image() -> None:
    from tools.neo4j.server import version

    image = profile()["services"]["neo4j"]["image"]
    assert image == f"neo4j:{'.'.join(version().split('.')[:2])}-community"


def test_the_profile_does_not_disturb_the_embedded_service() -> None:
    services = profile()["services"]
    ports = [services[name]["environment"]["THREAD_PORT"] for name in ("thread", "thread-on-neo4j")]
    assert len(set(ports)) == 2
    assert f":{ports[1]}/readyz" in " ".join(services["thread-on-neo4j"]["healthcheck"]["test"])
    assert "profiles" not in services["thread"]
