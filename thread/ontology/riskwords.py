"""What does an ontology say of common causes? What things of a kind share, and whether the shares can be meant."""

from collections.abc import Iterator

from thread.ontology import language as say
from thread.ontology.graph import Graph, Literal, Node
from thread.ontology.model import CommonCause
from thread.ontology.problems import Problem, Rules, near, short
from thread.ontology.reading import Reading


def common_causes(reading: Reading, iri: str) -> tuple[CommonCause, ...]:
    """What things of a kind share, by relation; stated of the kind, else of its nearest superkinds that state any."""
    graph, found = reading.graph, []
    for said in reading.nearest(iri, say.COMMON_CAUSE):
        if isinstance(said, str):
            share, hazard = _number(graph, said, say.BAD_SHARE), _number(graph, said, say.BAD_HAZARD)
            beta = _number(graph, said, say.BETA) or 0.0
            found.append(CommonCause(graph.iri(said, say.BY) or "", beta, share or 0.0, hazard or 1.0))
    return tuple(sorted(found, key=lambda cause: cause.by))


def _number(graph: Graph, held: str, word: str) -> float | None:
    """The one number that is said; None where there is none, or it is none."""
    values = graph.values(held, word)
    try:
        return float(values[0].text) if len(values) == 1 and isinstance(values[0], Literal) else None
    except ValueError:
        return None


class RiskWords(Rules):
    """Shares in [0, 1] of what one relation names, a worse class that is worse, no more shared than there is."""

    def check(self) -> Iterator[Problem]:
        for iri in sorted({subject for subject, word, _ in self.graph if word == say.COMMON_CAUSE}):
            values = self.graph.values(iri, say.COMMON_CAUSE)
            for value in values:
                yield from self._cause(iri, value)
            betas = [_number(self.graph, v, say.BETA) or 0.0 for v in values if isinstance(v, str)]
            if len(betas) > 1 and sum(betas) > 1:
                message = f"Its common causes take {sum(betas):g} of the failures, more than there are."
                yield self.fault(iri, "bad-weight", message, "Their thr:beta must not sum to more than 1.")

    def _cause(self, iri: str, value: Node) -> Iterator[Problem]:
        held = value if isinstance(value, str) else ""
        by = self.graph.iris(held, say.BY)
        if len(by) != 1 or by[0] not in self.reading.relations:
            message = "A common cause is not said by one relation."
            hint = near(by[0], self.reading.relations, "relations") if by else "Write [ thr:by thr:fromBatch ]."
            yield self.fault(iri, "unknown-relation", message, hint, say.COMMON_CAUSE, value)
        for word, least, most in ((say.BETA, 0.0, 1.0), (say.BAD_SHARE, 0.0, 1.0), (say.BAD_HAZARD, 1.0, 1e6)):
            said, number = self.graph.values(held, word), _number(self.graph, held, word)
            if (said or word == say.BETA) and (number is None or not least <= number <= most):
                told = ", ".join(map(short, said)) or "nothing"
                message = f"Its {short(word)} is {told}, not one number in [{least:g}, {most:g}]."
                yield self.fault(iri, "bad-weight", message, "Write 0.05, for example.", say.COMMON_CAUSE, value)
        both = [bool(self.graph.values(held, word)) for word in (say.BAD_SHARE, say.BAD_HAZARD)]
        if any(both) and not all(both):
            message = "thr:badShare and thr:badHazard go together."
            yield self.fault(iri, "bad-weight", message, "Say both, or neither.", say.COMMON_CAUSE, value)
