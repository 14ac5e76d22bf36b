"""Which commands are there? Names, arguments and help; what they do lies in the module of each."""

import os
from pathlib import Path
from typing import Annotated

os.environ.setdefault("TYPER_USE_RICH", "0")  # 0.07-0.10 s for --help instead of 0.19-0.31.

import typer

from thread import __version__
from thread.cli.completion import Shell, answer_shells, script
from thread.cli.exits import Exit
from thread.cli.frame import SAMPLE, AsOf, ending, say
from thread.cli.helping import App

app = App(
    name="thread",
    help="The digital thread of a plant: where a part came from, and what taking something out stops.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Store = Annotated[
    str | None,
    typer.Option("--store", envvar="THREAD_STORE", metavar="DIR", help="Directory of the store; default .thread."),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="As true then, e.g. 2026-03-02 or 2026-03-02T06:00Z; default now."),
]
Known = Annotated[
    str | None, typer.Option("--known", metavar="TIME", help="As the record said then; default the last revision.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document, fields named as in GraphQL.")]
Csv = Annotated[bool, typer.Option("--csv", help="CSV for a spreadsheet, guarded against formulas.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="An IRI, scheme:value, or a bare tag or serial number.")]
Refs = Annotated[list[str], typer.Argument(metavar="REF...", help="IRIs, scheme:value, or bare tags and serials.")]
SCHEMAS = "graphql, mapping, cypher, kinds, relations, attributes, errors or exits."
RESULTS = "table, json, csv, tsv, xml; for triples turtle, nt."
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")]


def _words(help_: str) -> list[str]:
    """The words that a help text lists, for completion."""
    return [word.strip(",;.") for word in help_.replace("for triples", "").split() if word != "or"]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"thread {__version__}")
        raise typer.Exit


@app.callback()
def _all(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The digital thread of a plant: where a part came from, and what taking something out stops."""


@app.command(short_help="Make a sample plant and open the service over it.")
@ending
def demo(
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="Where the sample goes.")] = Path(SAMPLE),
    port: Port = None,
    load_only: Annotated[bool, typer.Option("--load-only", help="Make the store, do not open the service.")] = False,
) -> None:
    """Make a sample plant, a welding line with two years of history, and open the service over it."""
    from thread.cli.demo import demo as run

    run(store, port, load_only)


@app.command("import", short_help="Bring tables or RDF in by a mapping.")
@ending
def import_(
    mapping: Annotated[
        Path, typer.Argument(metavar="MAPPING", help="A YAML file, see docs/mapping.md; or one RDF file.")
    ],
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Where the tables lie; default the mapping's own folder.")
    ] = None,
    store: Store = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would change; change nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Bring in nothing if one row is refused.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="Write every refused row to this file: CSV, or JSON by its ending."
        ),
    ] = None,
    align: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="NAME", help="What the words of an RDF file mean: brick, or a Turtle file."),
    ] = None,
    lenient: Annotated[bool, typer.Option("--lenient", help="Mend IRIs of RDF files that are none.")] = False,
    quarantine: Annotated[
        Path | None,
        typer.Option(
            "--quarantine", metavar="DIR", help="Write refused rows to a new folder, to be mended and imported."
        ),
    ] = None,
    as_json: Json = False,
) -> Exit:
    """Bring tables or RDF in by a mapping: one revision, good rows in, bad rows reported; again changes nothing."""
    from thread.cli.importing import import_ as run

    return run(
        mapping,
        folder or mapping.parent,
        store,
        plan=plan,
        strict=strict,
        file=report,
        as_json=as_json,
        align=tuple(align or ()),
        lenient=lenient,
        quarantine=quarantine,
    )


@app.command(short_help="Write all out, as RDF, a graph or tables.")
@ending
def export(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="A file, or a folder for csv and parquet; - is standard output.")
    ] = "-",
    store: Store = None,
    form: Annotated[
        str | None,
        typer.Option("--format", "-f", help="ttl, nq, jsonld, graphml, json, csv, parquet; default the file's ending."),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; may be repeated.")] = None,
    history: Annotated[
        bool, typer.Option("--history", help="The whole log: both times, all sources; imports to an equal store.")
    ] = False,
    at: At = None,
    known: Known = None,
) -> Exit:
    """Write the current state, or what was so, as RDF, a graph or tables; or all history, to be imported again."""
    from thread.cli.exporting import export as run

    return run(target, store, AsOf(at, known), form=form, kinds=kind or [], history=history)


@app.command("map", short_help="Propose a mapping of tables.")
@ending
def map_(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="CSV, TSV, JSON, JSON Lines or Excel files.")],
    source: Annotated[str | None, typer.Option("--source", help="Name of the source; default the folder's.")] = None,
    store: Store = None,
) -> None:
    """Propose a mapping of tables from their headers and values: YAML to be read, corrected and tried with --plan."""
    from thread.cli.proposing import map_ as run

    run(files, source, store)


@app.command(short_help="Take an import run back.")
@ending
def retract(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run, as `thread import` printed it.")],
    store: Store = None,
    as_json: Json = False,
) -> Exit:
    """Take an import run back: what only it said was never so."""
    from thread.cli.importing import retract as act

    return act(run, store, as_json=as_json)


@app.command(short_help="What came from which source.")
@ending
def sources(
    name: Annotated[str | None, typer.Argument(metavar="SOURCE", help="Its runs and files.")] = None,
    store: Store = None,
    conflicts: Annotated[bool, typer.Option("--conflicts", help="What they disagree on, and who wins.")] = False,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Lines to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> Exit:
    """What came from which source: rank, facts that hold, conflicts, refused rows, runs and files."""
    from thread.cli.sources import sources as run

    as_of = AsOf(at, known)
    return run(store, as_of, name=name, conflicts=conflicts, first=first, as_json=as_json, as_csv=as_csv)


@app.command(short_help="Who changed what, from which file and row.")
@ending
def audit(
    ref: Ref,
    store: Store = None,
    predicate: Annotated[
        list[str] | None,
        typer.Option("--predicate", "--relation", help="Only this relation or attribute; may be repeated."),
    ] = None,
    incoming: Annotated[bool, typer.Option("--incoming", help="Also links that lead to it.")] = False,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Changes to list at most, the last.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> Exit:
    """Who changed what is said of a thing: when, from which source, file and row, replacing what."""
    from thread.cli.sources import audit as run

    as_of, names = AsOf(at, known), predicate or []
    return run(ref, store, as_of, predicates=names, incoming=incoming, first=first, as_json=as_json, as_csv=as_csv)


@app.command(short_help="What something is, was and went through.")
@ending
def show(ref: Ref, store: Store = None, at: At = None, known: Known = None, as_json: Json = False) -> Exit:
    """What something is, where it was, is and came from, and what was done to it."""
    from thread.cli.show import show as run

    return run(ref, store, AsOf(at, known), as_json=as_json)


@app.command(short_help="Find things by name, identifier, values.")
@ending
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help='Words of names and identifiers; "" finds by values.')],
    store: Store = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Only this kind; may be repeated.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where", metavar="NAME=VALUE", help="Only with this value, also != < <= > >= ^= *=; repeatable."
        ),
    ] = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Entities to list at most.")] = 25,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """Find things by words of their names and identifiers, as written or nearly so, and by their values."""
    from thread.cli.search import search as run

    as_of = AsOf(at, known)
    return run(text, store, as_of, kinds=kind or [], where=where or [], first=first, as_json=as_json)


@app.command(short_help="Where something came from.")
@ending
def lineage(
    refs: Refs,
    store: Store = None,
    down: Annotated[bool, typer.Option("--down", help="What came of it, not what it came from.")] = False,
    depth: Annotated[int, typer.Option("--depth", min=1, max=64, help="Links to follow at most.")] = 8,
    kind: Annotated[list[str] | None, typer.Option("--kind", help="Report only this kind; may be repeated.")] = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Entities to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """Where something came from: designs, batches, suppliers, positions, events, by distance."""
    from thread.cli.lineage import lineage as run

    return run(refs, store, AsOf(at, known), down=down, depth=depth, kinds=kind or [], first=first, as_json=as_json)


@app.command(short_help="What shares a batch, supplier or revision.")
@ending
def siblings(
    ref: Ref,
    store: Store = None,
    sharing: Annotated[
        list[str] | None,
        typer.Option("--sharing", metavar="WHAT", help="batch, supplier, revision or process-step; may be repeated."),
    ] = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Items to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """What shares a batch, supplier, revision or process step with a part, and where each is now."""
    from thread.cli.siblings import siblings as run

    return run(ref, store, AsOf(at, known), sharing=sharing or [], first=first, as_json=as_json)


@app.command(short_help="What something consists of.")
@ending
def structure(
    ref: Ref,
    store: Store = None,
    view: Annotated[str, typer.Option("--view", metavar="VIEW", help="designed, built or maintained.")] = "maintained",
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Lines to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """What something consists of at every level: as designed, as built, or as maintained."""
    from thread.cli.parts import structure as run

    return run(ref, store, AsOf(at, known), view=view, first=first, as_json=as_json)


@app.command("where-used", short_help="Where a design is used.")
@ending
def where_used(
    ref: Ref,
    store: Store = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Entities to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """Where a design or revision is used: in designs at every level, with quantities, and in items made to it."""
    from thread.cli.parts import where_used as run

    return run(ref, store, AsOf(at, known), first=first, as_json=as_json)


@app.command(short_help="What differs between two structures.")
@ending
def diff(
    ref: Ref,
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="Another thing; default the same.")] = None,
    store: Store = None,
    left: Annotated[
        str, typer.Option("--left", metavar="VIEW[@TIME]", help="designed, built or maintained, at a time.")
    ] = "designed",
    right: Annotated[str, typer.Option("--right", metavar="VIEW[@TIME]", help="The same of the other.")] = "maintained",
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Differences to list at most.")] = 100,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """What differs between two structures, and because of which records: missing, extra, substituted, deviated."""
    from thread.cli.parts import diff as run

    return run((ref, left), (other or ref, right), store, known, first=first, as_json=as_json)


@app.command(short_help="All that has a lot in it, or that a part was made of.")
@ending
def recall(
    ref: Ref,
    store: Store = None,
    back: Annotated[bool, typer.Option("--back", help="What it was made of, and where the trace breaks.")] = False,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Items to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """Everything that came of a lot, supplier, revision or item and all that ever had it in it; or the way back."""
    from thread.cli.parts import recall as run

    return run(ref, store, AsOf(at, known), back=back, first=first, as_json=as_json)


@app.command(short_help="What replacing a revision affects.")
@ending
def change(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The revision that is replaced.")],
    new: Annotated[str | None, typer.Argument(metavar="NEW", help="The revision that replaces it.")] = None,
    store: Store = None,
    from_serial: Annotated[
        str | None, typer.Option("--from-serial", metavar="SERIAL", help="From this serial number on.")
    ] = None,
    from_date: Annotated[str | None, typer.Option("--from-date", metavar="TIME", help="For what is made then.")] = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Rows to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """Which units, spares, orders and designs a change affects, which not, and of which it cannot be told."""
    from thread.cli.parts import change as run

    return run(
        old, new, store, AsOf(at, known), from_serial=from_serial, from_date=from_date, first=first, as_json=as_json
    )


@app.command(short_help="Which failure modes are detected.")
@ending
def coverage(
    ref: Ref,
    store: Store = None,
    out: Annotated[
        list[str] | None, typer.Option("--out", metavar="REF", help="Taken out of service; may be repeated.")
    ] = None,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """Which failure modes of a thing, its parts and serials which sensor detects, now and in an outage."""
    from thread.cli.parts import coverage as run

    return run(ref, out or [], store, AsOf(at, known), as_json=as_json)


@app.command("common-cause", short_help="What failures have in common.")
@ending
def common_cause(
    refs: Annotated[list[str], typer.Argument(metavar="REF...", help="Failures, or what failed.")],
    store: Store = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help="Only failures after this.")] = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Suspects to list at most.")] = 12,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """What failures have in common, likeliest cause first, with what speaks for and against each."""
    from thread.cli.common import common_cause as run

    return run(refs, store, AsOf(at, known), since=since, first=first, as_json=as_json)


@app.command(short_help="What taking something out stops.")
@ending
def impact(
    refs: Refs,
    store: Store = None,
    fail: Annotated[bool, typer.Option("--fail", help="It fails by itself; without this it is taken out.")] = False,
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Start of the outage.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="End of the outage.")] = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Effects to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """What taking things out stops, which redundancy it costs, which sensors go dark, which orders collide."""
    from thread.cli.impact import impact as run

    return run(refs, store, AsOf(at, known), fail=fail, window=(start, end), first=first, as_json=as_json)


@app.command(short_help="How well things do.")
@ending
def health(refs: Refs, store: Store = None, at: At = None, known: Known = None, as_json: Json = False) -> Exit:
    """How well things do, 0 failed to 1 as new, with everything that they need counted."""
    from thread.cli.health import health as run

    return run(refs, store, AsOf(at, known), as_json=as_json)


@app.command(short_help="Why something's health is what it is.")
@ending
def explain(
    ref: Ref,
    store: Store = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Sources to list at most.")] = 20,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """Why a health is what it is: who takes how much, what holds it there, what to restore first."""
    from thread.cli.health import explain as run

    return run(ref, store, AsOf(at, known), first=first, as_json=as_json)


@app.command(short_help="What if it failed, were switched, exchanged?")
@ending
def whatif(
    changes: Annotated[
        list[str],
        typer.Argument(metavar="CHANGE...", help='E.g. "fail P-1" "operate V-3 closed"; the word vs parts scenarios.'),
    ],
    store: Store = None,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Effects to list at most.")] = 100,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """What if these changes held? fail, out, operate, remove, replace, health, install, order; nothing is written."""
    from thread.cli.whatif import whatif as run

    return run(changes, store, AsOf(at, known), first=first, as_json=as_json)


@app.command(short_help="How likely something stops, and because of what.")
@ending
def risk(
    ref: Ref,
    store: Store = None,
    horizon: Annotated[str, typer.Option("--horizon", metavar="TIME", help="How far ahead: 12h, 30d, 4w, 1a.")] = "30d",
    order: Annotated[int, typer.Option("--order", min=1, max=6, help="Largest cut sets to list.")] = 2,
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Events and sets to list at most.")] = 10,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """How likely something is down within a horizon, what accounts for it, what stops it alone or together."""
    from thread.cli.risk import risk as run

    return run(ref, store, AsOf(at, known), horizon=horizon, order=order, first=first, as_json=as_json)


@app.command("first", short_help="What to maintain first.")
@ending
def first_(
    of: Annotated[
        list[str] | None, typer.Option("--of", metavar="REF", help="What must not stop; may be repeated.")
    ] = None,
    store: Store = None,
    horizon: Annotated[str, typer.Option("--horizon", metavar="TIME", help="How far ahead: 12h, 30d, 4w, 1a.")] = "30d",
    first: Annotated[int, typer.Option("--first", min=1, max=500, help="Things to list at most.")] = 10,
    at: At = None,
    known: Known = None,
    as_json: Json = False,
) -> Exit:
    """What to maintain first: criticality x importance x what renewing changes / what it costs."""
    from thread.cli.risk import first as run

    return run(of or [], store, AsOf(at, known), horizon=horizon, first=first, as_json=as_json)


@app.command(short_help="Ask a GraphQL question.")
@ending
def query(
    document: Annotated[str, typer.Argument(metavar="FILE", help="A GraphQL document; - reads standard input.")],
    variables: Annotated[
        str | None, typer.Option("--variables", "-v", metavar="JSON", help="Variables as JSON, or @FILE.")
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="Ask the GraphQL service at this address, not the store.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a list of the answer as CSV for spreadsheets.")] = False,
    rows: Annotated[
        str | None, typer.Option("--rows", metavar="NAME", help="Which list, e.g. impact.effects; else the first.")
    ] = None,
    store: Store = None,
) -> Exit:
    """Ask a GraphQL question of the store, or of a server; prints the answer as JSON, or one list of it as CSV."""
    from thread.cli.query import query as run

    return run(document, variables, url, store, as_csv=as_csv, rows=rows)


@app.command(short_help="Ask a SPARQL question of the present state.")
@ending
def sparql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A SPARQL query, @FILE, or - for standard input.")],
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=RESULTS, autocompletion=lambda: _words(RESULTS))
    ] = "table",
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> Exit:
    """Ask a SPARQL question of the present state; the prefixes thr, rdf, rdfs and xsd are known."""
    from thread.cli.sparql import sparql as run

    return run(query, store, "json" if as_json else form)


@app.command(short_help="Open the service until it is stopped.")
@ending
def serve(
    store: Store = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; default 127.0.0.1.")] = None,
    port: Port = None,
) -> None:
    """Open the service over a store until it is stopped."""
    from thread.cli.serving import serve as run

    run(store, host, port)


@app.command(short_help="Check the rules over the whole graph.")
@ending
def check(
    store: Store = None,
    first: Annotated[int, typer.Option("--first", min=1, help="Breaches to list at most.")] = 100,
    as_json: Json = False,
) -> Exit:
    """Check the rules over the whole graph (SHACL); a breach blocks nothing. Needs the extra `check`."""
    from thread.cli.checking import check as run

    return run(store, first=first, as_json=as_json)


@app.command(short_help="Fold the log anew.")
@ending
def rebuild(store: Store = None, as_json: Json = False) -> Exit:
    """Drop what is derived from the log, fold it anew, and compare."""
    from thread.cli.care import rebuild as run

    return run(store, as_json=as_json)


@app.command(short_help="Copy the thread to another store.")
@ending
def copy(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A directory, or neo4j://host:7687/database.")],
    store: Store = None,
    as_json: Json = False,
) -> Exit:
    """Copy the whole history to another store, with its own times and digests; given again, it goes on."""
    from thread.cli.copying import copy as run

    return run(target, store, as_json=as_json)


@app.command(short_help="Compare all that is derived with the log.")
@ending
def verify(store: Store = None, as_json: Json = False) -> Exit:
    """Compare the log's chain, the projection and the graph with a fold of the whole log."""
    from thread.cli.care import verify as run

    return run(store, as_json=as_json)


@app.command(short_help="Print the schema, mapping format, kinds, codes.")
@ending
def schema(
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help=SCHEMAS, autocompletion=lambda: _words(SCHEMAS))
    ] = "graphql",
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Print the GraphQL schema, the JSON Schema of mappings, or a table of kinds, relations, attributes, errors."""
    from thread.cli.schema import schema as run

    run(what, store, as_json=as_json)


@app.command(short_help="Print what makes a shell complete commands.")
@ending
def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print what makes a shell complete commands: `source <(thread completion bash)` in ~/.bashrc, the same in ~/.zshrc
    after compinit, `thread completion fish | source` in config.fish."""
    say(script(shell))


def main() -> None:
    """Run the command line, or complete it."""
    answer_shells()
    app()
