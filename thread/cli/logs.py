"""Where do log lines go? To stderr, so that answers stay clean; warnings only, unless a service runs."""

import logging
import sys


def log_to_stderr(level: int = logging.WARNING) -> None:
    """Log from a level on: readable on a terminal, one JSON object a line elsewhere."""
    import structlog

    shown: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        shown.append(structlog.dev.ConsoleRenderer(colors=False))
    else:
        shown += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=shown,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
