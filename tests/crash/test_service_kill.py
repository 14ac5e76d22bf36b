"""A killed service comes up again with everything it acknowledged: in the log, the projection and the graph."""

import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.crash.service_writer import entity
from thread.config import Settings
from thread.service import Service, open_service
from thread.terms import LABEL

pytestmark = pytest.mark.slow


def killed(directory: Path, answers: int, patience: float) -> int:
    """The last change that a service acknowledged before it was killed, some moments after so many answers."""
    command = [sys.executable, "-m", "tests.crash.service_writer", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(answers)]
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return max(int(line) for line in said if line.endswith("\n"))


def assert_whole(service: Service, acknowledged: int) -> int:
    """Every acknowledged change is there, whole, at most one more; returns how many there are."""
    view = service.view(service.context())
    last = service.info().revision.ordinal
    assert acknowledged <= last <= acknowledged + 1
    for number in range(1, last + 1):
        node = view.find(entity(number))
        assert f"{'new' if number == last else 'old'} {number}" == view.value(node, LABEL)
        needs = [view.iri(int(n)) for n in view.links_from(node).object]
        assert needs == ([entity(number - 1)] if number > 1 else [])
    assert view.find(entity(last + 1)) == -1
    found = service.verify()
    assert (found.differences, found.checked) == ((), ("log", "projection", "graph"))
    return last


def kill_and_look(directory: Path, seed: int, kills: int) -> int:
    random, last = Random(seed), 0
    for _ in range(kills):
        acknowledged = killed(directory, random.randint(1, 9), random.random() / 50)
        service = open_service(Settings.load(store=str(directory)))
        try:
            last = assert_whole(service, max(acknowledged, last))
        finally:
            service.close()
    return last


def test_four_killed_services_lose_nothing(tmp_path: Path) -> None:
    assert kill_and_look(tmp_path / "store", seed=1, kills=4) >= 4


@pytest.mark.soak
def test_twenty_killed_services_lose_nothing(tmp_path: Path) -> None:
    assert kill_and_look(tmp_path / "store", seed=2, kills=20) >= 20


def test_damage_to_what_is_derived_is_found_and_mended(tmp_path: Path) -> None:
    """Any flipped or cut byte of the saved projection or the graph: the answers stay those of the log."""
    directory, random = tmp_path / "store", Random(3)
    last = killed(directory, 12, 0.0)
    for _ in range(8):
        for folder in ("projection", "graph"):
            files = sorted(f for f in (directory / folder).rglob("*") if f.is_file() and f.stat().st_size)
            if not files:
                continue
            victim = random.choice(files)
            data = bytearray(victim.read_bytes())
            at = random.randrange(len(data))
            victim.write_bytes(
                data[:at] if random.random() < 0.3 else data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
            )
        service = open_service(Settings.load(store=str(directory)))
        try:
            told = service.verify().differences
            assert [line for line in told if not line.startswith("the saved projection is damaged")] == []
            service.save()
            last = assert_whole(service, last)
        finally:
            service.close()
