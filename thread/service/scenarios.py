"""What is assumed, and what was worked out with it? References become changes; structures of overlays are kept."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from thread.clock import Instant
from thread.errors import InputError, ThreadError
from thread.projection import Overlay, OverlayView, View
from thread.reasoning.structure import Structure
from thread.reasoning.whatif import Change, ChangeKind, Laid, lay, overlaid
from thread.service.finding import find

MOST_CHANGES: Final = 1_000
"""Changes of one scenario."""
_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class Assume:
    """One change as it is asked for: references, not nodes."""

    kind: ChangeKind
    refs: tuple[str, ...]
    state: str = ""
    score: float = 1.0
    into: str = ""
    window: tuple[Instant, Instant] | None = None


def laid_over(view: View, changes: Sequence[Assume]) -> Laid:
    """The scenario of some changes; what cannot be is told with its place, the rest holds.

    Raises:
        InputError: more changes than one scenario takes.
    """
    if len(changes) > MOST_CHANGES:
        raise InputError(f"{len(changes)} changes are given; one scenario takes {MOST_CHANGES}.", code="invalid")
    found: list[tuple[int, Change]] = []
    problems: list[tuple[int, ThreadError]] = []
    for place, change in enumerate(changes):
        try:
            nodes = tuple(find(view, ref).one() for ref in change.refs)
            into = find(view, change.into).one() if change.into else -1
        except ThreadError as error:
            problems.append((place, error))
        else:
            found.append((place, Change(change.kind, nodes, change.state, change.score, into, change.window)))
    return lay(view, found).with_problems(problems)


class Scenarios:
    """Structures of overlays, the last few; safe in any thread."""

    def __init__(self, structure: Callable[[View], Structure]) -> None:
        self._structure = structure
        self._kept: deque[tuple[Overlay, Structure, Structure]] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def structure(self, view: OverlayView) -> Structure:
        """The structure function of a view with an overlay."""
        base, overlay = self.base(view), view.overlay
        assert overlay is not None
        with self._lock:
            for laid, below, made in self._kept:
                if laid is overlay and below is base:
                    return made
        made = overlaid(base, view)
        with self._lock:
            self._kept.append((overlay, base, made))
        return made

    def base(self, view: OverlayView) -> Structure:
        """The structure function of the view below."""
        return self._structure(view.base)
