"""What does a reference mean? An absolute IRI, else ``scheme:value``, else a bare identifier."""

from dataclasses import dataclass

from thread.errors import InputError, NotFound, ThreadError
from thread.projection import View

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Found:
    """All bearers of a reference, sorted by IRI, and what stands against taking them for one thing."""

    nodes: tuple[int, ...]
    problem: ThreadError | None = None

    def one(self) -> int:
        """The only bearer.

        Raises:
            NotFound, InputError (``ambiguous-reference``): the problem.
        """
        if self.problem is not None:
            raise self.problem
        return self.nodes[0]


def find(view: View, ref: str) -> Found:
    """The entities that a reference may mean in a view. Cost: O(log n), and the bearers."""
    ref = ref.strip()
    if not ref:
        return Found(
            (), InputError("An empty reference names nothing.", code="bad-iri", hint="Give an id, IRI or tag.")
        )
    node = view.find(ref)
    if node >= 0 and view.kind(node) >= 0:
        return Found((node,))
    scheme, colon, value = ref.partition(":")
    bearers = view.bearers(value, scheme) if colon and value else []
    bearers = bearers or view.bearers(ref)
    if not bearers:
        hint = (
            "It is known, but not present at this time." if node >= 0 else "Try an IRI, scheme:value, or a bare value."
        )
        return Found((), NotFound(f'No entity has the id, IRI or identifier "{ref[:200]}".', hint=hint, ref=ref))
    if len(bearers) > 1:
        listed = ", ".join(view.iris(bearers[:_LISTED])) + (", …" if len(bearers) > _LISTED else "")
        problem = InputError(
            f'"{ref}" is carried by {len(bearers)} entities: {listed}.',
            code="ambiguous-reference",
            hint="Name one of them by its IRI.",
            candidates=tuple(view.iris(bearers)),
        )
        return Found(tuple(bearers), problem)
    return Found((bearers[0],))
