"""What leaves comes back without loss: every example, the demo, and values that are hard on their formats."""

import csv
import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.export.helpers import kept, projected, state
from thread.clock import FixedClock, parse_instant, to_instant
from thread.config import Settings
from thread.errors import InputError, StoreError
from thread.export.graph import graphml, node_link, to_networkx
from thread.export.writing import write_csv, write_file
from thread.facts import ChangeSet, Fact, Value, ValueType, kind_fact, parts_of
from thread.facts.cells import FORMULA, bared, guarded
from thread.ontology import load_ontology
from thread.projection import View
from thread.resources import resource
from thread.samples import generate
from thread.service import Service, open_service
from thread.service.exporting import ViewThings, history_texts, kinds_named, networkx_of
from thread.service.importing import RdfOptions
from thread.terms import IDENTIFIER, LABEL, SCHEME, SCOPE, THR, EntityId, UpperKind

NOW = parse_instant("2026-06-15T06:00:00Z")
EXAMPLES = sorted(path.parent.name for path in resource("examples").glob("*/mapping.yaml"))
RDF = ("ttl", "nq", "jsonld")


def empty(**given: object) -> Service:
    return open_service(Settings.load(store="memory:", **given), clock=FixedClock(NOW))


@pytest.fixture(scope="module", params=[*EXAMPLES, "demo", pytest.param("line", marks=pytest.mark.soak)])
def plant(request: pytest.FixtureRequest) -> Iterator[tuple[Service, dict[str, object]]]:
    """An example that was imported, or the sample plant; with the settings that a copy needs."""
    if request.param in ("demo", "line"):
        sample = generate(request.param)
        given: dict[str, object] = {"extensions": (sample.extension,), "ranks": sample.ranks}
        service = empty(**given)
        for change_set in sample.change_sets:
            service.commit(change_set)
    else:
        given = {"extensions": (resource("ontology/samples/brick.ttl"),)} if request.param == "brick" else {}
        service = empty(**given)
        folder = resource("examples") / request.param
        service.import_(folder / "mapping.yaml", folder)
    yield service, given
    service.close()


def view_of(service: Service) -> View:
    return service.view(service.context())


def come_back(plant: tuple[Service, dict[str, object]], file: Path) -> set[tuple[object, ...]]:
    """The state of an empty store into which a file was imported; no row may be refused."""
    copy = empty(**plant[1])
    done = copy.import_(file, file.parent, rdf=RdfOptions())
    assert done.plan.report.rejected == ()
    found = state(view_of(copy))
    copy.close()
    return found


@pytest.mark.parametrize("form", RDF)
def test_the_current_state_comes_back_by_rdf(
    plant: tuple[Service, dict[str, object]], form: str, tmp_path: Path
) -> None:
    service, file = plant[0], tmp_path / f"plant.{form}"
    write_file(file, service.export(service.context(), form))
    assert state(view_of(service)) == come_back(plant, file)


def test_the_current_state_comes_back_by_csv(plant: tuple[Service, dict[str, object]], tmp_path: Path) -> None:
    service = plant[0]
    tables = service.export_tables(service.context())
    write_csv(tmp_path / "out", tables)
    back = come_back(plant, tmp_path / "out" / "mapping.json")
    lost = state(view_of(service)) - back
    nameless = {iri for iri, _, stub, *_ in state(view_of(service)) if stub is True}
    assert (back - state(view_of(service)), {fact[0] for fact in lost} - nameless) == (set(), set())
    assert len([fact for fact in lost if len(fact) > 4]) == tables.left_out


