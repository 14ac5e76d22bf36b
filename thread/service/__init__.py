"""What can be asked and told? Questions and changes over one store; see ``Service``."""

from thread.service.checking import Verification
from thread.service.context import LOCAL, Context, Principal
from thread.service.finding import Found
from thread.service.importing import ImportOutcome, ImportPlan
from thread.service.opening import load_sample, open_service, rebuild
from thread.service.service import Info, Service
from thread.service.writing import Outcome

__all__ = [
    "LOCAL",
    "Context",
    "Found",
    "ImportOutcome",
    "ImportPlan",
    "Info",
    "Outcome",
    "Principal",
    "Service",
    "Verification",
    "load_sample",
    "open_service",
    "rebuild",
]
