"""What does a preset generate? Welding lines as change sets of several sources in time order, and their answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from thread.clock import FixedClock, Instant
from thread.errors import InputError
from thread.facts import ChangeSet
from thread.resources import resource
from thread.samples.answers import Answers, answers_of
from thread.samples.books import Books
from thread.samples.engineering import Engineering
from thread.samples.history import (
    plant_background,
    plant_first_fit,
    plant_production,
    plant_resources,
    plant_stores,
)
from thread.samples.ledger import Ledger
from thread.samples.plant import plant_zone
from thread.samples.site import REFERENCE, START, Site
from thread.samples.story import Story, plant_story
from thread.samples.words import RANKS, entity
from thread.terms import EntityId

PRESETS: Final = {"demo": 1, "line": 18}
"""Zones of each preset; a zone has some 280 entities of its own."""
EXTENSION: Final = "ontology/samples/body-shop.ttl"
SUBSTATION: Final = entity("SUB-1")


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated plant. ``committed_at[i]`` is the instant at which ``change_sets[i]`` is to be committed."""

    name: str
    seed: int
    change_sets: tuple[ChangeSet, ...]
    committed_at: tuple[Instant, ...]
    ranks: Mapping[str, int]
    """Ranks of the sources for the configuration."""
    reference_time: Instant
    """The sample's now; demo, README and goldens run at it."""
    extension: Path
    """The Turtle file with the concrete kinds."""
    answers: Answers

    def replay(self, clock: FixedClock, commit: Callable[[ChangeSet], object]) -> None:
        """Commit everything with the clock moved along, so that what was known then stays askable.

        The clock stands at the reference time afterwards.
        """
        for instant, change_set in zip(self.committed_at, self.change_sets, strict=True):
            clock.instant = instant
            commit(change_set)
        clock.instant = self.reference_time


def generate(preset: str = "demo", seed: int = 7) -> Sample:
    """A sample plant; the same seed gives the same bytes on every machine.

    The answers are those of the first zone, whose entities have no prefix; what they share with the other zones
    (designs, suppliers) is counted over all.

    Raises:
        InputError: ``invalid``: no such preset.
    """
    if preset not in PRESETS:
        known = ", ".join(PRESETS)
        raise InputError(f'There is no sample "{preset}".', code="invalid", hint=f"Known samples: {known}.")
    site, engineering, story = plant(seed, PRESETS[preset])
    entries = tuple(site.ledger.entries(f"{preset}-{seed}"))
    return Sample(
        name=preset,
        seed=seed,
        change_sets=tuple(entry.change_set for entry in entries),
        committed_at=tuple(entry.committed_at for entry in entries),
        ranks=RANKS,
        reference_time=REFERENCE,
        extension=resource(EXTENSION),
        answers=answers_of(preset, seed, site, engineering, story),
    )


def plant(seed: int, zones: int = 1) -> tuple[Site, Engineering, Story]:
    """The first zone with its truths, and the books of all: from these come change sets and answers."""
    ledger, books = Ledger(START, REFERENCE), Books()
    engineering = Engineering(ledger, books)
    engineering.plant()
    substation = plant_substation(ledger, books) if zones > 1 else None
    first, *_ = [grow(ledger, books, seed, number, substation) for number in range(1, zones + 1)]
    return first[0], engineering, first[1]


def plant_substation(ledger: Ledger, books: Books) -> EntityId:
    """The one source of power of a plant of several zones."""
    return Site(ledger, books, Random(0), line="SITE").asset(  # noqa: S311  no chance is taken
        "SUB-1", "GridConnection", "Substation 20 kV", located=False
    )


def grow(ledger: Ledger, books: Books, seed: int, number: int, substation: EntityId | None) -> tuple[Site, Story]:
    """One zone; the first has no prefix, further ones ``Z00002.`` and so on."""
    prefix = "" if number == 1 else f"Z{number:05d}."
    site = Site(ledger, books, Random(f"{seed}/{number}"), prefix, f"BIW{number}")  # noqa: S311  a sample, no secret
    site.substation = substation
    plant_zone(site)
    plant_resources(site)
    stores = plant_stores(site, number)
    plant_first_fit(site, stores)
    plant_background(site, stores)
    plant_production(site, stores)
    return site, plant_story(site, stores)


def write_answers(path: Path, preset: str = "demo", seed: int = 7) -> None:
    """Write the answer file of a sample."""
    generate(preset, seed).answers.write(path)


def stream(entities: int, seed: int = 7, zones_per_commit: int = 20) -> Iterator[ChangeSet]:
    """A plant of at least so many entities, zone by zone in constant memory, for loads of up to 10^7.

    Change sets come per source, some zones each; they are committed as fast as they come, so what was known when
    is not part of it. Planted truths are those of every zone; their answers are not kept.
    """
    ledger, books = Ledger(START, REFERENCE, at_once=True), Books()
    Engineering(ledger, books).plant()
    substation = plant_substation(ledger, books)
    number = planted = 0
    while planted < entities:
        number += 1
        grow(ledger, books, seed, number, substation)
        if number % zones_per_commit == 0 or planted + len(books.kinds) >= entities:
            planted += len(books.kinds)
            yield from (entry.change_set for entry in ledger.entries(f"plant-{seed}-{number:06d}"))
            ledger, books = Ledger(START, REFERENCE, at_once=True), Books()
