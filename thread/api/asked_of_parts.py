"""What can be asked of designs, parts and batches? Root fields beside those of ``queries``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from thread.api.changes import (
    ChangeImpact,
    EffectivityInput,
    FailureRate,
    NoticeMatch,
    RequiredPart,
)
from thread.api.common import CommonCause
from thread.api.coverage import Coverage
from thread.api.differing import Differences
from thread.api.ids import LIVE
from thread.api.places import Sharing
from thread.api.queries import AsOfInput, as_asked
from thread.api.recalls import Recall, Trace
from thread.api.siblings import Siblings, siblings_answer
from thread.api.structures import BuiltInput, PartsOf, StructureView, built_of
from thread.api.uses import WhereUsed
from thread.api.words import ID, DateTime
from thread.errors import InputError
from thread.reasoning import configuration as reasoning
from thread.reasoning.changing import Effectivity
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

    def change(
        self, old: ID, effective: EffectivityInput, new: ID | None = None, at: AsOfInput | None = None
    ) -> ChangeImpact:
        """Which units, spares, open orders and designs are affected if a revision is replaced from a serial or date on, which are not, and of which it cannot be told. Takes opaque ids, IRIs or identifiers."""  # noqa: E501  one paragraph is one description
        if effective.from_serial is None and effective.from_date is None:
            raise InputError("effective says nothing.", hint="Give fromSerial, fromDate, or both.")
        reading, nodes, missing = self._scope.resolve([old], as_asked(at))
        later, unknown = -1, list[str]()
        if new is not None:
            _, found, unknown = self._scope.resolve([new], reading.at)
            later = found[0] if found else -1
        effectivity = Effectivity(effective.from_serial, effective.from_date)
        answer = self._scope.service.change(reading.context, nodes[0] if nodes else -1, later, effectivity)
        return ChangeImpact(reading, answer, [*missing, *unknown])

    def notices(self, at: AsOfInput | None = None) -> list[NoticeMatch]:
        """Every notice that names part numbers or ranges of them, with the designs and items that it touches; at most 500."""  # noqa: E501  one paragraph is one description
        reading = self._scope.reading(as_asked(at) or LIVE)
        found = self._scope.service.notices(reading.context)[: self._scope.max_page]
        self._scope.spend(len(found))
        return [NoticeMatch(reading, match) for match in found]

    def required_parts(self, order: ID, at: AsOfInput | None = None) -> list[RequiredPart] | None:
        """The parts that a work order needs: whether each may be fitted in what the order works on, and what of it is in stock; null where the reference means nothing."""  # noqa: E501  one paragraph is one description
        reading, nodes, _ = self._scope.resolve([order], as_asked(at))
        if not nodes:
            return None
        return [RequiredPart(reading, spare) for spare in self._scope.service.spares(reading.context, nodes[0])]

    def failure_rates(
        self, of: ID, by_environment: bool = False, at: AsOfInput | None = None
    ) -> list[FailureRate] | None:
        """Failures per 1,000 hours in service of every revision of a design, with exposure and interval, optionally by the location of what the items were in; null where the reference means nothing."""  # noqa: E501  one paragraph is one description
        reading, nodes, _ = self._scope.resolve([of], as_asked(at))
        if not nodes:
            return None
        found = self._scope.service.failure_rates(reading.context, nodes[0], by_environment=by_environment)
        return [FailureRate(reading, rate) for rate in found]

    def common_cause(self, of: list[ID], since: DateTime | None = None, at: AsOfInput | None = None) -> CommonCause:
        """What failures have in common, likeliest cause first: origins at any remove, and what the assets need that they sat in; each with what speaks for and against it. `of` are failure events, or what failed: then all its failures after `since`. Takes opaque ids, IRIs or identifiers."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve(of, as_asked(at))
        at_one_instant(reading.context, "What failures share")
        return CommonCause(reading, self._scope.service.common_cause(reading.context, nodes, since), missing)

    def coverage(self, of: ID, out: list[ID] | None = None, at: AsOfInput | None = None) -> Coverage:
        """Which failure modes of a thing, its parts and serials each sensor detects, and which none, now and with some things out of service. Takes opaque ids, IRIs or identifiers."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([of], as_asked(at))
        _, taken, unknown = self._scope.resolve(out or [], reading.at)
        answer = self._scope.service.coverage(reading.context, nodes[0] if nodes else -1, taken)
        return Coverage(reading, answer, [*missing, *unknown])


def _configuration(
    reading: Reading, nodes: list[int], view: StructureView, built: BuiltInput | None
) -> reasoning.Configuration:
    at_one_instant(reading.context, "A structure")
    kind = reasoning.StructureView(str(view))
    return reading.scope.service.parts(reading.context, nodes[0] if nodes else -1, kind, built_of(built))


INPUTS: Final[tuple[type, ...]] = (StructureInput,)
