"""How do tests run commands? In this process, with what was printed and how it ended."""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from thread.cli.app import app
from thread.cli.exits import Exit
from thread.samples import Sample, generate
from thread.service import load_sample


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed and how it ended."""

    exit: Exit
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``thread`` with these words, on a terminal of 100 columns, with no settings from outside."""
    import os

    for name in [name for name in os.environ if name.startswith("THREAD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")

    def command(*words: object, stdin: str = "") -> Done:
        out, err = io.StringIO(), io.StringIO()
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        return Done(Exit(ended.value.code or 0), out.getvalue(), err.getvalue())

    return command


@pytest.fixture(scope="session")
def sample() -> Sample:
    return generate("demo")


@pytest.fixture(scope="session")
def plant(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample plant; tests read it, those that write copy it."""
    directory = tmp_path_factory.mktemp("plant") / "store"
    load_sample(sample, directory)
    return directory
