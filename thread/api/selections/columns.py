"""How do many entities come into the answer at once? Kind by kind, column by column, without an object each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from thread.api.ids import encode_ids
from thread.api.selections.leaves import wrong

if TYPE_CHECKING:
    from thread.api.scope import Reading
    from thread.api.tables import Entities
    from thread.api.vocabulary import AttributeField


class Batch:
    """Entities of one kind out of a list."""

    __slots__ = ("arguments", "entities", "kind", "nodes", "places", "reading")

    def __init__(self, entities: Entities, places: Sequence[int] | None, kind: int, arguments: Any) -> None:
        self.entities, self.places, self.kind, self.arguments = entities, places, kind, arguments
        self.reading: Reading = entities.reading
        self.nodes = entities.nodes if places is None else [entities.nodes[at] for at in places]

    @property
    def iris(self) -> Sequence[str]:
        """The IRI of each."""
        given = self.entities.iris
        return given if self.places is None else [given[at] for at in self.places]


Column = Callable[[Batch], Sequence[Any]]


def _ids(batch: Batch) -> list[str]:
    return encode_ids(batch.iris, batch.reading.at)


def _iris(batch: Batch) -> Sequence[str]:
    return batch.iris


def _kinds(batch: Batch) -> list[str]:
    return [str(batch.reading.vocabulary.kind_names[batch.kind])] * len(batch.nodes)


def _labels(batch: Batch) -> list[str]:
    return batch.reading.view.labels(np.array(batch.nodes, np.int32))


def _versions(batch: Batch) -> list[str]:
    return [str(version) for version in batch.reading.view.versions(np.array(batch.nodes, np.int32))]


OF_EVERY_ENTITY: Final[dict[str, Column]] = {
    "id": _ids,
    "iri": _iris,
    "kind": _kinds,
    "label": _labels,
    "version": _versions,
}
"""What is read for many at once; the values stand for themselves."""


def constant(value: str) -> Column:
    """The same for each."""
    return lambda batch: [value] * len(batch.nodes)


def attribute(field: AttributeField, show: Callable[[Any], Any]) -> Column:
    """An attribute with one value, null where it has none; ``show`` makes the leaf of the answer."""
    iri, make = field.attribute.iri, field.show

    def read(batch: Batch) -> list[Any]:
        found = batch.reading.view.column_of(np.array(batch.nodes, np.int32), iri)
        return [show(make(values[0])) if values else None for values in found]

    return read


def one_by_one(function: Callable[[Any, Any], Any]) -> Column:
    """What only an entity itself can say."""

    def read(batch: Batch) -> list[Any]:
        entities, places = batch.entities, batch.places
        each = entities if places is None else [entities[at] for at in places]
        return [function(entity, batch.arguments) for entity in each]

    return read


def rows(entities: Entities, arguments: Any, writer: Callable[[str], Column]) -> list[Any]:
    """The answers of entities in their order; ``writer`` gives what writes those of a concrete type."""
    reading = entities.reading
    kinds = reading.view.kinds_of(np.array(entities.nodes, np.int32)).tolist()
    names, distinct = reading.vocabulary.type_names, set(kinds)
    if min(distinct, default=0) < 0:
        wrong("an entity that is not there")
    if len(distinct) == 1:
        return list(writer(names[kinds[0]])(Batch(entities, None, kinds[0], arguments)))
    found: list[Any] = [None] * len(kinds)
    for kind in distinct:
        places = [at for at, other in enumerate(kinds) if other == kind]
        made = writer(names[kind])(Batch(entities, places, kind, arguments))
        for at, row in zip(places, made, strict=True):
            found[at] = row
    return found
