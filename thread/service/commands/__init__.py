"""What can a client change? Commands as values; pure functions plan each against a view; see ``Service.execute``."""

from thread.service.commands import ending as _ending  # noqa: F401  registers its plan
from thread.service.commands import orders as _orders  # noqa: F401  registers its plans
from thread.service.commands import parts as _parts  # noqa: F401  registers its plans
from thread.service.commands import retracting as _retracting  # noqa: F401  registers its plan
from thread.service.commands import upsert as _upsert  # noqa: F401  registers its plan
from thread.service.commands.frame import Frame, Planned, content_of, plan
from thread.service.commands.model import (
    SOURCE,
    Claims,
    Command,
    Identified,
    ItemResult,
    ItemStatus,
    LinkClaim,
    Upsert,
    Upserted,
)

__all__ = [
    "SOURCE",
    "Claims",
    "Command",
    "Frame",
    "Identified",
    "ItemResult",
    "ItemStatus",
    "LinkClaim",
    "Planned",
    "Upsert",
    "Upserted",
    "content_of",
    "plan",
]
