"""How does everything leave by a terminal? ``thread export``, and the history that comes back."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, remark, say, say_json, settings_of
from thread.cli.tables import plural
from thread.errors import InputError, known_near

if TYPE_CHECKING:
    from thread.service import Context, Service

FORMATS: Final = {
    "ttl": "Turtle",
    "nq": "N-Quads",
    "jsonld": "JSON-LD",
    "graphml": "GraphML",
    "json": "node-link JSON",
    "csv": "a folder of CSV",
    "parquet": "a folder of Parquet",
}
"""By the ending of a file, or ``--format``."""
_RDF: Final = frozenset({"ttl", "nq", "jsonld"})
_FOLDERS: Final = frozenset({"csv", "parquet"})


def export(
    target: str,
    store: str | None,
    as_of: AsOf,
    *,
    form: str | None,
    kinds: Iterable[str],
    history: bool,
) -> Exit:
    """Write a view, or the whole log, to a file, a folder or standard output.

    Raises:
        InputError: a format that is not known, or that cannot hold what is asked for.
    """
    form = _format(target, form)
    chosen = tuple(kinds)
    if history and (form not in _RDF or chosen or as_of.at):
        wrong = "--kind" if chosen else "--at" if as_of.at else f"the format {form}"
        hint = "A history is whole, in ttl, nq or jsonld; --known cuts it at a revision."
        raise InputError(f"--history does not go with {wrong}.", hint=hint)
    if form in _FOLDERS and target == "-":
        raise InputError(f"{form} is written to a folder.", hint=f"Name one: thread export plant --format {form}.")
    with reading(store, as_of) as (service, context):
        _write(service, context, target, form, chosen, history=history)
    return Exit.OK


def _write(
    service: "Service", context: "Context", target: str, form: str, kinds: tuple[str, ...], *, history: bool
) -> None:
    from thread.export.writing import write_csv, write_file, write_parquet, write_stdout

    if form in _FOLDERS:
        tables = service.export_tables(context, kinds)
        (write_csv if form == "csv" else write_parquet)(Path(target), tables)
        if tables.left_out:
            remark(f"left out: {plural(tables.left_out, 'fact')} of entities that no source describes; RDF holds them")
    else:
        texts = service.export_history(context, form) if history else service.export(context, form, kinds)
        if target == "-":
            write_stdout(texts)
            return
        write_file(Path(target), texts)
    remark(f"{FORMATS[form]} in {target}")


def _format(target: str, form: str | None) -> str:
    ending = target.rpartition(".")[2].lower()
    found = form or (ending if ending in FORMATS else "ttl" if target == "-" else "")
    if found not in FORMATS:
        listed = ", ".join(f"{name} ({what})" for name, what in FORMATS.items())
        wrong = f'"{form}" is no format' if form else f"{target} does not say its format"
        raise InputError(f"{wrong}.", hint=known_near(found or ending, FORMATS, "formats") + f" All: {listed}.")
    return found


def restore(file: Path, store: str | None, *, plan: bool, as_json: bool) -> Exit:
    """Make a store of an exported history."""
    from thread.service.restoring import restore as run

    settings = settings_of(store)

    def tell(ordinal: int) -> None:
        if sys.stderr.isatty() and ordinal % 50 == 0:
            remark(f"{ordinal} revisions")

    found = run(file, settings.store, tell, plan_only=plan)
    if as_json:
        say_json(
            {
                "revision": str(found.revision.ordinal),
                "facts": found.facts,
                "already": found.already,
                "committed": not plan and found.already < found.revision.ordinal,
                "sameDigests": found.same_digests,
            }
        )
        return Exit.OK
    made = found.revision.ordinal - found.already
    if plan:
        revisions, facts = plural(found.revision.ordinal, "revision"), plural(found.facts, "fact")
        say(f"{file.name} is a whole history: {revisions}, {facts}; planned only, nothing was changed")
    else:
        say(f"{plural(made, 'revision')} restored from a history, {found.already} were there")
        say("the digests agree" if found.same_digests else "the digests are this store's own; the facts are the same")
        say("Copy thread.toml and the ontology's extensions by hand: they are settings, not history.")
    return Exit.OK
