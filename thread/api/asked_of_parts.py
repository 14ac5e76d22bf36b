"""What can be asked of designs, parts and batches? Root fields beside those of ``queries``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread.api.places import Sharing
from thread.api.queries import AsOfInput, as_asked
from thread.api.siblings import Siblings, siblings_answer
from thread.api.words import ID

if TYPE_CHECKING:
    from thread.api.scope import Scope

_ALL = ["BATCH", "SUPPLIER", "REVISION", "PROCESS_STEP"]


class PartQuestions:
    """Root fields: published with those of the query type, whose source they are called with."""

    _scope: Scope

    def siblings(self, of: ID, sharing: list[Sharing] | None = None, at: AsOfInput | None = None) -> Siblings:
        """Items that share a batch, supplier, revision or process step with one (by default any of these), and where each is now. Takes an opaque id, IRI or identifier."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([of], as_asked(at))
        return siblings_answer(reading, nodes, missing, [Sharing(each) for each in sharing or _ALL])
