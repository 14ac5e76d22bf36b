"""How is a figure measured and shown? Medians of five after a warm-up, peers in the same run, one table."""

import csv
import gc
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

RUNS = 5


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of one call: median, least and most of five runs after a warm-up."""

    median: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``ratio`` is peer over ours, or ours over the goal where there is no peer."""

    figure: str
    size: str
    ours: str
    spread: str
    peer: str
    ratio: str
    goal: str
    met: str


def measured(call: Callable[[], object], repeat: int = 1, setup: Callable[[], object] | None = None) -> Timing:
    """Time a call; ``repeat`` calls make one run where one is too short to be timed."""
    times = []
    for run in range(RUNS + 1):
        if setup is not None:
            setup()
        gc.collect()
        start = time.perf_counter()
        for _ in range(repeat):
            call()
        if run:
            times.append((time.perf_counter() - start) / repeat)
    return Timing(statistics.median(times), min(times), max(times))


def shown(seconds: float) -> str:
    """Seconds in the unit in which they are read."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= factor:
            return f"{seconds / factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def row(figure: str, size: str, ours: Timing, goal: float, *, peer: tuple[str, Timing] | None = None) -> Row:
    """A figure in seconds that must stay under a goal; or, with a peer, a ratio that must be above it."""
    spread = f"{shown(ours.least)} to {shown(ours.most)}"
    if peer is None:
        met = "yes" if ours.median < goal else "NO"
        return Row(figure, size, shown(ours.median), spread, "", "", f"< {shown(goal)}", met)
    ratio = peer[1].median / ours.median
    label = f"{peer[0]} {shown(peer[1].median)}"
    return Row(figure, size, shown(ours.median), spread, label, f"{ratio:.0f}x", f"≥ {goal:.0f}x", _met(ratio >= goal))


def rate(figure: str, size: str, count: int, ours: Timing, goal: float, unit: str = "facts/s") -> Row:
    """A figure in things a second that must reach a goal."""
    reached = count / ours.median
    spread = f"{count / ours.most:,.0f} to {count / ours.least:,.0f}"
    return Row(figure, size, f"{reached:,.0f} {unit}", spread, "", "", f"≥ {goal:,.0f}", _met(reached >= goal))


def _met(reached: bool) -> str:
    return "yes" if reached else "NO"


def machine() -> str:
    """What it ran on."""
    return f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"


def show(rows: Iterable[Row], out: Path | None = None) -> None:
    """Print the table, and write it as CSV with machine and day."""
    rows = list(rows)
    names = [field.name for field in fields(Row)]
    cells = [names, *([str(value) for value in asdict(one).values()] for one in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    for line in cells:
        sys.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")
    if out is not None:
        with out.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*names, "machine", "day"])
            day = datetime.now(UTC).date().isoformat()
            writer.writerows([*asdict(one).values(), machine(), day] for one in rows)
