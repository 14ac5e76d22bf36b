"""How do tables come in from a terminal, and how is a run taken back? By this process, or by the one that writes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from thread.cli.exits import Exit
from thread.cli.frame import require_store, say, say_json, settings_of, write_report
from thread.cli.tables import plural

if TYPE_CHECKING:
    from thread.facts import ChangeSet
    from thread.service import ImportOutcome, Outcome, Service

_BAR: Final = 30


@contextmanager
def writing(
    store: str | None, *, only_read: bool = False
) -> "Iterator[tuple[Service, Callable[[ChangeSet], Outcome]]]":
    """A service, and what commits: itself, or the server that holds the store.

    Raises:
        StoreError: ``store-locked``: a process without an address holds it.
    """
    from thread.cli.remote import sender_to
    from thread.service import open_service

    settings = settings_of(store)
    if only_read and settings.directory is not None and not settings.directory.is_dir():
        settings = settings_of("memory:")  # a plan against nothing makes nothing
    send = sender_to(settings.directory) if settings.directory is not None else None
    service = open_service(settings, read_only=send is not None or (only_read and settings.directory is not None))
    try:
        yield service, send or service.commit
    finally:
        service.close()


def import_(
    mapping: Path,
    folder: Path,
    store: str | None,
    *,
    plan: bool,
    strict: bool,
    file: Path | None,
    as_json: bool,
    align: tuple[str, ...] = (),
    lenient: bool = False,
    quarantine: Path | None = None,
) -> Exit:
    """Import the tables or RDF files of a folder, or one RDF file; NO where rows were refused."""
    from thread.ingest.history import is_history
    from thread.service.importing import RdfOptions
    from thread.worker import format_of

    if format_of(mapping.name) and is_history(mapping):
        from thread.cli.exporting import restore

        return restore(mapping, store, plan=plan, as_json=as_json)
    rdf = RdfOptions(align, lenient)
    with writing(store, only_read=plan) as (service, commit), _progress() as progress:
        done = service.import_(
            mapping, folder, plan_only=plan, strict=strict, commit=commit, progress=progress, rdf=rdf
        )
    report = done.plan.report
    if done.outcome is not None and done.outcome.effective:
        from thread.cli.checking import note_after_import

        note_after_import(store)
    if quarantine is not None:
        from thread.ingest.quarantine import write_quarantine

        kept = write_quarantine(done.plan.mapping, mapping, folder, done.plan.refused, quarantine)
    if file is not None:
        write_report(file, report.to_json() if file.suffix == ".json" else report.to_csv())
    if as_json:
        say_json(_document(done))
    else:
        for line in lines(done, planned=plan, file=file):
            say(line)
        if quarantine is not None:
            say(f"refused rows in {kept[0]}: mend them, then import it" if kept else "no rows for the quarantine")
    return Exit.NO if report.rejected_rows else Exit.OK


def lines(done: "ImportOutcome", *, planned: bool, file: Path | None) -> Iterator[str]:
    """What an import read, refused and changed, as it is printed."""
    plan, outcome = done.plan, done.outcome
    yield from plan.report.to_table().rstrip("\n").splitlines()
    yield ""
    changes = [
        f"{plan.asserted:,} new",
        f"{plan.repeated:,} said before",
        *([f"{plan.ended:,} ended"] if plan.ended else []),
        *([f"{plan.retracted:,} withdrawn"] if plan.retracted else []),
    ]
    yield f"{plural(plan.report.facts, 'fact')}: {', '.join(changes)}"
    if planned:
        yield "planned only, nothing was changed"
    elif outcome is None:
        yield f"nothing was brought in: --strict, and {plural(plan.report.rejected_rows, 'row')} refused"
    elif not outcome.effective:
        yield f"nothing new; still at revision {outcome.revision.ordinal}"
    else:
        yield f"revision {outcome.revision.ordinal}, run {plan.run}"
    if file is not None:
        yield f"report in {file}"


def _document(done: "ImportOutcome") -> dict[str, object]:
    plan, outcome = done.plan, done.outcome
    return {
        "run": plan.run,
        "committed": outcome is not None and outcome.effective,
        "revision": str(outcome.revision.ordinal) if outcome is not None else None,
        "facts": {
            "new": plan.asserted,
            "repeated": plan.repeated,
            "ended": plan.ended,
            "retracted": plan.retracted,
        },
        "report": plan.report.to_dict(),
    }


def retract(run: str, store: str | None, *, as_json: bool) -> Exit:
    """Take a run back.

    Raises:
        NotFound: no revision belongs to this run.
    """
    require_store(settings_of(store))
    with writing(store) as (service, commit):
        outcome = service.retract_run(run, f"retract-{run}-{uuid4().hex[:8]}", commit=commit)
    if as_json:
        say_json({"run": run, "committed": outcome.effective, "revision": str(outcome.revision.ordinal)})
    elif outcome.effective:
        facts = plural(outcome.counts.get("retracted", 0), "fact")
        say(f"run {run} taken back: {facts}, revision {outcome.revision.ordinal}")
    else:
        say(f"run {run} had been taken back before; still at revision {outcome.revision.ordinal}")
    return Exit.OK


@contextmanager
def _progress() -> "Iterator[Callable[[int, int], None] | None]":
    """A bar on a terminal's stderr; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        now = _BAR * done // max(total, 1)
        if now != shown:
            shown = now
            sys.stderr.write(f"\r[{'#' * now}{'.' * (_BAR - now)}] {done:,} of {total:,} bytes")
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
