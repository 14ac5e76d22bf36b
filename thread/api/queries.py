"""What can be asked? The root fields; each reads one view, and what is nested in its answer reads the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from thread.api.entity import Entity, Node
from thread.api.first import MaintainFirst, first_answer
from thread.api.health import Health, health_answers
from thread.api.ids import At, decode_id
from thread.api.impact import Impact, ImpactInput, WindowInput, impact_answer, window_of
from thread.api.limits import Limits, limits_of
from thread.api.lineage import AttributeFilter, Lineage, LineageInput, lineage_answer
from thread.api.pages import PageRequest
from thread.api.problems import Problem, problem_of
from thread.api.publish import Argument, Member
from thread.api.risk import HORIZON, Risk, RiskContribution, risk_answers
from thread.api.search import DEFAULT_PAGE, SearchConnection, search_answer
from thread.api.whatif import ChangeInput, Scenario, scenario_answer
from thread.api.words import ID, IRI, DateTime, EntityKind, moment
from thread.clock import BEGIN, END
from thread.errors import InputError, LimitError
from thread.terms import UpperKind

if TYPE_CHECKING:
    from thread.api.scope import Reading, Scope
    from thread.api.vocabulary import Vocabulary

EVER: Final = (BEGIN - 1, END)
"""The period that everything overlaps."""
_NO_LINEAGE: Final = LineageInput()
_NO_IMPACT: Final = ImpactInput()


@dataclass(frozen=True, slots=True)
class AsOfInput:
    """The view in which a question is answered; all nested fields inherit it. By default now, as known now."""

    valid_at: DateTime | None = None
    """When it was true on the floor; default now."""
    known_at: DateTime | None = None
    """What the record said then; default all that is known."""
    during: WindowInput | None = None
    """Over a stretch of time: a link counts if it held at some instant of it, a chain of what is in what only if all of it held at one instant. Attributes are those at validAt, by default at its end."""  # noqa: E501  one paragraph is one description
    ever: bool = False
    """Over all time, as for during."""


class Lookup:
    """All entities that a reference may mean."""

    __slots__ = ("_nodes", "_reading", "problem")

    problem: Problem | None
    """Set where none or several match."""

    def __init__(self, reading: Reading, nodes: list[int], problem: Problem | None) -> None:
        self._reading, self._nodes, self.problem = reading, nodes, problem

    @property
    def entities(self) -> list[Entity]:
        """Every bearer, sorted by IRI; at most 500."""
        return self._reading.entities(self._nodes[: self._reading.scope.max_page])

    @property
    def total_count(self) -> int:
        """How many bearers there are."""
        return len(self._nodes)


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """What answers, and where its data stands."""

    version: str
    """Version of the software."""
    backend: str
    """The store that holds the log."""
    revision: str
    """The last revision."""
    recorded_at: DateTime | None
    """When the last revision was recorded; null for an empty store."""
    entities: int
    """Entities over all time."""
    links: int
    """Links over all time."""
    limits: Limits
    """What one request may cost."""


class Query:
    """Questions about the plant."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def node(self, id_: ID) -> Node | None:
        """The entity of an opaque id, in the view that the id was read in; null where it is not there."""
        found = decode_id(id_)
        if found is None or not self._scope.knows(found[1]):
            return None
        reading = self._scope.reading(found[1])
        return _entity_at(reading, reading.find(found[0]))

    def nodes(self, ids: list[ID]) -> list[Node | None]:
        """The entities of opaque ids, order kept; null where one is not there. At most 500."""
        if len(ids) > self._scope.max_page:
            raise LimitError(f"{len(ids)} ids are given; at most {self._scope.max_page} are taken.")
        self._scope.spend(len(ids))
        return [self.node(id_) for id_ in ids]

    def entity(self, iri: IRI, at: AsOfInput | None = None) -> Entity | None:
        """The entity of an IRI; null where it is not there at that time."""
        reading = self._scope.reading(_at(at))
        return _entity_at(reading, reading.find(iri))

    def lookup(self, ref: str, at: AsOfInput | None = None) -> Lookup:
        """What a reference may mean: an opaque id, an IRI, scheme:value, or a bare value. Lists every bearer."""
        reading = self._scope.reading(_view_of(ref, at))
        nodes, problem = reading.look_up(ref)
        return Lookup(reading, nodes, None if problem is None else problem_of(problem, reading, ("ref",)))

    def search(
        self,
        text: str,
        kinds: list[EntityKind] | None = None,
        where: list[AttributeFilter] | None = None,
        at: AsOfInput | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> SearchConnection:
        """What is called like this: entities whose labels and identifiers have all words of the text, as they are or as beginnings; where that finds nothing, with typos. Best first. Without words: all of the kinds and values that are asked for. Pages after a cursor are of the revision and instant of its page. 25 where neither first nor last is given, at most 500."""  # noqa: E501  one paragraph is one description
        request = PageRequest.of(first, after, last, before, self._scope.max_page, default=DEFAULT_PAGE)
        return search_answer(self._scope, _at(at), text, kinds, where, request)

    def lineage(self, from_: list[ID], input_: LineageInput = _NO_LINEAGE, at: AsOfInput | None = None) -> Lineage:
        """Where things came from (upstream) or what came of them (downstream). Takes opaque ids, IRIs and identifiers; without `at`, the view of the ids."""  # noqa: E501  one paragraph is one description
        reading, nodes, missing = self._scope.resolve(from_, None if at is None else _at(at))
        return lineage_answer(reading, nodes, missing, input_)

    def impact(self, of: list[ID], input_: ImpactInput = _NO_IMPACT, at: AsOfInput | None = None) -> Impact:
        """What taking things out of service, or their failing, stops, weakens and darkens, and which orders collide. Takes opaque ids, IRIs and identifiers."""  # noqa: E501  one paragraph is one description
        window = window_of(input_)
        start = At() if window is None else At(valid_at=window[0])
        reading, nodes, missing = self._scope.resolve(of, None if at is None else _at(at), start)
        return impact_answer(reading, nodes, missing, input_)

    def health(self, of: list[ID], at: AsOfInput | None = None) -> list[Health | None]:
        """How well things do, 0 failed to 1 as new, with everything that they need counted, and why; order kept, null where a reference means nothing. Takes opaque ids, IRIs and identifiers."""  # noqa: E501  one paragraph is one description
        reading, _, _ = self._scope.resolve(of, None if at is None else _at(at))
        nodes = [self._scope.resolve([each], reading.at)[1] for each in of]
        found = iter(health_answers(reading, [node for some in nodes for node in some]))
        return [next(found) if some else None for some in nodes]

    def risk(self, of: list[ID], horizon: str = HORIZON, at: AsOfInput | None = None) -> list[Risk | None]:
        """How likely things are down within a horizon (12h, 30d, 4w, 1a, P30D) if nothing is repaired, and because of what; order kept, null where a reference means nothing."""  # noqa: E501  one paragraph is one description
        reading, _, _ = self._scope.resolve(of, None if at is None else _at(at))
        return risk_answers(reading, of, horizon)

    def importance(
        self, of: ID, horizon: str = HORIZON, limit: int = 50, at: AsOfInput | None = None
    ) -> list[RiskContribution] | None:
        """What can stop a thing, the most critical first: Birnbaum, criticality, diagnostic, RAW, RRW; null where the reference means nothing."""  # noqa: E501  one paragraph is one description
        found = self.risk([of], horizon, at)[0]
        return None if found is None else found.importance(limit)

    def first(self, of: list[ID] | None = None, horizon: str = HORIZON, at: AsOfInput | None = None) -> MaintainFirst:
        """What to maintain first, for what must not stop: what is named, else what has a criticalityWeight, else assets that nothing needs."""  # noqa: E501  one paragraph is one description
        reading, _, _ = self._scope.resolve(of or [], None if at is None else _at(at))
        return first_answer(reading, of, horizon)

    def what_if(self, changes: list[ChangeInput], at: AsOfInput | None = None) -> Scenario:
        """The same questions of a plant in which these changes hold, from the time of the view on; nothing is written. Give several fields aliases to set scenarios side by side."""  # noqa: E501  one paragraph is one description
        return scenario_answer(self._scope, changes, _at(at))

    def service(self) -> ServiceInfo:
        """What answers, where its data stands, and its limits."""
        info = self._scope.service.info()
        return ServiceInfo(
            version=info.version,
            backend=info.backend,
            revision=str(info.revision.ordinal),
            recorded_at=moment(info.revision.recorded_at),
            entities=info.entities,
            links=info.links,
            limits=limits_of(info.settings),
        )


OBJECTS: Final[tuple[type, ...]] = (Lookup, Limits, ServiceInfo)


def typed_roots(words: Vocabulary) -> tuple[Member, ...]:
    """One root field per upper kind, such as ``workOrder(key)``."""
    upper = {value for name, value in vars(UpperKind).items() if not name.startswith("_")} - {UpperKind.ENTITY}
    kinds = sorted((kind for kind in words.ontology.kinds if kind.iri in upper), key=lambda kind: kind.name)
    return tuple(
        Member(
            kind.name[0].lower() + kind.name[1:],
            f"{words.interface_names[kind.ordinal]} | None",
            f"The {kind.label or kind.name} of an identifier (scheme:value or a bare value), IRI or opaque id; "
            "null where none or several carry it: lookup lists them.",
            (Argument("key", "str"), Argument("at", "AsOfInput | None")),
            call=_typed_root(kind.iri),
        )
        for kind in kinds
    )


def _typed_root(kind: str) -> Callable[..., Any]:
    def root(query: Query, key: str, at: AsOfInput | None = None) -> Entity | None:
        reading = query._scope.reading(_view_of(key, at))
        of_kind = reading.vocabulary.ontology.subkinds(kind)
        nodes = [node for node in reading.look_up(key)[0] if reading.view.kind(node) in of_kind]
        return reading.entity(nodes[0]) if len(nodes) == 1 else None

    return root


def as_asked(given: AsOfInput | None) -> At | None:
    """The view that is asked for; None: that of the ids."""
    return None if given is None else _at(given)


def _at(given: AsOfInput | None) -> At:
    if given is None:
        return At()
    if given.during is None:
        return At(given.valid_at, given.known_at, period=EVER if given.ever else None)
    if given.ever:
        raise InputError("during and ever are both given.", hint="Give one of them.")
    start, end = given.during.start, given.during.end
    if start >= end:
        raise InputError("during ends before it starts.", hint="Give a start that is before the end.")
    return At(end - 1 if given.valid_at is None else given.valid_at, given.known_at, period=(start, end))


def _view_of(reference: str, at: AsOfInput | None) -> At:
    """The view that is asked for: the one that is given, else that of an opaque id, else the live one."""
    found = decode_id(reference) if at is None else None
    return found[1].recorded if found is not None else _at(at)


def _entity_at(reading: Reading, node: int) -> Entity | None:
    reading.scope.check_time()
    return None if node < 0 else reading.entity(node)
