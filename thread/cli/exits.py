"""How does a command end? One table of exit codes, and which error ends with which."""

from enum import IntEnum
from typing import Final

from thread.errors import ThreadError


class Exit(IntEnum):
    """Exit codes; from 64 on they mean what ``sysexits.h`` says."""

    def __new__(cls, value: int, meaning: str = "") -> "Exit":
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    meaning: str
    OK = 0, "done; the answer is complete"
    NO = 1, "the answer is no, or cut: nothing by that name, rows were refused, derived data differs from the log"
    USAGE = 2, "the command line is wrong"
    DATA = 65, "a file, mapping, query, time or reference is not what it should be"
    UNAVAILABLE = 69, "a server does not answer, or the port is taken"
    FAULT = 70, "a fault of ours; please report it with the text on stderr"
    DISK = 74, "the store is full, damaged, newer than this program, or cannot be read"
    LOCKED = 75, "another process writes to the store or has changed it; try again"
    CONFIG = 78, "a setting or the ontology is wrong or not allowed, or there is no store yet"
    INTERRUPTED = 130, "stopped by Ctrl-C"


_BY_CODE: Final[dict[str, Exit]] = {
    "not-found": Exit.NO,
    "bad-config": Exit.CONFIG,
    "bad-ontology": Exit.CONFIG,
    "conflict": Exit.LOCKED,
    "store-locked": Exit.LOCKED,
    "store-damaged": Exit.DISK,
    "store-newer": Exit.DISK,
    "store-full": Exit.DISK,
    "store-failed": Exit.DISK,
    "unavailable": Exit.UNAVAILABLE,
    "unsupported": Exit.CONFIG,
    "forbidden": Exit.CONFIG,
    "fault": Exit.FAULT,
}
"""Error code -> how the command ends; codes that are not listed end with DATA."""


def exit_of(error: ThreadError) -> Exit:
    """How a command ends that met this error.

    >>> from thread.errors import NotFound
    >>> exit_of(NotFound("nothing there"))
    <Exit.NO: 1>
    """
    return exit_of_code(error.code)


def exit_of_code(code: str) -> Exit:
    """How a command ends that met an error with this code."""
    return _BY_CODE.get(code, Exit.DATA)


def table() -> str:
    """The exit codes as the Markdown table of README.md."""
    rows = [f"| {code.value} | {code.meaning} |" for code in Exit]
    return "\n".join(["| exit | meaning |", "|---|---|", *rows])
