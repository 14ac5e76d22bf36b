"""What can be asked of designs, parts and batches? The methods of the service that need one view and no more."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from thread.projection import View
from thread.reasoning.bom import Built
from thread.reasoning.configuration import Configuration, StructureView, structure_of
from thread.reasoning.differing import Differences, differences_of
from thread.reasoning.siblings import Sharing, Siblings, siblings_of
from thread.reasoning.used import Used, used_of

if TYPE_CHECKING:
    from thread.service.context import Context


class PartQuestions:
    """Questions about parts; the service is one of these."""

    def view(self, context: "Context") -> View:
        """The projection as the context sees it."""
        raise NotImplementedError

    def siblings(self, context: "Context", item: int, sharing: Collection[Sharing] = tuple(Sharing)) -> Siblings:
        """Items that share an origin with one, where each is now, ranked."""
        return siblings_of(self.view(context), item, sharing)

    def parts(
        self, context: "Context", item: int, kind: StructureView, built: Built | None = None
    ) -> Configuration:
        """What something consists of: as designed, as built, as maintained."""
        return structure_of(self.view(context), item, kind, built)

    def where_used(self, context: "Context", design: int, built: Built | None = None) -> Used:
        """Every design that has this one in it, and every item made to it."""
        return used_of(self.view(context), design, built)

    def differences(self, left: Configuration, right: Configuration) -> Differences:
        """What one structure has otherwise than another."""
        return differences_of(left, right)
