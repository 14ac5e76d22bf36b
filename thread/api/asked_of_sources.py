"""What can be asked of who said what? Root fields beside those of ``queries``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread.api.audit import Audit, audit_answer
from thread.api.queries import AsOfInput, as_asked
from thread.api.sources import SourceList, sources_answer
from thread.api.words import ID

if TYPE_CHECKING:
    from thread.api.scope import Scope


class SourceQuestions:
    """Root fields: published with those of the query type, whose source they are called with."""

    _scope: Scope

    def audit(
        self, of: ID, predicates: list[str] | None = None, incoming: bool = False, at: AsOfInput | None = None
    ) -> Audit:
        """Who changed what is said of a thing, when, from which source, file and row, replacing what. Takes an opaque id, IRI or identifier; `predicates` are names of relations and attributes (`kind` is what it is), by default all; `incoming` adds the links that lead to it."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve([of], as_asked(at))
        return audit_answer(reading, nodes, missing, predicates, incoming=incoming)

    def sources(self, at: AsOfInput | None = None) -> SourceList:
        """What came from where: sources with their ranks, runs and files, how many facts of each hold, what they disagree on, which rows were refused."""  # noqa: E501  one paragraph is one description
        reading, _, _ = self._scope.resolve([], as_asked(at))
        return sources_answer(reading)
