"""Which kinds, relations, attributes and media do the files name, and what is stated or inherited of each?"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from thread.ontology import language as say
from thread.ontology.graph import Graph, Node


class Reading:
    """The triples, sorted by what they describe. Right or wrong: ``lint`` judges, ``load`` builds."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """Kind IRIs with their direct superkinds: all that is below ``thr:Entity``, sorted."""
        return {iri: self._parents(iri, say.SUBCLASS) for iri in sorted(self._below(say.ENTITY))}

    @cached_property
    def terms(self) -> frozenset[str]:
        """Classes of words of the ontology itself: all that is below ``thr:Term``."""
        return frozenset(self._below(say.TERM))

    @cached_property
    def classes(self) -> frozenset[str]:
        """Everything that is declared or used as a class, blank ones left out."""
        declared = {*self.graph.subjects(say.TYPE, say.CLASS), *self.graph.subjects(say.TYPE, say.RDFS_CLASS)}
        return frozenset(iri for iri in declared | self._stated(say.SUBCLASS) if not iri.startswith("_:"))

    @cached_property
    def properties(self) -> frozenset[str]:
        """Everything that is declared or used as a property of facts."""
        declared = {
            *self.graph.subjects(say.TYPE, say.OBJECT_PROPERTY),
            *self.graph.subjects(say.TYPE, say.DATATYPE_PROPERTY),
        }
        stated = self._stated(say.SUBPROPERTY) | self.shapes.keys()
        return frozenset(iri for iri in declared | stated if not iri.startswith("_:"))

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """IRIs of attributes, sorted: they have a datatype, or their range is a class of words."""
        return tuple(sorted(iri for iri in self.properties if self._is_attribute(iri)))

    @cached_property
    def relations(self) -> Mapping[str, tuple[str, ...]]:
        """Relation IRIs with their direct super-relations, sorted; inverse names left out."""
        names = self.properties - set(self.attributes) - self.inverses.keys()
        return {iri: self._parents(iri, say.SUBPROPERTY) for iri in sorted(names)}

    @cached_property
    def inverses(self) -> Mapping[str, str]:
        """Properties that are only the inverse name of a relation, with that relation."""
        found: dict[str, str] = {}
        for subject in self._stated(say.INVERSE):
            for value in self.graph.iris(subject, say.INVERSE):
                if self._is_forward(value) and not self._is_forward(subject):
                    found[subject] = value
                else:
                    found[value] = subject
        return found

    @cached_property
    def inverse_of(self) -> Mapping[str, str]:
        """Relations with the IRI of their inverse name, where one is stated."""
        return {relation: inverse for inverse, relation in sorted(self.inverses.items(), reverse=True)}

    @cached_property
    def shapes(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Property paths with the (kind, shape) pairs that constrain them, in the order of the files."""
        found: dict[str, list[tuple[str, str]]] = {}
        for subject, predicate, shape in self.graph:
            if predicate == say.PROPERTY and isinstance(shape, str):
                path = self.graph.iri(shape, say.PATH)
                if path is not None:
                    found.setdefault(path, []).append((subject, shape))
        return {path: tuple(pairs) for path, pairs in found.items()}

    @cached_property
    def media(self) -> tuple[str, ...]:
        """Media that are declared, or named by a relation or kind, sorted."""
        named = {*self.graph.subjects(say.TYPE, say.MEDIUM_CLASS)}
        for subject, predicate, value in self.graph:
            if (
                predicate in (say.MEDIUM, say.FEEDS, say.PRODUCES)
                and isinstance(value, str)
                and not subject.startswith("_:")
            ):
                named.add(value)
        return tuple(sorted(named))

    def ancestors(self, iri: str) -> list[str]:
        """The kind or relation itself and all above it, nearest first; a cycle is walked once."""
        parents = self.kinds if iri in self.kinds else self.relations
        found, todo = [iri], [iri]
        while todo:
            todo = [parent for each in todo for parent in parents.get(each, ())]
            todo = [parent for parent in dict.fromkeys(todo) if parent not in found]
            found += todo
        return found

    def nearest(self, iri: str, predicate: str) -> list[Node]:
        """Values stated of the kind or relation, else of its nearest ancestors that state any; distinct."""
        parents = self.kinds if iri in self.kinds else self.relations
        seen, level = {iri}, [iri]
        while level:
            values = [value for each in level for value in self.graph.values(each, predicate)]
            if values:
                return list(dict.fromkeys(values))
            level = [parent for each in level for parent in parents.get(each, ())]
            level = [parent for parent in dict.fromkeys(level) if parent not in seen]
            seen.update(level)
        return []

    def nearest_classes(self, iri: str, predicate: str) -> list[str]:
        """Domain or range, stated or inherited, with unions taken apart; sorted."""
        return self.expand(value for value in self.nearest(iri, predicate) if isinstance(value, str))

    def expand(self, classes: Iterable[str]) -> list[str]:
        """Class IRIs with ``owl:unionOf`` taken apart; sorted."""
        found: set[str] = set()
        for each in classes:
            heads = self.graph.iris(each, say.UNION)
            members = [value for head in heads for value in self.graph.members(head) if isinstance(value, str)]
            found.update(members or ([each] if not each.startswith("_:") else []))
        return sorted(found)

    def is_symmetric(self, iri: str) -> bool:
        """True if the relation or one above it reads the same from both ends."""
        return any((each, say.TYPE, say.SYMMETRIC) in self.graph for each in self.ancestors(iri))

    def is_functional(self, iri: str) -> bool:
        """True if the relation or one above it has at most one object at a time."""
        return any((each, say.TYPE, say.FUNCTIONAL) in self.graph for each in self.ancestors(iri))

    def _parents(self, iri: str, predicate: str) -> tuple[str, ...]:
        return tuple(sorted({p for p in self.graph.iris(iri, predicate) if p != iri and not p.startswith("_:")}))

    def _stated(self, predicate: str) -> set[str]:
        return {subject for subject in self.graph.all_subjects() if self.graph.values(subject, predicate)}

    def _below(self, root: str) -> set[str]:
        found, todo = {root}, [root]
        while todo:
            todo = [s for each in todo for s in self.graph.subjects(say.SUBCLASS, each) if s not in found]
            found.update(todo)
        return {iri for iri in found if not iri.startswith("_:")}

    def _is_attribute(self, iri: str) -> bool:
        if (iri, say.TYPE, say.DATATYPE_PROPERTY) in self.graph:
            return True
        if self.graph.values(iri, say.SUBPROPERTY):
            return False
        if any(each in self.terms for each in self.graph.iris(iri, say.RANGE)):
            return True
        return iri in self.shapes and (iri, say.TYPE, say.OBJECT_PROPERTY) not in self.graph

    def _is_forward(self, iri: str) -> bool:
        return bool(self.graph.values(iri, say.ROLE) or self.graph.values(iri, say.SUBPROPERTY))
