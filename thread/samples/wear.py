"""What is worn, though nothing has failed? Overdue maintenance and an ageing supply, with the answer by hand."""

from datetime import timedelta
from decimal import Decimal
from typing import Final

from thread.samples.json_values import Json
from thread.samples.ledger import moment
from thread.samples.site import REFERENCE, Site, day
from thread.samples.words import CMMS, core

_OVERDUE: Final = (("CV-10", 1000, 760), ("FX-40", 500, 200))
"""Asset, interval and hours overdue: 1 - 0.5 * 760 / 1000 = 0.62, and 1 - 0.5 * 200 / 500 = 0.8."""
_AGED: Final = (("PS-10", 87_660, 1),)
"""Asset, expected life in hours (ten years), years in service: 1 - 0.5 * 1 / 10 = 0.95."""
_LINE: Final = "BIW1"


def plant_wear(site: Site) -> None:
    """Write down when maintenance was due, and how old what is."""
    page = site.ledger.page(CMMS, day(725))
    for name, interval, late in _OVERDUE:
        page.value(site.id(name), core("maintenanceDue"), moment(REFERENCE) - timedelta(hours=late))
        page.value(site.id(name), core("maintenanceIntervalHours"), Decimal(interval))
    for name, life, years in _AGED:
        page.value(site.id(name), core("expectedLifeHours"), Decimal(life))
        page.value(site.id(name), core("age"), Decimal(years))


def wear_of(site: Site) -> dict[str, Json]:
    """Health of the line and who takes how much of it: it needs each of them, so each step of loss is shared equally
    by those that reach it (airport game, reasoning.md section 4: .2717, .0917, .0167)."""
    losses = {name: 0.5 * late / interval for name, interval, late in _OVERDUE}
    losses |= {name: 0.5 * years * 8_766 / life for name, life, years in _AGED}
    order = sorted(losses, key=lambda name: losses[name])
    shares, below = dict.fromkeys(order, 0.0), 0.0
    for at, name in enumerate(order):
        for other in order[at:]:
            shares[other] += (losses[name] - below) / (len(order) - at)
        below = losses[name]
    return {
        "line": str(site.id(_LINE)),
        "score": round(1 - max(losses.values()), 9),
        "shares": {str(site.id(name)): round(shares[name], 9) for name in sorted(shares)},
    }
