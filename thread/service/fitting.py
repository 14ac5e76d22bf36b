"""Does a change fit what is there? Checks that need the whole thread, beside those of each fact."""

from collections.abc import Sequence

from thread.facts import FactPart
from thread.ontology.shapes import Violation
from thread.projection import View
from thread.service.quorums import impossible_groups
from thread.service.rekinding import misfits_of_new_kinds


def faults_beside(parts: Sequence[FactPart], view: View) -> list[Violation]:
    """Groups that cannot have their k, and kinds under which what an entity has is not allowed."""
    return impossible_groups(parts, view) + misfits_of_new_kinds(parts, view)
