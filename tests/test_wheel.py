"""Is the wheel whole? Built, installed where no checkout is, and asked."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from thread import __version__

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = {"ontology": ".ttl", "schema": ".graphql", "examples": ".yaml"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``thread`` of a fresh environment that holds the wheel; dependencies are lent by this one."""
    home = tmp_path_factory.mktemp("fresh") / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "thread"


def ask(command: Path, *words: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("THREAD_", "PYTHON"))}
    done = subprocess.run([command, *words], cwd=command.parent, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_wheel_holds_what_is_read_at_run_time(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "thread/py.typed" in names
    for folder, suffix in SHIPPED.items():
        wanted = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob(f"*{suffix}")}
        assert wanted
        assert {f"thread/_shipped/{name}" for name in wanted} <= set(names)
    web = {path.relative_to(ROOT).as_posix() for path in (ROOT / "thread" / "web").rglob("*") if path.is_file()}
    assert {name for name in web if "__pycache__" not in name} <= set(names)
    assert [name for name in names if "test" in name.split("/")[0]] == []


@pytest.mark.slow
def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    assert f"Name: {project['name']}\nVersion: {__version__}\n" in metadata
    assert "License-Expression: Apache-2.0" in metadata
    assert metadata.count("Requires-Dist: ") >= len(project["dependencies"])


@pytest.mark.slow
def test_the_installed_command_answers_without_the_checkout(installed: Path) -> None:
    assert "impact" in ask(installed, "--help")
    assert ask(installed, "--version") == f"thread {__version__}\n"
    assert ask(installed, "schema") == (ROOT / "schema" / "thread.graphql").read_text("utf-8")
    assert "WorkOrder" in ask(installed, "schema", "kinds")


@pytest.mark.slow
def test_the_installed_command_makes_and_answers_the_sample(installed: Path) -> None:
    ask(installed, "demo", "--load-only", "--store", "plant")
    assert "sound" in ask(installed, "verify", "--store", "plant")
