"""Does a service answer, take the commits of commands beside it, and go down in peace?"""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.cli.conftest import Run
from thread.cli.exits import Exit
from thread.cli.remote import send, sender_to
from thread.errors import StoreError, ThreadError
from thread.facts import ChangeSet, Fact, parts_of
from thread.facts.wire import encode_change_set
from thread.resources import resource
from thread.server import COMMIT
from thread.stores.lock import owner
from thread.terms import ENTITY, LABEL, EntityId

pytestmark = pytest.mark.slow


class Served:
    """A store with the service over it in a process of its own."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.process = subprocess.Popen(
            [sys.executable, "-m", "thread", "serve", "--store", str(store), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        told = ""
        for line in self.process.stdout:
            told += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"GraphQL +(http://127\.0\.0\.1:\d+)/graphql", told)
        assert found, told + self.process.communicate(timeout=30)[1]
        self.address = found[1]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def store(plant: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(plant, tmp_path / "store"))


@pytest.fixture(scope="module")
def standing(plant: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for all tests that leave it running; their requests have different ids."""
    made = Served(Path(shutil.copytree(plant, tmp_path_factory.mktemp("standing") / "store")))
    yield made
    made.end()


@pytest.fixture
def served(store: Path) -> Iterator[Served]:
    made = Served(store)
    yield made
    if made.process.poll() is None:
        made.end(signal.SIGKILL)


def label(request_id: str, text: str, subject: str = ENTITY + "P-1") -> ChangeSet:
    return ChangeSet(request_id, "plm", parts_of([Fact(EntityId(subject), LABEL, value=text)]), actor="test")


def asked(run: Run, served: Served, ref: str) -> str:
    document = "query ($ref: String!) { lookup(ref: $ref) { entities { label } } }"
    done = run(
        "query", "-", "--url", served.address + "/graphql", "--variables", json.dumps({"ref": ref}), stdin=document
    )
    assert done.exit is Exit.OK, done.err
    return str(json.loads(done.out)["data"]["lookup"]["entities"][0]["label"])


def status(request: Request) -> int:
    try:
        with urlopen(request) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/graphiql"])
def test_a_service_answers_watchdogs_and_people(standing: Served, path: str) -> None:
    assert status(Request(standing.address + path)) == 200


def test_a_commit_beside_the_service_is_seen_by_its_next_question(run: Run, standing: Served) -> None:
    commit = sender_to(standing.store)
    assert commit is not None
    outcome = commit(label("r-1", "P-1 renamed"))
    assert outcome.effective
    assert asked(run, standing, ENTITY + "P-1") == "P-1 renamed"
    assert "P-1 renamed" in run("show", "P-1", "--store", standing.store).out


def test_the_same_request_sent_again_is_answered_not_applied(standing: Served) -> None:
    commit = sender_to(standing.store)
    assert commit is not None
    first = commit(label("r-2", "once"))
    again = commit(label("r-2", "once"))
    assert (again.repeated, again.revision) == (True, first.revision)
    with pytest.raises(ThreadError) as refused:
        commit(label("r-2", "something else"))
    assert refused.value.code == "request-reused"


def test_a_commit_that_breaks_a_shape_is_refused_with_its_reason(standing: Served) -> None:
    commit = sender_to(standing.store)
    assert commit is not None
    wrong = ChangeSet("r-3", "desk", parts_of([Fact(EntityId(ENTITY + "P-1"), "urn:thread:ns#noSuch", value="x")]))
    with pytest.raises(ThreadError) as refused:
        commit(wrong)
    assert refused.value.code == "unknown-attribute"


@pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer wrong", "Basic dGVzdA=="])
def test_without_the_token_nothing_is_committed(run: Run, standing: Served, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    body = encode_change_set(label("r-4", "P-1 stolen"))
    assert status(Request(standing.address + COMMIT, data=body, headers=headers, method="POST")) == 403
    assert asked(run, standing, ENTITY + "P-1") != "P-1 stolen"


def test_tables_come_in_by_the_service_that_holds_the_store(run: Run, standing: Served) -> None:
    mapping = resource("examples/azure-pdm/mapping.yaml")
    first = run("import", mapping, "--store", standing.store, "--json")
    assert (first.exit, "refused" in first.err) == (Exit.OK, False)
    done = json.loads(first.out)
    assert done["committed"]
    assert asked(run, standing, "machine:2") == "Machine 2"
    again = json.loads(run("import", mapping, "--store", standing.store, "--json").out)
    assert (again["committed"], again["revision"]) == (False, done["revision"])
    back = run("retract", done["run"], "--store", standing.store, "--json")
    assert json.loads(back.out)["revision"] == str(int(done["revision"]) + 1)


def test_a_body_that_is_no_change_set_is_refused(standing: Served) -> None:
    found = owner(standing.store)
    assert found is not None
    headers = {"Authorization": f"Bearer {found.token}"}
    assert status(Request(standing.address + COMMIT, data=b"nonsense", headers=headers, method="POST")) == 409


def test_a_second_writer_is_refused_with_the_pid_of_the_first(run: Run, standing: Served) -> None:
    for command in ("rebuild", "verify"):
        done = run(command, "--store", standing.store)
        assert done.exit is Exit.LOCKED
        assert str(standing.process.pid) in done.err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_service_releases_its_store(run: Run, served: Served, how: signal.Signals) -> None:
    assert served.end(how) == Exit.OK
    assert owner(served.store) is None
    assert sender_to(served.store) is None
    assert run("verify", "--store", served.store).exit is Exit.OK


def test_a_killed_service_loses_no_commit_that_it_acknowledged(run: Run, served: Served) -> None:
    commit = sender_to(served.store)
    assert commit is not None
    commit(label("r-1", "P-1 kept"))
    served.end(signal.SIGKILL)
    assert "P-1 kept" in run("show", "P-1", "--store", served.store).out
    assert run("verify", "--store", served.store).exit is Exit.OK


def test_a_server_that_went_away_is_said_to_be_unavailable() -> None:
    with pytest.raises(StoreError) as failed:
        send("http://127.0.0.1:1", "token", label("r-1", "x"))
    assert failed.value.code == "unavailable"


def test_a_service_for_other_machines_does_not_start(run: Run, store: Path) -> None:
    done = run("serve", "--store", store, "--host", "0.0.0.0")
    assert done.exit is Exit.CONFIG
    assert "authentication" in done.err


def test_a_taken_port_is_said_before_the_store_is_opened(run: Run, store: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--store", store, "--port", taken.getsockname()[1])
    assert done.exit is Exit.UNAVAILABLE
    assert owner(store) is None


def test_wrong_settings_are_named(run: Run, store: Path) -> None:
    (store / "thread.toml").write_text("prot = 1\n", "utf-8")
    done = run("verify", "--store", store)
    assert done.exit is Exit.CONFIG
    assert "prot" in done.err
