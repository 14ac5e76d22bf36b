"""What can be asked of designs, parts and batches? The methods of the service that need one view and no more."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from thread.projection import View
from thread.reasoning.siblings import Sharing, Siblings, siblings_of

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
