"""What do all commands share? The store that is meant, times, output, and how an error is said."""

import json
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec

from thread.cli.exits import Exit, exit_of
from thread.errors import InputError, StoreError, ThreadError

if TYPE_CHECKING:
    from thread.config import Settings
    from thread.service import Context, Service

P = ParamSpec("P")
SAMPLE: Final = ".demo"
"""Where `thread demo` makes its plant unless told otherwise."""
_PATIENCE_MS: Final = 60_000
"""The first impact on a machine compiles kernels for some seconds."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The two times of a question as they were typed; None: now, and the latest revision."""

    at: str | None = None
    known: str | None = None

    def instants(self) -> tuple[int | None, int | None]:
        """Both as instants.

        Raises:
            InputError: ``bad-time``.
        """
        return (None if self.at is None else instant(self.at), None if self.known is None else instant(self.known))

    def as_input(self) -> dict[str, str] | None:
        """Both as GraphQL's ``AsOfInput``; None where neither is given."""
        from thread.clock import to_text

        found = zip(("validAt", "knownAt"), self.instants(), strict=True)
        return {name: to_text(moment) for name, moment in found if moment is not None} or None


def instant(text: str) -> int:
    """The instant that was typed. A date alone is its first moment, and no offset means UTC.

    Raises:
        InputError: ``bad-time``.
    """
    from datetime import UTC

    from thread.clock import parse_instant

    return parse_instant(text, UTC)


def settings_of(store: str | None, **given: Any) -> "Settings":
    """Settings with the store of the command line, the environment, or ``.thread``."""
    from thread.cli.logs import log_to_stderr
    from thread.config import Settings

    log_to_stderr()
    return Settings.load(store=store, **given)


def patient_settings(store: str | None) -> "Settings":
    """Settings for one question: a person at a terminal waits longer than a page does, unless told otherwise."""
    settings = settings_of(store)
    told = "deadline_ms" in settings.model_fields_set
    return settings if told else settings.model_copy(update={"deadline_ms": _PATIENCE_MS})


def require_store(settings: "Settings") -> None:
    """Raise ``bad-config`` where there is no store to read."""
    if settings.directory is not None and not settings.directory.is_dir():
        sample = (Path(SAMPLE) / "journal.sqlite").exists() and settings.store != SAMPLE
        raise InputError(
            f"There is no store in {settings.store}.",
            code="bad-config",
            hint=f"The sample plant is in {SAMPLE}: add --store {SAMPLE}, or set THREAD_STORE."
            if sample
            else "Try `thread demo`, or bring your tables in with `thread import`; --store names another directory.",
        )


@contextmanager
def reading(store: str | None, as_of: AsOf | None = None) -> "Iterator[tuple[Service, Context]]":
    """A service that reads beside whoever writes, and the context of the question.

    Raises:
        InputError: ``bad-config``: there is no store.
    """
    settings = patient_settings(store)
    require_store(settings)
    from thread.service import open_service

    service = open_service(settings, read_only=True)
    try:
        valid_at, known_at = (as_of or AsOf()).instants()
        yield service, service.context(valid_at=valid_at, known_at=known_at)
    finally:
        service.close()


def say(text: str = "") -> None:
    """Write a line of the answer."""
    sys.stdout.write(text + "\n")


def remark(text: str) -> None:
    """Write a line that is not part of the answer."""
    sys.stderr.write(text + "\n")


def say_json(value: object) -> None:
    """Write an answer for programs: one JSON document, keys in the order of the schema."""
    say(json.dumps(value, ensure_ascii=False, indent=2))


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        InputError: ``bad-file``: it cannot be read, or is no UTF-8 text.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(
            f"{path} cannot be read: {reason}.", code="bad-file", hint="Name a text file, or - ."
        ) from error


def write_report(path: Path, text: str) -> None:
    """Write a report file.

    Raises:
        StoreError: ``store-failed``: the file cannot be written.
    """
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}.", hint="Name another file.") from error


def ending(command: Callable[P, Exit | None]) -> Callable[P, None]:
    """A command whose errors are said as ``code: sentence hint`` and end with the code of the table."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs) or Exit.OK
            sys.stdout.flush()
        except ThreadError as error:
            remark(str(error))
            code = exit_of(error)
        except KeyboardInterrupt:
            code = Exit.INTERRUPTED
        except BrokenPipeError:  # the reader of our output has seen enough, e.g. head
            code = Exit.OK
            sys.stdout = open("/dev/null", "w")  # noqa: SIM115, PTH123  the interpreter flushes it at exit
        except Exception as error:
            remark(f"fault: {type(error).__name__}: {error} Please report this; set THREAD_TRACE=1 for the details.")
            _trace(error)
            code = Exit.FAULT
        raise SystemExit(int(code))

    return run


def _trace(error: Exception) -> None:
    import os

    if os.environ.get("THREAD_TRACE"):
        traceback.print_exception(error)
