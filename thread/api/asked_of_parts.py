"""What can be asked of designs, parts and batches? Root fields beside those of ``queries``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.api.differing import Differences
from thread.api.places import Sharing
from thread.api.queries import AsOfInput, as_asked
from thread.api.recalls import Recall, Trace
from thread.api.siblings import Siblings, siblings_answer
from thread.api.structures import BuiltInput, PartsOf, StructureView, built_of
from thread.api.uses import WhereUsed
from thread.api.words import ID
from thread.reasoning import configuration as reasoning
from thread.service.context import at_one_instant

if TYPE_CHECKING:
    from thread.api.scope import Reading, Scope

_ALL: Final = ["BATCH", "SUPPLIER", "REVISION", "PROCESS_STEP"]


@dataclass(frozen=True, slots=True)
class StructureInput:
    """One structure: of what, which of its structures, at which time, for which unit."""

    of: ID
    """A design, revision, asset or component: opaque id, IRI or identifier."""
    view: StructureView
    """Which structure."""
    at: AsOfInput | None = None
    """When; by default now, as known now."""
    built: BuiltInput | None = None
    """For which unit the bill is read."""


class PartQuestions:
    """Root fields: published with those of the query type, whose source they are called with."""

    _scope: Scope

    def siblings(self, of: ID, sharing: list[Sharing] | None = None, at: AsOfInput | None = None) -> Siblings:
        """Items that share a batch, supplier, revision or process step with one (by default any of these), and where each is now. Takes an opaque id, IRI or identifier."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([of], as_asked(at))
        return siblings_answer(reading, nodes, missing, [Sharing(each) for each in sharing or _ALL])

    def recall(self, of: ID, at: AsOfInput | None = None) -> Recall:
        """Everything that came of a lot, supplier, revision, process step or item, over all time, and all that ever had it in it; where each item is now, and what to do. Takes an opaque id, IRI or identifier."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([of], as_asked(at))
        return Recall(reading, self._scope.service.recall(reading.context, nodes[0] if nodes else -1), missing)

    def trace(self, of: ID, at: AsOfInput | None = None) -> Trace:
        """What an item was made of, back to raw lots and suppliers, its parts at any time included, and where the trace breaks. Takes an opaque id, IRI or identifier."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([of], as_asked(at))
        return Trace(reading, self._scope.service.trace(reading.context, nodes[0] if nodes else -1), missing)

    def structure(
        self, of: ID, view: StructureView, built: BuiltInput | None = None, at: AsOfInput | None = None
    ) -> PartsOf:
        """What something consists of, at every level, with quantities: as designed, as built, or as maintained. Takes an opaque id, IRI or identifier."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([of], as_asked(at))
        return PartsOf(reading, _configuration(reading, nodes, view, built), missing)

    def where_used(self, design: ID, built: BuiltInput | None = None, at: AsOfInput | None = None) -> WhereUsed:
        """Where a design or revision is used: in every design above it, with quantities over all ways, and in every item made to it. Lines count whatever their effectivity, unless it is said for which unit. Takes an opaque id, IRI or identifier."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([design], as_asked(at))
        node = nodes[0] if nodes else -1
        return WhereUsed(reading, self._scope.service.where_used(reading.context, node, built_of(built)), missing)

    def diff(self, left: StructureInput, right: StructureInput) -> Differences:
        """What the right structure has otherwise than the left one: between views, times, serials or revisions, each difference with the records that caused it."""  # noqa: E501  one paragraph is one description
        sides = [self._scope.resolve([one.of], as_asked(one.at)) for one in (left, right)]
        found = [
            _configuration(reading, nodes, one.view, one.built)
            for (reading, nodes, _), one in zip(sides, (left, right), strict=True)
        ]
        missing = [text for _, _, texts in sides for text in texts]
        answer = self._scope.service.differences(found[0], found[1])
        return Differences((sides[0][0], sides[1][0]), answer, missing)


def _configuration(
    reading: Reading, nodes: list[int], view: StructureView, built: BuiltInput | None
) -> reasoning.Configuration:
    at_one_instant(reading.context, "A structure")
    kind = reasoning.StructureView(str(view))
    return reading.scope.service.parts(reading.context, nodes[0] if nodes else -1, kind, built_of(built))


INPUTS: Final[tuple[type, ...]] = (StructureInput,)
