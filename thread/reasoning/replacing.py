"""May this be fitted in place of that? Chains of supersession and alternates, with the links that say so."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from thread.projection.view import View
from thread.reasoning.answers import LinkRef, PathAnswer
from thread.reasoning.bom import REVISION_OF, SUPERSEDES
from thread.terms import THR, UpperKind

ALTERNATE_FOR = THR + "alternateFor"


class Replacements:
    """Which designs stand for which, in one view. Answers are kept: few pairs of designs are asked of again and again.

    A design may be fitted in place of another if it is an alternate for it or supersedes it, through any number of
    steps; an alternate is not one the other way round. Designs speak for their revisions, not the reverse.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self._relations = view.ontology.subrelations(ALTERNATE_FOR, SUPERSEDES)
        self._revision_of = view.ontology.subrelations(REVISION_OF)
        self._reach: dict[int, dict[int, PathAnswer]] = {}
        self._families: dict[int, int] = {}

    def prefetch(self, designs: Iterable[int]) -> None:
        """Learn the families of many designs at once."""
        nodes = np.unique(np.fromiter((each for each in designs if each >= 0), np.int32))
        table = self.view.links_of(nodes, self._revision_of)
        for revision, design in zip(table.subject.tolist(), table.object.tolist(), strict=True):
            known = self._families.setdefault(revision, design)
            if known != design:
                self._families[revision] = min(known, design, key=self.view.iri)
        for node in nodes.tolist():
            self._families.setdefault(node, node)

    def family(self, design: int) -> int:
        """The design of a revision; a design itself."""
        if design < 0:
            return -1
        if design not in self._families:
            above = self.view.links_from(design, self._revision_of).object.tolist()
            self._families[design] = min(above, key=self.view.iri, default=design)
        return self._families[design]

    def reach(self, design: int, *, backwards: bool = False) -> dict[int, PathAnswer]:
        """Everything that a design may stand for (``backwards``: that may stand for it), with the way."""
        key = ~design if backwards else design
        if key not in self._reach:
            self._reach[key] = self._walk(design, backwards)
        return self._reach[key]

    def _walk(self, design: int, backwards: bool) -> dict[int, PathAnswer]:
        found = {design: PathAnswer((design,), (), 0)}
        waiting = deque([design])
        while waiting:
            node = waiting.popleft()
            read = self.view.links_to if backwards else self.view.links_from
            rows = zip(*(column.tolist() for column in read(node, self._relations)), strict=True)
            steps = [(row[0] if backwards else row[1], LinkRef(*row)) for row in rows]
            for other, link in sorted(steps, key=lambda step: self.view.iri(step[0])):
                if other not in found:
                    before = found[node]
                    found[other] = PathAnswer((*before.nodes, other), (*before.links, link), before.length + 1)
                    waiting.append(other)
        del found[design]
        return found

    def way(self, fitted: int, asked: int) -> PathAnswer | None:
        """Why one design may be fitted where another is asked for; None where nothing says so."""
        if fitted < 0 or asked < 0:
            return None
        direct = self.reach(fitted).get(asked)
        if direct is not None:
            return direct
        mine, theirs = self.family(fitted), self.family(asked)
        return None if mine == theirs else self.reach(mine).get(theirs)

    def revisions(self, design: int) -> list[int]:
        """The revisions of a design."""
        found: list[int] = self.view.links_to(design, self._revision_of).subject.tolist()
        return found

    def is_whole_design(self, design: int) -> bool:
        """Whether it is a design, not one of its revisions."""
        return self.view.kind(design) in self.view.ontology.subkinds(UpperKind.PRODUCT_DESIGN)


@dataclass(frozen=True, slots=True)
class Stand:
    """A design that may be fitted in place of another, or that another may be fitted in place of."""

    node: int
    path: PathAnswer


def stands_for(view: View, design: int) -> tuple[list[Stand], list[Stand]]:
    """What may be fitted in place of a design (newer ones and alternates), and what it may be fitted in place of."""
    if design < 0:
        return [], []
    known = Replacements(view)
    instead = [Stand(node, path) for node, path in known.reach(design, backwards=True).items()]
    return instead, [Stand(node, path) for node, path in known.reach(design).items()]


__all__ = ["Replacements", "Stand", "stands_for"]
