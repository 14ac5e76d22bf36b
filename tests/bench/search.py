"""How fast is a search among 10^6 entities, and what does its index hold?

Run as ``python -m tests.bench.search [ENTITIES] [RESULTS.csv]``. Every entity has a serial and a label of its own; the
view checks valid and recorded time of every name that is met.
"""

import sys
from itertools import count
from pathlib import Path

from tests.bench.table import Row, measured, row, show
from thread.facts import ChangeSet, PartBuilder, Revision
from thread.ontology import load_ontology
from thread.projection import Projection
from thread.reasoning.search import SearchQuery, search_of
from thread.terms import IDENTIFIER, LABEL, SCHEME, TYPE, Iri, UpperKind
from thread.testing.generate import SINCE, generate_plant, parts_of_plant

NOW = SINCE + 900 * 86_400_000_000


def grown(projection: Projection, ordinal: int) -> None:
    """Commit one entity with two names."""
    builder, iri = PartBuilder(), f"urn:new:{ordinal}"
    builder.attribute(iri, TYPE, Iri(UpperKind.ASSET))
    builder.attribute(iri, LABEL, f"Newcomer {ordinal}")
    builder.attribute(iri, IDENTIFIER, f"NC{ordinal:07d}", qualifiers=((SCHEME, "tag"),))
    staged = projection.stage(ChangeSet(f"new-{ordinal}", "bench", builder.parts()))
    projection.publish(staged, Revision(ordinal, ordinal))


def figures(size: int) -> list[Row]:
    projection, shown = Projection(load_ontology()), f"{size:,}"
    staged = projection.stage(ChangeSet("plant", "bench", tuple(parts_of_plant(generate_plant(size, seed=1)))))
    projection.publish(staged, Revision(1, 1))
    view = projection.view(NOW)
    names = type(projection.names)

    def build() -> None:
        projection.names = names(projection._words)
        projection.names.follow(projection._state)

    rows = [row("index of all names, made anew", shown, measured(build), 10.0)]
    sys.stdout.write(
        f"index {projection.names.bytes / 1e6:,.0f} MB, projection {projection.statistics().bytes / 1e6:,.0f} MB\n"
    )
    middle = size // 2
    for title, text, goal in (
        ("a serial", f"SN{middle:08d}", 0.01),
        ("the beginning of a serial (10 found)", f"SN{middle:08d}"[:-1], 0.01),
        ("two words", f"thing {middle}", 0.1),
        ("a serial with two digits swapped", f"SN{12345678:08d}", 0.05),
        ("a word with a typo that half of all names have", "thign 77", 0.3),
        ("a word that all names have", "thing", 0.3),
    ):
        found = search_of(view, SearchQuery(text)).total
        time = measured(lambda text=text: search_of(view, SearchQuery(text)).page(0, 25))  # type: ignore[misc]
        rows.append(row(f"{title}: {found:,}", shown, time, goal))
    ordinals = count(2)

    def changed() -> None:
        grown(projection, ordinal := next(ordinals))
        fresh = projection.view(NOW)
        assert search_of(fresh, SearchQuery(f"NC{ordinal:07d}")).total == 1

    rows.append(row("a commit of one entity, and finding it", shown, measured(changed), 0.02))
    return rows


if __name__ == "__main__":
    given = sys.argv[1:]
    show(figures(int(given[0]) if given else 1_000_000), Path(given[1]) if len(given) > 1 else None)
