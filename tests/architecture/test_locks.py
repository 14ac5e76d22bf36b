"""Is every dependency pinned by hash, and does nothing in the locks name a place?"""

import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT

LOCKS = ("build", "runtime", "dev")


def pins(name: str) -> dict[str, set[str]]:
    """Normalised package -> pinned versions (several where markers differ), each with at least one hash."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    logical = re.sub(r" \\\n\s*", " ", text)
    found: dict[str, set[str]] = {}
    for line in logical.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        pin = re.fullmatch(r"([\w.-]+)==([\w.+!-]+)(?: ; [^#]+?)?(?: --hash=sha256:[0-9a-f]{64})+", line.strip())
        assert pin, f"{name}.txt: {line[:80]}"
        found.setdefault(normal(pin[1]), set()).add(pin[2])
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\s\[;<>=!~]", each, maxsplit=1)[0]) for each in requirements}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_by_hash_and_no_index_is_named(name: str) -> None:
    assert pins(name)
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    assert re.findall(r"://|^-|--(?!hash)| @ ", text, re.MULTILINE) == []


def test_the_locks_hold_all_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert named(project["dependencies"]) <= set(pins("runtime"))
    assert named(extras["dev"]) - {"digital-thread"} | named(extras["check"] + extras["parquet"]) <= set(pins("dev"))
    build = (ROOT / "requirements" / "build.in").read_text("utf-8")
    assert named([line for line in build.splitlines() if not line.startswith("#")]) <= set(pins("build"))


def test_the_locks_agree_with_each_other() -> None:
    dev = pins("dev")
    for name in ("build", "runtime"):
        assert {package: versions for package, versions in pins(name).items() if dev.get(package) != versions} == {}


def test_continuous_integration_runs_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert "make test" in script.read_text("utf-8")
    assert script.stat().st_mode & 0o100
    assert Path(ROOT / "Makefile").read_text("utf-8").count("--require-hashes") == 2
