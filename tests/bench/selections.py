"""What does a page of entities cost from question to JSON? Compiled plans, the normal executor, and the floor.

The floor is what no service can beat: the finished dicts of the answer, made anew and encoded by orjson. ``python -m
tests.bench.selections`` asks for pages of 10, 1,000 and 10,000 nodes with five fields each; pages above 500 are
allowed for the measurement only.
"""

import orjson

from tests.bench.table import Row, Timing, measured, row, show
from thread.api.engine import Engine
from thread.clock import SystemClock
from thread.config import Settings
from thread.facts import ChangeSet, PartBuilder
from thread.service import Service, open_service
from thread.terms import ENTITY, LABEL, THR, TYPE, Iri, UpperKind

_GOALS = ((10, 6.0), (1_000, 20.0), (10_000, 20.0))
_QUESTION = """query($hub: ID!, $n: Int!) {
  lineage(from: [$hub], input: {direction: DOWNSTREAM, relations: [DEPENDS_ON]}) {
    hits(first: $n) { edges { node { id iri label kind version } } }
  }
}"""


def plant(sizes: tuple[int, ...]) -> ChangeSet:
    """A hub per size, and as many assets that depend on it."""
    builder = PartBuilder()
    for size in sizes:
        for number in range(size + 1):
            iri = f"{ENTITY}{size}-{number}"
            builder.attribute(iri, TYPE, Iri(UpperKind.ASSET))
            builder.attribute(iri, LABEL, f"Asset {number} of {size}")
            if number:
                builder.link(iri, f"{THR}dependsOn", f"{ENTITY}{size}-0")
    return ChangeSet("plant", "bench", builder.parts())


def main() -> list[Row]:
    """All rows."""
    service = open_service(Settings.load(store="memory:", deadline_ms=600_000), clock=SystemClock())
    service.settings = service.settings.model_copy(update={"max_page": 10_000, "max_cost": 10**9})
    service.commit(plant(tuple(size for size, _ in _GOALS)))
    try:
        return [each for size, goal in _GOALS for each in _page(service, size, goal)]
    finally:
        service.close()


def _page(service: Service, size: int, goal: float) -> list[Row]:
    planned, plain = Engine(service), Engine(service)
    plain.compiled = False
    given = {"hub": f"{ENTITY}{size}-0", "n": size}

    def ask(engine: Engine) -> bytes:
        result = engine.execute(_QUESTION, given)
        assert not result.errors, result.errors
        return orjson.dumps(result.data)

    assert ask(planned) == ask(plain)
    edges = orjson.loads(ask(planned))["lineage"]["hits"]["edges"]
    rows = [tuple(edge["node"].values()) for edge in edges]

    def floor() -> bytes:
        made = [
            {"node": {"id": one, "iri": two, "label": three, "kind": four, "version": five}}
            for one, two, three, four, five in rows
        ]
        return orjson.dumps({"lineage": {"hits": {"edges": made}}})

    repeat = max(1, 2_000 // size)
    ours, theirs = measured(lambda: ask(planned), repeat), measured(lambda: ask(plain), max(1, repeat // 10))
    least: Timing = measured(floor, repeat)
    what = f"{size:,} nodes x 5 fields"
    return [
        row("page, plan", what, ours, goal, peer=("Strawberry", theirs)),
        row("page, the floor", what, least, 0, peer=("plan", ours)),
    ]


if __name__ == "__main__":
    show(main())
