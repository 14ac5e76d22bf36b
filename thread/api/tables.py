"""How does a long list of entities stay a few columns? Objects are made only for who asks for them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

if TYPE_CHECKING:
    from thread.api.entity import Entity
    from thread.api.scope import Reading

Item = TypeVar("Item")


class _Lazy(Sequence[Item], Generic[Item]):
    """A sequence whose items are made when they are read."""

    __slots__ = ()

    def _at(self, index: int) -> Item:
        raise NotImplementedError

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        if isinstance(index, slice):
            return [self._at(at) for at in range(*index.indices(len(self)))]
        return self._at(range(len(self))[index])

    def __iter__(self) -> Iterator[Item]:
        return (self._at(at) for at in range(len(self)))


class Entities(_Lazy["Entity"]):
    """Entities of one reading, as their nodes and IRIs."""

    __slots__ = ("iris", "nodes", "reading")

    def __init__(self, reading: Reading, nodes: Sequence[int], iris: Sequence[str]) -> None:
        self.reading, self.nodes, self.iris = reading, nodes, iris

    def __len__(self) -> int:
        return len(self.nodes)

    def _at(self, index: int) -> Entity:
        return self.reading.named_entity(self.nodes[index], self.iris[index])


class Edges(_Lazy[Item]):
    """The edges of one page: an entity each, and columns of what else an edge says.

    Args:
        columns: by attribute of the edge what gives it for all edges; what is not here is read edge by edge.
        make: the edge at a position.
    """

    __slots__ = ("_make", "columns", "node")

    def __init__(
        self, node: Sequence[Entity], columns: Mapping[str, Callable[[], Sequence[Any]]], make: Callable[[int], Item]
    ) -> None:
        self.node, self.columns, self._make = node, columns, make

    def __len__(self) -> int:
        return len(self.node)

    def _at(self, index: int) -> Item:
        return self._make(index)


def as_list(items: Sequence[Item]) -> list[Item]:
    """The sequence under the name of a list: annotations of GraphQL fields know no other, and nobody changes one."""
    return cast("list[Item]", items)


def iris_of(entities: Sequence[Entity]) -> Sequence[str]:
    """The IRIs of entities, without making one."""
    return entities.iris if isinstance(entities, Entities) else [entity._iri for entity in entities]
