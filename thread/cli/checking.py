"""Which rules does the current state break? ``thread check``, and the line after an import."""

import sys
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Final

from thread.cli.exits import Exit
from thread.cli.frame import require_store, say, say_json, settings_of
from thread.cli.tables import plural

if TYPE_CHECKING:
    from thread.ontology.rules import RuleReport

_AFTER_IMPORT: Final = {"shacl": 500_000, "pyshacl": 10_000}
"""Triples up to which an import is followed by a check: about a second."""


def check(store: str | None, *, first: int, as_json: bool) -> Exit:
    """Check the rules; NO where one is violated, a warning is none."""
    from thread.service import open_service

    settings = settings_of(store)
    require_store(settings)
    service = open_service(settings, read_only=settings.directory is not None)
    try:
        report = service.check_rules()
    finally:
        service.close()
    if as_json:
        say_json(_document(report))
    else:
        for line in _lines(report, first):
            say(line)
    return Exit.NO if report.violations else Exit.OK


def note_after_import(store: str | None) -> None:
    """Say on stderr how many rules are broken, where that can be told in a moment; never fails an import."""
    from thread.ontology.rules import engine
    from thread.service import open_service

    settings, by = settings_of(store), engine()
    if by is None or settings.directory is None:
        return
    service = open_service(settings, read_only=True)
    try:
        info = service.info()
        if info.links + info.attributes + info.entities > _AFTER_IMPORT[by]:
            return
        report = service.check_rules()
    finally:
        service.close()
    if report.breaches:
        sys.stderr.write(f"{_summary(report)}; thread check lists them\n")


def _summary(report: "RuleReport") -> str:
    warned = len(report.breaches) - report.violations
    return f"rules over the whole graph: {report.violations:,} violated, {warned:,} warned"


def _lines(report: "RuleReport", first: int) -> Iterator[str]:
    for focus, breaches in groupby(report.breaches[:first], lambda breach: breach.focus):
        yield focus
        for breach in breaches:
            yield f"  {breach.severity.lower()} {breach.rule}: {breach.message}"
    if len(report.breaches) > first:
        yield f"and {len(report.breaches) - first:,} more; --first lists them"
    if not report.breaches:
        yield f"no rule is broken ({plural(report.triples, 'triple')}, by {report.engine})"
    else:
        yield _summary(report)


def _document(report: "RuleReport") -> dict[str, object]:
    return {
        "engine": report.engine,
        "triples": report.triples,
        "violations": report.violations,
        "breaches": [
            {"entity": b.focus, "rule": b.rule, "severity": b.severity, "message": b.message} for b in report.breaches
        ],
    }
