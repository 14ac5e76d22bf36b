"""Where do notes of the service go? Where the program that uses it says by structlog; else to standard error."""

import sys
from typing import Any

import structlog


class Log:
    """The notes of one part. Standard output belongs to the answers of whoever calls us."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, level: str) -> Any:
        if structlog.is_configured():
            return getattr(structlog.get_logger(self._name), level)
        return getattr(structlog.wrap_logger(structlog.WriteLogger(sys.stderr)), level)


def log_of(name: str) -> Log:
    """The log of a part, by its name."""
    return Log(name)
