"""Does `thread sparql` answer with and without a server, and does nothing that is asked bring the server down?"""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.cli.conftest import Run
from tests.cli.test_server import Served, asked, label
from tests.worker.test_querying import BOMBS, fetching
from tests.worker.test_worker import bait
from thread.cli.exits import Exit
from thread.cli.remote import sender_to
from thread.service.sparql import FOLDER
from thread.terms import ENTITY

LABEL = f"SELECT ?l {{ <{ENTITY}P-1> rdfs:label ?l }}"


def test_rows_are_a_table_and_iris_have_their_prefixes(run: Run, plant: Path) -> None:
    done = run("sparql", f"SELECT ?what ?kind {{ <{ENTITY}P-1> ?what ?kind FILTER(?kind = 'P-1') }}", "--store", plant)
    assert done.exit is Exit.OK
    assert done.out == "what            kind\nthr:identifier  P-1\n1 row\n"


@pytest.mark.parametrize("words", [("--json",), ("--format", "json")])
def test_json_is_the_standard_s(run: Run, plant: Path, words: tuple[str, ...]) -> None:
    done = run("sparql", LABEL, *words, "--store", plant)
    assert json.loads(done.out)["results"]["bindings"] == [{"l": {"type": "literal", "value": "P-1 Cooling pump"}}]


def test_csv_is_as_it_came(run: Run, plant: Path) -> None:
    done = run("sparql", LABEL, "--format", "csv", "--store", plant)
    assert list(csv.reader(io.StringIO(done.out))) == [["l"], ["P-1 Cooling pump"]]


@pytest.mark.parametrize(
    ("query", "out", "end"), [("ASK {}", "yes\n", Exit.OK), ("ASK { <urn:x> a 1 }", "no\n", Exit.NO)]
)
def test_a_question_of_yes_or_no_ends_so(run: Run, plant: Path, query: str, out: str, end: Exit) -> None:
    done = run("sparql", query, "--store", plant)
    assert (done.out, done.exit) == (out, end)


def test_a_description_is_turtle(run: Run, plant: Path) -> None:
    done = run("sparql", f"DESCRIBE <{ENTITY}P-1>", "--store", plant)
    assert "@prefix thr:" in done.out
    assert "P-1 Cooling pump" in done.out


def test_a_query_comes_from_a_file_or_from_standard_input(run: Run, plant: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(LABEL, "utf-8")
    for done in (
        run("sparql", f"@{tmp_path / 'q.rq'}", "--store", plant),
        run("sparql", "-", "--store", plant, stdin=LABEL),
    ):
        assert "P-1 Cooling pump" in done.out


def test_what_is_cut_is_said_and_is_no_success(run: Run, plant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREAD_SPARQL_ROWS", "3")
    done = run("sparql", "SELECT * { ?s ?p ?o }", "--store", plant)
    assert done.exit is Exit.NO
    assert "3 rows" in done.out
    assert done.err.startswith("cut after 3 rows: there is more.")
    assert "THREAD_SPARQL_ROWS" in done.err


@pytest.mark.parametrize(
    ("words", "end", "said"),
    [
        (("SELECT {",), Exit.DATA, "bad-query: The query is not a SPARQL query: line 1"),
        (("CLEAR ALL",), Exit.CONFIG, "forbidden: The query is an update (CLEAR)"),
        (("@none.rq",), Exit.DATA, "bad-file: none.rq cannot be read"),
        ((LABEL, "--format", "xls"), Exit.DATA, "Known: table, json, csv"),
        ((LABEL, "--format", "turtle"), Exit.DATA, "not-acceptable: "),
        ((LABEL, "--store", "memory:"), Exit.CONFIG, "unsupported: "),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said_in_a_line(
    run: Run, plant: Path, words: tuple[str, ...], end: Exit, said: str
) -> None:
    store = () if "--store" in words else ("--store", plant)
    done = run("sparql", *words, *store)
    assert (done.exit, done.out) == (end, "")
    assert said in done.err
    assert done.err.count("\n") == 1


@pytest.fixture(scope="module")
def served(plant: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    store = Path(shutil.copytree(plant, tmp_path_factory.mktemp("sparql") / "store"))
    with (store / "thread.toml").open("r+", encoding="utf-8") as file:
        told = file.read()
        file.seek(0)
        file.write("sparql = true\nsparql_deadline_ms = 2500\nsparql_memory_mb = 512\n" + told)
    made = Served(store)
    yield made
    made.end()


def http(served: Served, query: str) -> tuple[int, dict[str, Any]]:
    request = Request(served.address + "/sparql", data=urlencode({"query": query}).encode())
    try:
        with urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.mark.slow
def test_beside_a_server_the_server_answers_with_its_last_commit(run: Run, served: Served) -> None:
    commit = sender_to(served.store)
    assert commit is not None
    for number in range(3):
        commit(label(f"sparql-{number}", f"P-1 for the {number}th time"))
        assert f"P-1 for the {number}th time" in run("sparql", LABEL, "--store", served.store).out
    refused = run("sparql", "SELECT {", "--store", served.store)
    assert (refused.exit, refused.err[:10]) == (Exit.DATA, "bad-query:")
    cut = run("sparql", "ASK { ?s rdfs:label 'nobody' }", "--store", served.store)
    assert (cut.exit, cut.out) == (Exit.NO, "no\n")


@pytest.mark.slow
def test_bombs_and_baits_leave_the_server_as_it_was(run: Run, served: Served) -> None:
    before = asked(run, served, ENTITY + "P-1")
    with bait() as (address, calls), ThreadPoolExecutor(3) as senders:
        bombs = list(senders.map(lambda query: http(served, query), BOMBS.values()))
        fetched = list(senders.map(lambda query: http(served, query), fetching(address)))
    assert calls == []
    assert all(status in (400, 403) and "errors" in body for status, body in fetched), fetched
    ends = [body["errors"][0]["extensions"]["code"] if "errors" in body else None for _, body in bombs]
    assert {status for status, _ in bombs} <= {200, 400, 503, 504}, bombs
    assert sum(end in ("TOO_COSTLY", "TIMEOUT") for end in ends) >= 5, ends
    assert served.process.poll() is None
    assert http(served, "ASK { ?s ?p ?o }") == (200, {"head": {}, "boolean": True})
    assert asked(run, served, ENTITY + "P-1") == before
    assert list((served.store / FOLDER).iterdir()) == []
