"""What does an answer hold? Typed things; tables and graphs for pandas, polars and networkx where those are there."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from thread.client.errors import ClientError

if TYPE_CHECKING:
    import networkx

Row = dict[str, Any]


class MissingLibrary(ClientError):
    """A library that was asked for is not installed; the client needs none."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not installed.", code="MISSING_LIBRARY", hint=f"pip install {name}")


def flat(value: Mapping[str, Any], before: str = "") -> Row:
    """Nested objects as one row: ``node.label``; a connection or list within stays as it is.

    >>> flat({"score": 1.0, "node": {"iri": "urn:a", "label": "A"}})
    {'score': 1.0, 'node.iri': 'urn:a', 'node.label': 'A'}
    """
    row: Row = {}
    waiting = [(before, value)]
    while waiting:
        prefix, found = waiting.pop(0)
        for name, one in found.items():
            if isinstance(one, Mapping):
                waiting.append((f"{prefix}{name}.", one))
            else:
                row[prefix + name] = one
    return row


class Frames:
    """Rows that become a table of whichever library is there."""

    def rows(self) -> list[Row]:
        """The rows as dictionaries; nested fields are named with a dot."""
        raise NotImplementedError

    def to_pandas(self) -> Any:
        """The rows as a pandas table.

        Raises:
            MissingLibrary: pandas is not installed.
        """
        return _library("pandas").DataFrame(self.rows())

    def to_polars(self) -> Any:
        """The rows as a polars table; all rows are looked at for the types of its columns.

        Raises:
            MissingLibrary: polars is not installed.
        """
        return _library("polars").DataFrame(self.rows(), infer_schema_length=None)


class Found(Frames, Iterator[Mapping[str, Any]]):
    """Entries of a list, page by page as they are taken. Tables are of what has not been taken yet."""

    def __init__(self, pages: Iterator[Mapping[str, Any]]) -> None:
        self._pages, self._page = pages, iter(())  # type: tuple[Iterator[Mapping[str, Any]], Iterator[Mapping[str, Any]]]
        self.total: int | None = None
        """How many there are over all pages, once the first has come."""

    def __next__(self) -> Mapping[str, Any]:
        while True:
            for entry in self._page:
                return entry
            connection = next(self._pages)
            self.total = connection.get("totalCount", self.total)
            self._page = iter(connection["edges"])

    def rows(self) -> list[Row]:
        return [flat(entry) for entry in self]


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing of the plant."""

    id: str
    iri: str
    kind: str
    label: str
    identifiers: tuple[str, ...] = ()
    """As scheme:value."""

    @staticmethod
    def of(said: Mapping[str, Any]) -> Entity:
        """The entity that an answer describes."""
        names = tuple(f"{one['scheme']}:{one['value']}" for one in said.get("identifiers", ()))
        return Entity(said["id"], said["iri"], said["kind"], said["label"], names)


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that was found, and by what."""

    entity: Entity
    score: float | None = None
    """Of a search: 1 for a name that is what was asked for."""
    matched: tuple[str, ...] = ()
    """Of a search: its names that have a word of the text."""
    degree: int | None = None
    """Of a lineage: links from the nearest root."""
    via: tuple[str, ...] = ()
    """Of a lineage: relations of the last links."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Entities and links of a ``graph { nodes links }``."""

    nodes: tuple[Mapping[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """The graph for networkx: nodes by IRI with their fields, links by relation, from subject to object.

        Raises:
            MissingLibrary: networkx is not installed.
        """
        made: networkx.MultiDiGraph[str] = _library("networkx").MultiDiGraph()
        iris = {node["id"]: node["iri"] for node in self.nodes}
        for node in self.nodes:
            made.add_node(node["iri"], **flat(node))
        for link in self.links:
            ends = iris[link["source"]], iris[link["target"]]
            made.add_edge(
                *ends, key=link["relation"], **{k: v for k, v in link.items() if k not in ("source", "target")}
            )
        return made


@dataclass(frozen=True, slots=True)
class Answer(Frames):
    """The answer to a document."""

    data: Mapping[str, Any]
    extensions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """The revision that was read."""
        return int(self.extensions.get("revision", 0))

    def at(self, path: str) -> Any:
        """What lies at a path such as ``lineage.hits.edges``; without it, the one root field.

        Raises:
            KeyError: there is nothing by that name; says what there is.
        """
        found: Any = self.data
        for step in filter(None, path.split(".")):
            if not isinstance(found, Mapping) or step not in found:
                there = ", ".join(found) if isinstance(found, Mapping) else type(found).__name__
                raise KeyError(f"{step!r} of {path!r}; there is {there}")
            found = found[step]
        return next(iter(found.values())) if not path and len(found) == 1 else found

    def rows(self, path: str = "") -> list[Row]:
        """The entries of the list or connection at a path as rows; by default of the first connection there is."""
        found = self.at(path) if path else _first_list(self.data)
        entries = found["edges"] if isinstance(found, Mapping) and "edges" in found else found
        return [flat(one) if isinstance(one, Mapping) else {"value": one} for one in _listed(entries)]

    def graph(self, path: str = "") -> Graph:
        """The graph at a path; by default the first one.

        Raises:
            KeyError: the document asks for none.
        """
        found = self.at(path) if path else _first(self.data, lambda one: "nodes" in one and "links" in one)
        if found is None:
            raise KeyError("the document asks for no graph { nodes links }")
        return Graph(tuple(found["nodes"]), tuple(found["links"]))


def _listed(found: Any) -> Sequence[Any]:
    return found if isinstance(found, list) else [found]


def _first_list(data: Mapping[str, Any]) -> Any:
    found = _first(data, lambda one: "edges" in one)
    return data if found is None else found


def _first(data: Mapping[str, Any], wanted: Any) -> Mapping[str, Any] | None:
    waiting: list[Any] = [data]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, Mapping):
            if wanted(one):
                return one
            waiting += one.values()
    return None


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingLibrary(name) from error


def entities_of(found: Iterable[Mapping[str, Any]]) -> list[Entity]:
    """The entities of a list of an answer."""
    return [Entity.of(one) for one in found]
