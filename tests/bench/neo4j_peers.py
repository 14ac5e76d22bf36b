"""What does Cypher take for the reach that our walk answers? On one Neo4j, fed by us; ``… 100000`` gives the size.

The plant is blocks of 1,093 assets: each depends on one of the level above and on one more of it, six levels deep;
the medium cone is all that depends on the first of a block.
"""

import sys
import tempfile
import time
from pathlib import Path
from random import Random

import neo4j

from tests.bench.table import Row, Timing, measured, rate, row, show
from thread.clock import SystemClock
from thread.config import Settings
from thread.facts import ChangeSet, PartBuilder
from thread.reasoning.lineage import Direction, LineageQuery
from thread.service import Service, open_service
from thread.terms import ENTITY, THR, TYPE, Iri, UpperKind
from tools.neo4j.server import USER, Server

BLOCK = 1_093
ANCHORED = {
    "variable length": "MATCH (:Entity {iri: $iri})<-[:DEPENDS_ON*1..8]-(n) RETURN count(DISTINCT n) AS found",
    "SHORTEST": (
        "MATCH SHORTEST 1 (:Entity {iri: $iri})(()<-[:DEPENDS_ON]-()){1,8}(n:Entity) RETURN count(DISTINCT n) AS found"
    ),
}


def plant(entities: int) -> ChangeSet:
    """Assets in blocks, with what they depend on."""
    random, builder = Random(7), PartBuilder()
    for number in range(entities):
        place, block = number % BLOCK, number - number % BLOCK
        builder.attribute(f"{ENTITY}{number}", TYPE, Iri(UpperKind.ASSET))
        if place:
            parent = (place - 1) // 3
            other = max((parent - 1) // 3, 0) if parent == 0 else random.randrange((parent - 1) // 3, parent + 1)
            for above in {parent, other}:
                builder.link(f"{ENTITY}{number}", f"{THR}dependsOn", f"{ENTITY}{block + above}")
    return ChangeSet("plant", "bench", builder.parts())


def main(entities: int) -> list[Row]:
    """All rows, on a server of their own."""
    with tempfile.TemporaryDirectory() as home:
        server = Server(Path(home), heap="1g")
        server.start()
        try:
            address = f"bolt://{USER}:{server.password}@{server.address}"
            service = open_service(Settings.load(store=address), clock=SystemClock())
            try:
                return [*_fill(service, plant(entities)), *_ask(service, server, entities)]
            finally:
                service.close()
        finally:
            server.stop()


def _fill(service: Service, change_set: ChangeSet) -> list[Row]:
    start = time.perf_counter()
    service.commit(change_set)
    logged = time.perf_counter() - start
    while not service.info().graph_revision:
        time.sleep(0.1)
    shown = time.perf_counter() - start
    size = f"{change_set.size:,} facts"
    return [
        rate("import, acknowledged", size, change_set.size, Timing(logged, logged, logged), 5_000),
        rate("import, shown by the graph", size, change_set.size, Timing(shown, shown, shown), 5_000),
    ]


def _ask(service: Service, server: Server, entities: int) -> list[Row]:
    iri, rows = f"{ENTITY}{BLOCK}", []
    relations = service.ontology.subrelations(f"{THR}dependsOn")
    query = LineageQuery(direction=Direction.DOWNSTREAM, relations=relations)
    root = service.view(service.context()).find(iri)

    def ours() -> int:
        return service.lineage(service.context(), [root], query).counts().total

    with neo4j.GraphDatabase.driver(server.url, auth=(USER, server.password)) as driver:
        for name, cypher in ANCHORED.items():

            def theirs(text: str = cypher) -> int:
                return int(driver.execute_query(text, iri=iri, database_="neo4j").records[0]["found"])

            assert ours() == theirs()
            size = f"cone of {ours():,} in {entities:,}"
            rows.append(row(f"reach, Cypher {name}", size, measured(ours, 20), 50, peer=("Neo4j", measured(theirs))))
    return rows


if __name__ == "__main__":
    show(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
