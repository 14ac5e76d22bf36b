"""What does an ontology say of health? Caps, grades, bands of indicators, and whether they can be meant."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from thread.ontology import language as say
from thread.ontology.graph import Graph, Literal, Node
from thread.ontology.model import HealthRules, Indicator
from thread.ontology.problems import Problem, Rules, short

_DURATION: Final = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?)?")
_HOUR: Final = 3_600_000_000


def health_rules(graph: Graph) -> HealthRules:
    """Caps and grades: the shipped ones, where the user's own file says no other."""
    said = {name: said_cap(graph, iri) for iri, name in say.CAPS.items()}
    return HealthRules(**{name: value for name, value in said.items() if value is not None})


def said_cap(graph: Graph, iri: str) -> float | None:
    """The cap that counts: the user's before the shipped."""
    values = sorted(graph.values(iri, say.CAPS_AT), key=lambda v: graph.file_of(iri, say.CAPS_AT, v) in graph.core)
    return _number(values[0]) if values else None


def indicator_of(graph: Graph, iri: str) -> Indicator | None:
    """How the values of an attribute tell health; None where they do not."""
    if (iri, say.TYPE, say.INDICATOR) not in graph:
        return None
    bands = _bands(graph.text(iri, say.BANDS))
    if bands is None:
        return None
    return Indicator(bands, graph.iri(iri, say.MODE), duration(graph.text(iri, say.STALE_AFTER)))


def duration(text: str | None) -> int | None:
    """Microseconds of an ISO 8601 duration of days and hours; None where it is none.

    >>> duration("P1D"), duration("PT8H"), duration("soon")
    (86400000000, 28800000000, None)
    """
    found = _DURATION.fullmatch(text or "")
    if found is None or not any(found.groups()):
        return None
    return (24 * int(found[1] or 0) + int(found[2] or 0)) * _HOUR


def _bands(text: str | None) -> tuple[float, float, float, float] | None:
    try:
        found = [float(each) for each in (text or "").split()]
    except ValueError:
        return None
    if len(found) != 4 or any(not low < high for low, high in pairwise(found)):
        return None
    return found[0], found[1], found[2], found[3]


def _number(node: Node) -> float | None:
    try:
        return float(node.text) if isinstance(node, Literal) else None
    except ValueError:
        return None


class HealthWords(Rules):
    """Caps in [0, 1] where they belong, growing grades, growing bands, durations that can be read."""

    def check(self) -> Iterator[Problem]:
        graph = self.graph
        for iri in sorted({s for s, p, _ in graph if p == say.CAPS_AT}):
            yield from self._cap(iri)
        poor, watch = (said_cap(graph, iri) for iri, name in say.CAPS.items() if name in ("poor", "watch"))
        if poor is not None and watch is not None and not poor < watch:
            message = f"Health is poor up to {poor:g}, but to be watched only up to {watch:g}."
            yield self.fault(
                next(i for i, n in say.CAPS.items() if n == "watch"), "bad-weight", message, "Grades grow."
            )
        for iri in graph.subjects(say.TYPE, say.INDICATOR):
            yield from self._indicator(iri)
        for word in (say.BANDS, say.MODE, say.STALE_AFTER):
            for iri in sorted({s for s, p, _ in graph if p == word} - set(graph.subjects(say.TYPE, say.INDICATOR))):
                message = f"{short(word)} is said here, but this is not an indicator."
                yield self.fault(iri, "wrong-place", message, "Say: a thr:Indicator.", word)

    def _cap(self, iri: str) -> Iterator[Problem]:
        graph = self.graph
        if iri not in say.CAPS:
            message = "thr:capsAt is said here, but this is no health rule that caps, and no grade."
            known = ", ".join(sorted(map(short, say.CAPS)))
            yield self.fault(iri, "wrong-place", message, f"Known: {known}.", say.CAPS_AT)
            return
        own = [v for v in graph.values(iri, say.CAPS_AT) if graph.file_of(iri, say.CAPS_AT, v) not in graph.core]
        for value in graph.values(iri, say.CAPS_AT):
            number = _number(value)
            if number is None or not 0 <= number <= 1 or (value in own and len(own) > 1):
                message = f"It caps health at {short(value)}, which is not one number in [0, 1]."
                yield self.fault(iri, "bad-weight", message, "Write 0.6, for example.", say.CAPS_AT, value)

    def _indicator(self, iri: str) -> Iterator[Problem]:
        graph = self.graph
        if iri not in self.reading.attributes:
            message = "An indicator is an attribute, and this is none."
            yield self.fault(iri, "wrong-place", message, "Say: a owl:DatatypeProperty, thr:Indicator.")
        text = graph.text(iri, say.BANDS)
        if _bands(text) is None:
            message = "It has no bands." if text is None else f'Its bands "{text}" are not four growing numbers.'
            yield self.fault(iri, "bad-bands", message, 'Write thr:bands "0 2.8 4.5 7.1".', say.BANDS)
        stale = graph.text(iri, say.STALE_AFTER)
        if stale is not None and duration(stale) is None:
            message = f'"{stale}" is not a duration of days or hours.'
            yield self.fault(iri, "unknown-value", message, "Write P1D or PT8H.", say.STALE_AFTER)
