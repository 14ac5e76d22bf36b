"""What can be asked of designs, parts and batches? The methods of the service that need one view and no more."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from thread.clock import BEGIN, END, Instant
from thread.projection import View
from thread.reasoning.bom import Built
from thread.reasoning.changing import Change, Effectivity, change_of
from thread.reasoning.common import CommonCause, common_cause_of
from thread.reasoning.configuration import Configuration, StructureView, structure_of
from thread.reasoning.coverage import Coverage, coverage_of
from thread.reasoning.differing import Differences, differences_of
from thread.reasoning.impact import EffectKind, ImpactQuery
from thread.reasoning.notices import NoticeMatch, notices_of
from thread.reasoning.rates import FailureRate, failure_rates_of
from thread.reasoning.recall import Recall, Trace, recall_of, trace_of
from thread.reasoning.siblings import Sharing, Siblings, siblings_of
from thread.reasoning.spares import Spare, spares_of
from thread.reasoning.used import Used, used_of
from thread.terms import UpperKind

if TYPE_CHECKING:
    from thread.reasoning.impact import Impact
    from thread.reasoning.structure import Structure
    from thread.service.context import Context


EVER: Final = (BEGIN - 1, END)
"""The period that everything overlaps."""


class PartQuestions:
    """Questions about parts; the service is one of these."""

    def view(self, context: "Context") -> View:
        """The projection as the context sees it."""
        raise NotImplementedError

    def structure(self, context: "Context") -> "Structure":
        """The structure function that a context sees."""
        raise NotImplementedError

    def impact(self, context: "Context", targets: Sequence[int], query: ImpactQuery) -> "Impact":
        """What taking things out does."""
        raise NotImplementedError

    def over_all_time(self, context: "Context") -> View:
        """The same over all time: origins, containment and history of what the context knows."""
        return self.view(replace(context, period=EVER))

    def siblings(self, context: "Context", item: int, sharing: Collection[Sharing] = tuple(Sharing)) -> Siblings:
        """Items that share an origin with one, where each is now, ranked."""
        return siblings_of(self.view(context), item, sharing)

    def parts(self, context: "Context", item: int, kind: StructureView, built: Built | None = None) -> Configuration:
        """What something consists of: as designed, as built, as maintained."""
        return structure_of(self.view(context), item, kind, built)

    def where_used(self, context: "Context", design: int, built: Built | None = None) -> Used:
        """Every design that has this one in it, and every item made to it."""
        return used_of(self.view(context), design, built)

    def differences(self, left: Configuration, right: Configuration) -> Differences:
        """What one structure has otherwise than another."""
        return differences_of(left, right)

    def recall(self, context: "Context", root: int) -> Recall:
        """Everything that came of something, and all that ever had it in it."""
        return recall_of(self.view(context), self.over_all_time(context), root, context.budget)

    def trace(self, context: "Context", item: int) -> Trace:
        """What something was made of, and where that is not known."""
        return trace_of(self.view(context), self.over_all_time(context), item, context.budget)

    def change(self, context: "Context", old: int, new: int, effectivity: Effectivity) -> Change:
        """What replacing one revision by another from a serial or date on affects."""
        return change_of(self.view(context), self.over_all_time(context), old, new, effectivity)

    def notices(self, context: "Context") -> list[NoticeMatch]:
        """Every notice with part numbers, and what it touches."""
        return notices_of(self.view(context))

    def spares(self, context: "Context", order: int) -> list[Spare]:
        """The parts that an order needs, judged against what it works on, with what is in stock."""
        return spares_of(self.view(context), order)

    def failure_rates(self, context: "Context", design: int, *, by_environment: bool = False) -> list[FailureRate]:
        """Failures, hours in service and rates of every revision of a design."""
        return failure_rates_of(self.view(context), design, by_environment=by_environment)

    def common_cause(self, context: "Context", of: Sequence[int], since: Instant | None = None) -> CommonCause:
        """What failures share, likeliest cause first, with what speaks for and against it."""
        return common_cause_of(self.structure(context), self.over_all_time(context), of, since, context.budget)

    def coverage(self, context: "Context", thing: int, out: Sequence[int] = ()) -> Coverage:
        """The failure modes of a thing against the sensors that detect them, before and after an outage."""
        view, dead = self.view(context), self.structure(context).live.state.dead
        silent = [int(node) for node in view.of_kind(UpperKind.SENSOR) if dead[node]]
        dark: list[int] = []
        if out:
            answer = self.impact(context, out, ImpactQuery())
            kinds = [EffectKind.GOES_DARK]
            dark = [effect.node for effect in answer.effects(kinds, 0, answer.total(kinds))]
        return coverage_of(view, thing, silent, dark)
