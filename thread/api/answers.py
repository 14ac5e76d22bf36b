"""How are the shared parts of answers shown? Links, paths, completeness."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from thread.api.ids import encode_id
from thread.api.words import ID, DateTime, RelationKind, moment
from thread.terms import local_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thread.api.entity import Entity, Qualifier
    from thread.api.scope import Reading
    from thread.reasoning import answers as found


class IncompleteCode(StrEnum):
    """Why an answer may lack something."""

    MAX_DEPTH = "MAX_DEPTH"
    """Something lies beyond the depth that was asked for."""
    NODE_BUDGET = "NODE_BUDGET"
    """The walk met more nodes than one answer may visit."""
    LINK_BUDGET = "LINK_BUDGET"
    """The walk met more links than one answer may visit."""
    DEADLINE = "DEADLINE"
    """The time for one answer was over."""
    ACCESS_DENIED = "ACCESS_DENIED"
    """Something is not shown to this caller."""
    UNGROUNDED_SUPPLY = "UNGROUNDED_SUPPLY"
    """Something rests on a supply loop that has neither an entry nor a producer."""
    ASSUMED_SOURCE = "ASSUMED_SOURCE"
    """Something rests on a supplier that has no input and is not known to produce."""
    UNKNOWN_INTERVAL = "UNKNOWN_INTERVAL"
    """Orders whose interval is unknown were left out."""
    NO_DESIGN = "NO_DESIGN"
    """A part has no known design."""
    CYCLE = "CYCLE"
    """A loop has no well-defined quantity."""
    GAP = "GAP"
    """The trace breaks: a link that should be there is not."""
    NO_LIFE_DATA = "NO_LIFE_DATA"
    """Things of which nobody says how they fail: they never do, in the answer, so that it is a lower one."""
    UNKNOWN_AGE = "UNKNOWN_AGE"
    """Things that wear and whose running hours nobody says: they are taken for new."""
    ASSUMED_COST = "ASSUMED_COST"
    """Things whose cost or weight nobody says: 1 is taken."""


class Link:
    """One link among the entities of an answer."""

    __slots__ = ("_reading", "_ref", "_statement")

    def __init__(self, reading: Reading, ref: found.LinkRef) -> None:
        self._reading, self._ref, self._statement = reading, ref, reading.view.link(ref.row)

    @property
    def source(self) -> ID:
        """Id of the subject."""
        return ID(encode_id(self._reading.view.iri(self._ref.subject), self._reading.at))

    @property
    def target(self) -> ID:
        """Id of the object."""
        return ID(encode_id(self._reading.view.iri(self._ref.object), self._reading.at))

    @property
    def relation(self) -> RelationKind:
        """What the link says, read from source to target."""
        return self._reading.vocabulary.relation_names[self._ref.relation]

    @property
    def valid_from(self) -> DateTime | None:
        """Since when; null: since before anything was recorded."""
        return moment(self._statement.valid_from)

    @property
    def valid_to(self) -> DateTime | None:
        """Until when; null: until further notice."""
        return moment(self._statement.valid_to)

    @property
    def qualifiers(self) -> list[Qualifier]:
        """Values that belong to the link."""
        from thread.api.entity import Qualifier, show_value

        return [Qualifier(local_name(name), show_value(value)) for name, value in self._statement.qualifiers]

    @property
    def evidence(self) -> list[str]:
        """Who says so: source, and file and row or request."""
        statement = self._statement
        origin = f"{statement.origin}#{statement.row}" if statement.row else statement.origin
        return [" ".join(part for part in (statement.source, origin) if part)]


class Path:
    """A chain of entities; links[i] joins nodes[i] and nodes[i + 1], in whichever direction it reads."""

    __slots__ = ("_path", "_reading")

    def __init__(self, reading: Reading, path: found.PathAnswer) -> None:
        self._reading, self._path = reading, path

    @property
    def length(self) -> int:
        """Links that count; passed-through ones add nothing."""
        return self._path.length

    @property
    def nodes(self) -> list[Entity]:
        """The entities in order."""
        return self._reading.entities(self._path.nodes)

    @property
    def links(self) -> list[Link]:
        """The links in order."""
        return links_of(self._reading, self._path.links)


class IncompleteReason:
    """One reason why an answer may lack something."""

    __slots__ = ("_reading", "_reason")

    def __init__(self, reading: Reading, reason: found.IncompleteReason) -> None:
        self._reading, self._reason = reading, reason

    @property
    def code(self) -> IncompleteCode:
        """Which reason."""
        return IncompleteCode(self._reason.code.value)

    @property
    def message(self) -> str:
        """The reason in a sentence."""
        return self._reason.message

    @property
    def count(self) -> int:
        """How many things it is about."""
        return self._reason.count

    def nodes(self, limit: int = 20) -> list[Entity]:
        """Some of the entities that it is about."""
        return self._reading.entities(self._reason.nodes[: checked_limit(self._reading, limit)])


class Completeness:
    """Whether the answer is all there is. An empty answer proves absence only when complete is true."""

    __slots__ = ("_found", "_reading")

    def __init__(self, reading: Reading, answer: found.Completeness) -> None:
        self._reading, self._found = reading, answer

    @property
    def complete(self) -> bool:
        """True if nothing can be missing."""
        return self._found.complete

    @property
    def exhausted_to_depth(self) -> int:
        """Everything up to this degree is in the answer."""
        return self._found.exhausted_to_depth

    @property
    def reasons(self) -> list[IncompleteReason]:
        """Why something may be missing."""
        return [IncompleteReason(self._reading, reason) for reason in self._found.reasons]

    @property
    def visited_nodes(self) -> int:
        """Nodes that were looked at."""
        return self._found.visited_nodes

    @property
    def visited_links(self) -> int:
        """Links that were looked at."""
        return self._found.visited_links

    @property
    def revision(self) -> str:
        """The revision that was read."""
        return str(self._found.revision)


def links_of(reading: Reading, refs: Iterable[found.LinkRef]) -> list[Link]:
    """Links for GraphQL."""
    wanted = list(refs)
    reading.scope.spend(len(wanted))
    return [Link(reading, ref) for ref in wanted]


def checked_limit(reading: Reading, limit: int, name: str = "limit", cap: int | None = None) -> int:
    """A limit argument within 0 and the cap (default: the largest page).

    Raises:
        InputError, LimitError: outside it.
    """
    from thread.errors import InputError, LimitError

    most = cap if cap is not None else reading.scope.max_page
    if limit < 0:
        raise InputError(f"{name} is {limit}.", hint=f"Expected 0 to {most}.")
    if limit > most:
        raise LimitError(f"{name} is {limit}; at most {most} is allowed.")
    return limit


ENUMS: Final[tuple[Any, ...]] = (IncompleteCode,)
OBJECTS: Final[tuple[type, ...]] = (Link, Path, IncompleteReason, Completeness)
