"""What if this failed, were switched, taken out, exchanged? Changes that are never written, and what they do."""

from thread.reasoning.whatif.between import ScenarioImpact, changes_between, impact_between
from thread.reasoning.whatif.changes import Change, ChangeKind, Laid, lay
from thread.reasoning.whatif.overlaid import overlaid

__all__ = ["Change", "ChangeKind", "Laid", "ScenarioImpact", "changes_between", "impact_between", "lay", "overlaid"]
