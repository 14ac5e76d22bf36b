"""What does a preset generate? The welding line as change sets of several sources in time order, and its answers."""

from collections.abc import Callable, Mapping
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
from thread.samples.words import RANKS

PRESETS: Final = ("demo",)
EXTENSION: Final = "ontology/samples/body-shop.ttl"


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

    Raises:
        InputError: ``invalid``: no such preset.
    """
    if preset not in PRESETS:
        known = ", ".join(PRESETS)
        raise InputError(f'There is no sample "{preset}".', code="invalid", hint=f"Known samples: {known}.")
    site, engineering, story = plant(seed)
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


def plant(seed: int) -> tuple[Site, Engineering, Story]:
    """One zone with all its truths: the books from which change sets and answers are made."""
    ledger, books = Ledger(START, REFERENCE), Books()
    engineering = Engineering(ledger, books)
    engineering.plant()
    site = Site(ledger, books, Random(f"{seed}/1"))  # noqa: S311  a seeded sample, no secret
    plant_zone(site)
    plant_resources(site)
    stores = plant_stores(site, 1)
    plant_first_fit(site, stores)
    plant_background(site, stores)
    plant_production(site, stores)
    return site, engineering, plant_story(site, stores)


def write_answers(path: Path, preset: str = "demo", seed: int = 7) -> None:
    """Write the answer file of a sample."""
    generate(preset, seed).answers.write(path)