def test_all_of_history_comes_back(plant: tuple[Service, dict[str, object]], tmp_path: Path) -> None:
    from thread.service.restoring import restore

    service, file, target = plant[0], tmp_path / "all.nq", str(tmp_path / "store")
    write_file(file, service.export_history(service.context(), "nq"))
    restored = restore(file, target)
    assert restored.revision.ordinal == service.info().revision.ordinal
    copy = open_service(Settings.load(store=target, **plant[1]), clock=FixedClock(NOW))
    last = restored.revision.ordinal
    for known in sorted({0, 1, last // 2, last - 1, last} - {-1}):
        recorded = service._projection.revision_at(known).recorded_at
        for at in (None, parse_instant("2015-03-01T00:00:00Z"), parse_instant("2026-01-14T12:00:00Z")):
            views = [one.view(one.context(valid_at=at, known_at=recorded)) for one in (service, copy)]
            assert state(views[0], timed=True) == state(views[1], timed=True)
    copy.close()


@pytest.mark.slow
def test_the_line_of_five_thousand_entities_comes_back(tmp_path: Path) -> None:
    from thread.service.restoring import restore

    sample = generate("line")
    store = kept(sample.change_sets, sample.committed_at)
    file, target = tmp_path / "all.nq", str(tmp_path / "store")
    write_file(file, history_texts(store.changes(), store.revision.ordinal, "nq", load_ontology([sample.extension])))
    done = restore(file, target)
    assert (done.revision, done.same_digests) == (store.revision, True)


def test_the_same_state_gives_the_same_bytes_whatever_came_first() -> None:
    ontology = load_ontology()
    pumps = [(kind_fact(name(i), UpperKind.ASSET), Fact(name(i), THR + "dependsOn", name(i - 1))) for i in range(20)]
    texts = []
    for order in (pumps, pumps[::-1]):
        change_sets = [ChangeSet(f"r{at}", "plan", parts_of(facts)) for at, facts in enumerate(order)]
        view = projected(kept(change_sets).changes(), ontology).view(NOW)
        things = ViewThings(view)
        texts.append(("".join(graphml(things, ontology)), list(things)))
    assert texts[0] == texts[1]


def name(key: object) -> EntityId:
    return EntityId(f"urn:plant:{key}")


HARD = (
    "=1+1", "+1", "-1", "@sum", "\ttab", "\rreturn", "'=x", "''", "'", " blank ends ", "two\nlines", "two\r\nlines",
    'quo"te', "back\\slash", "comma,semi;", "ünï 泵", "\u202eover", "\u2028", "{brace}", "<tag> & co", "]]>", "\x0b",
    "<<( not a triple )>>", "1.0", "true", "urn:x", "a" * 10_000,
)  # fmt: skip


def hard_plant() -> list[Fact]:
    facts: list[Fact] = []
    for at, text in enumerate(HARD):
        one = name(at)
        facts += [kind_fact(one, UpperKind.ASSET), Fact(one, LABEL, value=text)]
        facts.append(Fact(one, THR + "description", value=text))
        if text.isprintable() and text.strip() == text:
            facts.append(Fact(one, IDENTIFIER, value=text[:100], qualifiers=((SCHEME, "tag"),)))
            facts.append(
                Fact(one, IDENTIFIER, value=f"{text[:100]}!", qualifiers=((SCHEME, "serial"), (SCOPE, "maker=1")))
            )
    facts += [
        kind_fact(name("group"), UpperKind.REDUNDANCY_GROUP),
        Fact(name("group"), THR + "k", value=2),
        kind_fact(name("part"), UpperKind.COMPONENT),
        Fact(name("part"), THR + "quantity", value=Decimal("0.000000000000000000000000000012")),
        Fact(name("part"), THR + "expectedLifeHours", value=Decimal("1E+3")),
        kind_fact(name("mode"), UpperKind.FAILURE_MODE),
        Fact(name("mode"), THR + "weibullShape", value=0.1 + 0.2),
        Fact(name("mode"), THR + "weibullScaleHours", value=1.7976931348623157e308),
        kind_fact(name("event"), UpperKind.EVENT, valid_from=NOW - 1),
        Fact(name("event"), THR + "occurredAt", value=datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC)),
        Fact(name(0), THR + "dependsOn", name(1)),
        Fact(name(0), THR + "dependsOn", name("only-named")),
    ]
    for number in ((), ((THR + "findNumber", "10"),), ((THR + "findNumber", "20"),)):  # one plain triple, three facts
        facts.append(Fact(name(2), THR + "partOf", name(3), qualifiers=number))
    return facts


@pytest.fixture(scope="module")
def hard() -> Iterator[tuple[Service, dict[str, object]]]:
    service = empty()
    service.commit(ChangeSet("r1", "plan", parts_of(hard_plant())))
    yield service, {}
    service.close()


@pytest.mark.parametrize("form", [*RDF, "csv"])
def test_hard_texts_and_numbers_come_back(hard: tuple[Service, dict[str, object]], form: str, tmp_path: Path) -> None:
    service = hard[0]
    if form == "csv":
        write_csv(tmp_path / "out", service.export_tables(service.context()))
        file = tmp_path / "out" / "mapping.json"
    else:
        file = tmp_path / f"plant.{form}"
        write_file(file, service.export(service.context(), form))
    assert state(view_of(service)) == come_back(hard, file)


def test_no_cell_of_a_spreadsheet_runs_but_numbers_do_not_change(
    hard: tuple[Service, dict[str, object]], tmp_path: Path
) -> None:
    service = hard[0]
    write_csv(tmp_path / "out", service.export_tables(service.context()))
    cells = []
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as stream:
            cells += [cell for row in list(csv.reader(stream))[1:] for cell in row]
    assert [cell for cell in cells if cell.startswith(FORMULA) and not cell[1:2].isdigit()] == []
    assert "'=1+1" in cells


@given(st.text(st.sampled_from("'=+-@\t\rab"), max_size=6))
def test_guarding_is_taken_back_exactly_and_leaves_no_formula(text: str) -> None:
    assert bared(guarded(text)) == text
    assert not guarded(text).startswith(FORMULA)


# -- graphs: read by networkx


def test_graph_files_hold_the_graph_that_networkx_gets(plant: tuple[Service, dict[str, object]]) -> None:
    import networkx as nx

    service = plant[0]
    view, ontology = view_of(service), service.ontology
    things = ViewThings(view)
    graph = to_networkx(things, ontology)
    from_json = nx.node_link_graph(json.loads("".join(node_link(things, ontology))), edges="edges")
    assert _same(graph, from_json)
    from_xml = nx.parse_graphml("".join(graphml(things, ontology)), force_multigraph=True)
    flat = {node: {k: json.dumps(v, ensure_ascii=False, separators=(",", ":")) if isinstance(v, list) else v
            for k, v in data.items()} for node, data in graph.nodes(data=True)}  # fmt: skip
    assert dict(from_xml.nodes(data=True)) == flat
    edges = {(a, b, key): data for a, b, key, data in from_xml.edges(keys=True, data=True)}
    assert edges == {(a, b, key): data for a, b, key, data in graph.edges(keys=True, data=True)}


def test_links_that_differ_in_their_qualifiers_stay_several(hard: tuple[Service, dict[str, object]]) -> None:
    import networkx as nx

    things, ontology = ViewThings(view_of(hard[0])), hard[0].ontology
    read = nx.node_link_graph(json.loads("".join(node_link(things, ontology))), edges="edges")
    for graph in (to_networkx(things, ontology), read):
        numbers = [data.get("findNumber") for data in graph.get_edge_data(name(2), name(3)).values()]
        assert sorted(map(str, numbers)) == ["10", "20", "None"]


def _same(one: object, other: object) -> bool:
    pairs = [(dict(g.nodes(data=True)), sorted(map(str, g.edges(keys=True, data=True)))) for g in (one, other)]  # type: ignore[attr-defined]
    return pairs[0] == pairs[1]


def test_the_graph_has_every_entity_and_every_link_of_the_view(plant: tuple[Service, dict[str, object]]) -> None:
    view = view_of(plant[0])
    graph = networkx_of(view)
    present = [node for node in range(view.size) if view.kind(node) >= 0]
    assert set(graph.nodes) == set(view.iris(present))
    table = view.links()
    names = [view.ontology.relations[ordinal].name for ordinal in table.relation.tolist()]
    links = sorted(zip(view.iris(table.subject), view.iris(table.object), names, strict=True))
    assert sorted((a, b, data["relation"]) for a, b, data in graph.edges(data=True)) == links
    labels = {view.iri(node): view.label(node) for node in present}
    assert dict(graph.nodes(data="label")) == labels


def test_some_kinds_are_written_with_the_links_among_them(plant: tuple[Service, dict[str, object]]) -> None:
    view = view_of(plant[0])
    graph = networkx_of(view, ["Asset", UpperKind.COMPONENT])
    chosen = view.of_kind(UpperKind.ASSET, UpperKind.COMPONENT)
    assert set(graph.nodes) == set(view.iris(chosen))
    assert graph.number_of_edges() == len(view.links_among(chosen).row)


def test_a_kind_that_is_none_is_named(plant: tuple[Service, dict[str, object]]) -> None:
    with pytest.raises(InputError, match="Known kinds near it: Asset"):
        kinds_named(plant[0].ontology, ["Aset"])


# -- files


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    def breaking() -> Iterator[str]:
        yield "half"
        raise OSError(28, "No space left on device")

    file = tmp_path / "plant.ttl"
    file.write_text("before")
    with pytest.raises(StoreError, match="cannot be written"):
        write_file(file, breaking())
    assert ([path.name for path in tmp_path.iterdir()], file.read_text()) == (["plant.ttl"], "before")


def test_a_folder_that_holds_something_is_left_alone(hard: tuple[Service, dict[str, object]], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not an empty folder"):
        write_csv(tmp_path, hard[0].export_tables(hard[0].context()))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_parquet_holds_the_rows_of_csv_with_their_types(
    hard: tuple[Service, dict[str, object]], tmp_path: Path
) -> None:
    import duckdb

    from thread.export.writing import write_parquet

    service = hard[0]
    tables = service.export_tables(service.context())
    write_parquet(tmp_path / "out", tables)
    for stem, columns in tables.columns.items():
        rows = [row for table, row in tables.rows() if table == stem]
        with duckdb.connect() as db:
            read = db.execute(f"SELECT * FROM '{tmp_path}/out/{stem}.parquet'").fetchall()
        kinds = [kind for _, kind in columns]
        assert [_row(row, kinds) for row in read] == [_row(row, kinds) for row in rows]
        assert len(read) == tables.shapes[stem].rows
        assert all(len(row) == len(columns) for row in read)


def _row(row: Sequence[Value | None], kinds: Sequence[ValueType]) -> list[object]:
    """A row with instants for times and numbers for decimals."""
    cells: list[object] = []
    for value, kind in zip(row, kinds, strict=True):
        if isinstance(value, datetime):
            cells.append(to_instant(value.replace(tzinfo=UTC)))
        elif kind is ValueType.TIME and value is not None:
            cells.append(parse_instant(str(value)))
        else:
            cells.append(float(value) if isinstance(value, Decimal) else value)
    return cells


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["isa95-cognite", "catenax"])
def test_the_full_real_data_comes_back(name: str, tmp_path: Path) -> None:
    folder = Path(os.environ["THREAD_DATA"]) / name
    example = {"isa95-cognite": "isa95"}.get(name, name)
    service = empty()
    service.import_(resource("examples") / example / "mapping.yaml", folder)
    file = tmp_path / "plant.nq"
    write_file(file, service.export(service.context(), "nq"))
    assert state(view_of(service)) == come_back((service, {}), file)
    service.close()
