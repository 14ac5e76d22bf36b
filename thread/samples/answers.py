"""What must the service answer on the sample? Worked out from what was planted, never from the code under test."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from thread.clock import to_text
from thread.samples.engineering import Engineering
from thread.samples.floor_answers import collisions_of, coverage_of, crossing_of, outages_of, spares_of, supplies_of
from thread.samples.json_values import Json
from thread.samples.part_answers import (
    audit_of,
    bad_batch_of,
    bom_of,
    configuration_of,
    failed_part_of,
    record_of,
    siblings_of,
    upstream_of,
    where_used_of,
    whereabouts_of,
)
from thread.samples.site import REFERENCE, Site
from thread.samples.story import Story
from thread.samples.structure_answers import (
    before_the_failure,
    change_of,
    common_cause_of,
    gun_differences_of,
    notices_of,
    rates_of,
    steel_recall_of,
    swaps_of,
    trace_of,
)
from thread.samples.wear import wear_of
from thread.samples.words import entity
from thread.terms import local_name


@dataclass(frozen=True, slots=True)
class Answers:
    """The truths of one sample, ready for ``answers.json``: IRIs, ISO times, numbers; every list sorted unless said.

    Where a field gives a state it is that at the reference time, as known at the last revision.
    """

    preset: str
    seed: int
    reference_time: str
    counts: Mapping[str, int]
    """Entities per kind (local name), the dangling one not counted."""
    failed_part: Mapping[str, Json]
    """The headline: where the failed transformer came from, where it was, what it took down."""
    upstream: Mapping[str, int]
    """Lineage of the failed transformer upstream, by hand: entity -> degree."""
    siblings: Mapping[str, Json]
    """BATCH, SUPPLIER, REVISION, PROCESS_STEP -> serials that share it with the failed one, with whereabouts."""
    bad_batch: Mapping[str, Json]
    revisions: Mapping[str, Json]
    """Transformer revisions: units, failures, installed hours."""
    where_used: Mapping[str, Mapping[str, str]]
    """Revision -> revisions above it with the quantity per one of them, ignoring effectivity."""
    bom: tuple[Mapping[str, Json], ...]
    outages: Mapping[str, Mapping[str, Json]]
    """Named outages: what stops, what loses redundancy, what goes dark, which orders collide with it."""
    crossing: Mapping[str, Json]
    """The same outage at two instants: with the cross-over valve open, and shut."""
    collisions: tuple[Mapping[str, Json], ...]
    """Orders ahead that collide with each other: kind, orders, shares."""
    configuration: Mapping[str, Json]
    """What gun 210 held just before the failure, as known then and as known now."""
    audit: Mapping[str, Json]
    """Planted irregularities: late record, reversed order, ambiguous identifier, dispute, dangling reference."""
    coverage: Mapping[str, Json]
    """What each watched asset's sensors detect, and the failure modes of the gun that nothing detects."""
    supplies: Mapping[str, Mapping[str, list[str]]]
    """Consumer -> medium or group -> suppliers, in the direction of flow."""
    spares: Mapping[str, Mapping[str, Json]]
    """Orders ahead that need spares: how many of which revision, and which serials of it are in stock."""
    gun_differences: Mapping[str, list[Json]]
    """Each gun as designed against as maintained: kind, what is asked, what is fitted, concessions."""
    swaps: Mapping[str, Json]
    """The story's gun as built against as maintained, with the orders that put the new ones in."""
    conceded: Mapping[str, Json]
    """The failed serial just before it failed: fitted under a concession."""
    notices: Mapping[str, Json]
    """Suppliers' notices: designs in their ranges, and installed serials of these."""
    change: Mapping[str, Json]
    """The hose's revision replaced from a date: serials and open orders affected, serials not affected."""
    recall: Mapping[str, Json]
    """A charge of steel forwards."""
    trace: Mapping[str, Json]
    """Serials backwards, one with a gap."""
    rates: Mapping[str, Json]
    """Failures per 1,000 h by transformer revision."""
    common_cause: Mapping[str, Json]
    """The leaks of hoses: the bad lot, its compound and its extrusion run; what else they share, with counts."""
    health: Mapping[str, Json]
    """The line: its score, and who takes how much of it."""
    whereabouts: Mapping[str, Mapping[str, Json]]
    """Every serial: INSTALLED with its position, STOCK, REPAIR or SCRAPPED."""

    def as_json(self) -> bytes:
        """The answer file: sorted keys, two-space indent, a newline at the end."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"

    def write(self, path: Path) -> None:
        """Write the answer file."""
        path.write_bytes(self.as_json())


def answers_of(preset: str, seed: int, site: Site, engineering: Engineering, story: Story) -> Answers:
    """All answers, from the books."""
    books = site.books
    for position, serial in books.holds.items():
        books.grid.part(serial, position, essential=True)
    revisions = {str(entity(key)): record_of(books, entity(key)) for key in ("WT.B", "WT.C")}
    return Answers(
        preset=preset,
        seed=seed,
        reference_time=to_text(REFERENCE),
        counts=dict(sorted(Counter(local_name(of) for of in books.kinds.values()).items())),
        failed_part=failed_part_of(books, story),
        upstream=upstream_of(story),
        siblings=siblings_of(books, story),
        bad_batch=bad_batch_of(site, books),
        revisions=revisions,
        where_used={str(entity(key)): where_used_of(engineering, entity(key)) for key in ("WT.C", "EC.B", "WH.B")},
        bom=tuple(bom_of(engineering)),
        outages=outages_of(site, story),
        crossing=crossing_of(site),
        collisions=tuple(collisions_of(site, story)),
        configuration=configuration_of(site, story),
        audit=audit_of(site, story),
        coverage=coverage_of(site, books),
        supplies=supplies_of(books),
        spares=spares_of(books),
        gun_differences=gun_differences_of(site, books),
        swaps=swaps_of(site, story),
        conceded=before_the_failure(story, site),
        notices=notices_of(books),
        change=change_of(books, story),
        recall=steel_recall_of(site, books),
        trace=trace_of(site, books),
        rates=rates_of(revisions),
        common_cause=common_cause_of(site, books),
        health=wear_of(site),
        whereabouts={iri: whereabouts_of(serial) for iri, serial in sorted(books.serials.items())},
    )
