"""What can be asked of designs, parts and batches? The methods of the service that need one view and no more."""

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from thread.clock import BEGIN, END
from thread.projection import View
from thread.reasoning.bom import Built
from thread.reasoning.configuration import Configuration, StructureView, structure_of
from thread.reasoning.differing import Differences, differences_of
from thread.reasoning.recall import Recall, Trace, recall_of, trace_of
from thread.reasoning.siblings import Sharing, Siblings, siblings_of
from thread.reasoning.used import Used, used_of

if TYPE_CHECKING:
    from thread.service.context import Context


EVER: Final = (BEGIN - 1, END)
"""The period that everything overlaps."""


class PartQuestions:
    """Questions about parts; the service is one of these."""

    def view(self, context: "Context") -> View:
        """The projection as the context sees it."""
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
