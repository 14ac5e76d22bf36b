"""Which answers about structures were planted? Differences of guns, notices, changes, gaps in traces, recalls."""

from collections.abc import Mapping

from thread.clock import Instant, to_text
from thread.samples.books import Books, Serial
from thread.samples.engineering import EFFECTIVE, FLOW_SWITCH_FROM, NOTICES
from thread.samples.json_values import Json, listed
from thread.samples.plant import GEO, RESPOT
from thread.samples.site import START, Site, day
from thread.samples.story import FAILED_AT, Story
from thread.samples.words import entity
from thread.terms import EntityId

_CHANGED: Instant = day(400)
"""The change of the hose that nobody has planned yet: from then on revision B is not good enough."""


def gun_differences_of(site: Site, books: Books) -> dict[str, list[Json]]:
    """As designed against as maintained, by hand: a gun was built before the transformer of revision C.

    A transformer C stands for B; a hose A does not stand for B; guns from a serial on lack the flow switch.
    """
    assert START < EFFECTIVE
    found: dict[str, list[Json]] = {}
    for robot in (*GEO, *RESPOT):
        gun = site.id(f"G-{robot}")
        rows: list[Json] = []
        if books.gun_serials[gun] >= FLOW_SWITCH_FROM:
            rows.append({"kind": "MISSING", "left": entity("FS.A"), "right": None, "concessions": []})
        for slot, asked in (("transformer", "WT.B"), ("hose", "WH.B")):
            serial = books.serials[books.holds[site.id(f"G-{robot}/{slot}")]]
            if serial.revision == entity("WT.C"):
                kind = "SUBSTITUTED"
            elif serial.revision == entity("WH.A"):
                kind = "DEVIATED"
            else:
                continue
            conceded = [books.conceded[serial.iri]] if serial.iri in books.conceded and kind == "DEVIATED" else []
            rows.append({"kind": kind, "left": entity(asked), "right": serial.iri, "concessions": listed(conceded)})
        found[gun] = rows
    return found


def swaps_of(site: Site, story: Story) -> dict[str, Json]:
    """As built against as maintained of the story's gun: what sat there first, what sits there, by which order."""
    books = site.books
    rows: list[Json] = []
    for position, asset in sorted(books.position_of.items()):
        if asset != story.gun:
            continue
        first = min(
            ((stay.since, serial.iri) for serial in books.serials.values() for stay in serial.stays
             if stay.position == position),
        )[1]  # fmt: skip
        now = books.holds[position]
        stay = books.serials[now].stays[-1]
        if first != now:
            rows.append({"position": position, "left": first, "right": now, "order": stay.installed_by})
    return {"asset": story.gun, "swaps": rows}


def notices_of(books: Books) -> dict[str, Json]:
    """Notice -> the designs in its ranges, and their serials that are installed."""
    touched = {"PCN-14": ["WH.B"], "PCN-15": list[str]()}
    assert touched.keys() == NOTICES.keys()
    found: dict[str, Json] = {}
    for notice, designs in touched.items():
        iris = {entity(design) for design in designs}
        units = sorted(s.iri for s in books.serials.values() if s.revision in iris and s.stay)
        found[entity(notice)] = {"designs": listed(sorted(iris)), "installed": listed(units)}
    return found


def change_of(books: Books, story: Story) -> dict[str, Json]:
    """Hose revision B replaced from a date: what was made before is good, what is scrapped does not matter."""
    units = [s for s in books.serials.values() if s.revision == entity("WH.B")]

    def of(affected: bool) -> list[Json]:
        return listed(sorted(s.iri for s in units if _is_affected(s) is affected))

    return {
        "revision": entity("WH.B"),
        "from": to_text(_CHANGED),
        "affected": of(True),
        "not_affected": of(False),
        "orders": listed([story.planned["same-1"]]),
    }


def _is_affected(serial: Serial) -> bool:
    return serial.made >= _CHANGED and serial.whereabouts != "SCRAPPED"


def steel_recall_of(site: Site, books: Books) -> dict[str, Json]:
    """A charge of steel, forwards: its lot, the bodies, the orders that they were made for."""
    bodies = books.of_batch(site.id("LOT-BD-1"))
    return {
        "raw": site.id("RAW-ST-4"),
        "batches": listed([site.id("LOT-BD-1")]),
        "items": listed(sorted(body.iri for body in bodies)),
        "orders": listed(sorted(site.id(key) for key in ("CO-5001", "CO-5002"))),
    }


def trace_of(site: Site, books: Books) -> dict[str, Json]:
    """Serials backwards: caps end at copper of which nobody knows the supplier, hoses at the compound's maker."""
    caps = min(s.iri for s in books.serials.values() if s.batch == site.id("LOT-EC-1"))
    hose = min(s.iri for s in books.serials.values() if s.batch == site.id("LOT-WH-B1"))
    return {
        "gap": {"serial": caps, "batches": listed(sorted([site.id("LOT-EC-1"), site.id("RAW-CU-2")])),
                "broken_at": site.id("RAW-CU-2")},
        "whole": {"serial": hose, "batches": listed(sorted([site.id("LOT-WH-B1"), site.id("RAW-EL-7")])),
                  "suppliers": listed([entity("SUP-ELBE")])},
    }  # fmt: skip


def rates_of(revisions: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Failures per 1,000 h of the transformer's revisions, from the books' counts."""
    found: dict[str, Json] = {}
    for revision, record in revisions.items():
        failures, exposed = record["failures"], record["installed_hours"]
        assert isinstance(failures, int)
        assert isinstance(exposed, float)
        found[revision] = round(1000 * failures / exposed, 9)
    return found


def common_cause_of(site: Site, books: Books) -> dict[str, Json]:
    """The leaks of hoses: what they share, with the hoses that have it and of these those that never failed."""
    lot, raw = site.id("LOT-WH-B1"), site.id("RAW-EL-7")
    hoses = [serial for serial in books.serials.values() if serial.batch.rpartition("-")[0] == lot.rpartition("-")[0]]
    failures = sorted((f for f in books.failures.values() if f.failed in {h.iri for h in hoses}), key=lambda f: f.iri)
    having: dict[str, list[Serial]] = {}
    for hose in hoses:
        behind = [hose.batch, books.supplier_of[hose.batch], hose.revision, *hose.steps]
        for origin in [*behind, *([raw] if hose.batch == lot else [])]:
            having.setdefault(origin, []).append(hose)
    broken = {failure.failed for failure in failures}
    return {
        "failures": listed(failure.iri for failure in failures),
        "comparable": len(hoses),
        "cause": listed(sorted([lot, raw, site.id("EX-31")])),
        "shared": {
            origin: {
                "failed": listed(sorted(broken & {hose.iri for hose in those})),
                "exposed": len(those),
                "unharmed": sum(hose.iri not in broken for hose in those),
            }
            for origin, those in sorted(having.items())
            if len(broken & {hose.iri for hose in those}) > 1
        },
    }


def before_the_failure(story: Story, site: Site) -> dict[str, Json]:
    """The failed serial was fitted under a concession: as designed against as maintained at that moment."""
    concession: EntityId = site.id("CON-7")
    return {"at": to_text(FAILED_AT - 1), "gun": story.gun, "serial": story.failed.iri, "concession": concession}


__all__ = [
    "before_the_failure",
    "change_of",
    "common_cause_of",
    "gun_differences_of",
    "notices_of",
    "rates_of",
    "steel_recall_of",
    "swaps_of",
    "trace_of",
]
