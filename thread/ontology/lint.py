"""Is an ontology well formed? Every fault with file, subject, rule and the way out."""

from thread.ontology.graph import Graph
from thread.ontology.healthwords import HealthWords
from thread.ontology.lint_attributes import AttributeRules
from thread.ontology.lint_relations import RelationRules
from thread.ontology.lint_words import WordRules
from thread.ontology.problems import Problem
from thread.ontology.reading import Reading
from thread.ontology.riskwords import RiskWords


def lint(graph: Graph) -> list[Problem]:
    """All faults, sorted by file and subject; empty: ``load`` may build it."""
    reading = Reading(graph)
    sets = (WordRules, RelationRules, AttributeRules, HealthWords, RiskWords)
    found = {fault for rules in sets for fault in rules(reading).check()}
    return sorted(found)


__all__ = ["Problem", "lint"]
