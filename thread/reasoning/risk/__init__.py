"""How likely does the top fail, and because of what? Coherent fault trees, solved exactly or bounded, never guessed."""

from thread.reasoning.risk.common_cause import CommonCause, with_common_cause
from thread.reasoning.risk.cutsets import CutSets, cut_sets_of, minimal_cut_bound, rare_event_bound
from thread.reasoning.risk.importance import Importance, importances_of, shares_of
from thread.reasoning.risk.probability import Method, Probability, probability_of
from thread.reasoning.risk.tree import Gate, Tree, all_of, any_of, at_least, compile_tree, needs

__all__ = [
    "CommonCause",
    "CutSets",
    "Gate",
    "Importance",
    "Method",
    "Probability",
    "Tree",
    "all_of",
    "any_of",
    "at_least",
    "compile_tree",
    "cut_sets_of",
    "importances_of",
    "minimal_cut_bound",
    "needs",
    "probability_of",
    "rare_event_bound",
    "shares_of",
    "with_common_cause",
]
