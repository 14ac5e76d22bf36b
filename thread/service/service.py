"""What can be asked and told? The one place where store, projection and reasoning meet."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from thread import __version__
from thread.clock import Clock, Instant
from thread.config import Settings
from thread.errors import NotFound, StoreError
from thread.export.tables import Tables
from thread.facts import ChangeSet, Revision
from thread.ontology.model import Ontology
from thread.ontology.rules import RuleReport, check_rules
from thread.ontology.shapes import Checker
from thread.projection import OverlayView, Projection, View
from thread.reasoning.answers import Budget
from thread.reasoning.health.answer import Health, healths_of
from thread.reasoning.impact import Impact, ImpactQuery, impact_of
from thread.reasoning.lineage import Lineage, LineageQuery, lineage_of
from thread.reasoning.risk.plant.answer import Risk, risks_of
from thread.reasoning.risk.plant.first import First, first_of
from thread.reasoning.search import Search, SearchQuery, search_of
from thread.reasoning.structure import Structure
from thread.reasoning.whatif import ScenarioImpact, changes_between, impact_between
from thread.service.checking import Verification, verify
from thread.service.commands import Command
from thread.service.context import LOCAL, Context, Principal, at_one_instant, deadline_after
from thread.service.exporting import Progress as ExportProgress
from thread.service.exporting import history_texts, tables_of, texts_of
from thread.service.finding import Found, find
from thread.service.health_steps import HealthSteps
from thread.service.importing import ImportOutcome, RdfOptions, plan_import
from thread.service.news import Committed, News, committed
from thread.service.parts import PartQuestions
from thread.service.provenance import Headers, Provenance
from thread.service.replicating import Lag
from thread.service.scenarios import Assume, Scenarios, laid_over
from thread.service.sparql import GraphCopy, SparqlAnswer, SparqlQuestion, answer_from, graph_copy
from thread.service.structures import Structures
from thread.service.writing import Outcome, Writer
from thread.stores.base import Store

_SAVE_AFTER_FACTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Info:
    """What the service is, and where its data stands."""

    version: str
    backend: str
    revision: Revision
    graph_revision: int | None
    """Last revision that the graph shows; None for a reader beside a writer, and while a server is away."""
    entities: int
    links: int
    attributes: int
    settings: Settings


class Service(PartQuestions, Provenance):
    """Questions and changes over one store. Reading is safe in any thread; changes run one after the other."""

    def __init__(
        self,
        settings: Settings,
        ontology: Ontology,
        store: Store,
        projection: Projection,
        clock: Clock,
        *,
        read_only: bool = False,
    ) -> None:
        self.settings, self.ontology, self.clock = settings, ontology, clock
        self._store, self._projection, self._read_only = store, projection, read_only
        self._writer = Writer(store, projection, Checker(ontology), clock)
        self.headers, self._ranks = Headers(store), settings.ranks
        self.structures = Structures(projection)
        self.health_steps = HealthSteps(projection, clock, self._writer.news)
        self._scenarios = Scenarios(self._structure)
        self._unsaved = 0
        if not read_only:
            self._writer.follower.start()
        if self._writer.log is not None:
            self._writer.log.start()

    # -- the frame of a question

    def context(
        self,
        principal: Principal = LOCAL,
        valid_at: Instant | None = None,
        known_at: Instant | None = None,
        deadline_ms: int | None = None,
        budget: Budget | None = None,
        period: tuple[Instant, Instant] | None = None,
    ) -> Context:
        """A frame; by default now, the latest revision, and the limits of the settings."""
        limit = min(deadline_ms or self.settings.deadline_ms, self.settings.deadline_ms)
        known = self._projection.revision.ordinal if known_at is None else self._projection.known_at(known_at)
        return Context(
            principal=principal,
            valid_at=self.clock.now() if valid_at is None else valid_at,
            known=known,
            budget=budget or Budget(self.settings.node_budget, self.settings.link_budget, deadline_after(limit)),
            live=valid_at is None and known_at is None and period is None,
            period=period,
        )

    def view(self, context: Context) -> View:
        """The projection as the context sees it, with what its scenario assumes."""
        return self._view(context, context.valid_at)

    def _view(self, context: Context, valid_at: Instant) -> View:
        view = self._projection.view(valid_at, context.known, context.period)
        return view if context.scenario is None else OverlayView(view, context.scenario.overlay)

    # -- questions

    def lookup(self, context: Context, ref: str) -> Found:
        """All entities that a reference may mean: IRI, ``scheme:value`` or a bare value."""
        return find(self.view(context), ref)

    def search(self, context: Context, query: SearchQuery) -> Search:
        """What is called like a text, by names and identifiers, or named by it as a reference; best first."""
        view = self.view(context)
        return search_of(view, query, find(view, query.text).nodes if query.text.strip() else ())

    def lineage(self, context: Context, roots: Sequence[int], query: LineageQuery) -> Lineage:
        """Where things came from, or what came of them."""
        return lineage_of(self.view(context), roots, query, context.budget)

    def impact(self, context: Context, targets: Sequence[int], query: ImpactQuery) -> Impact:
        """What taking things out stops, weakens and darkens; at the start of the window where one is given."""
        at_one_instant(context, "What an outage does")
        shifted = query.window is not None and context.live and context.scenario is None
        valid_at = query.window[0] if query.window and shifted else context.valid_at
        view = self._view(context, valid_at)
        return impact_of(view, self._structure(view), targets, query, context.budget)

    def what_if(self, context: Context, changes: Sequence[Assume]) -> Context:
        """The frame in which the changes hold: every question takes it, nothing is ever written.

        Its ``scenario`` has the changes that cannot be, with their places. Cost: microseconds a change.
        """
        at_one_instant(context, "What if")
        return replace(context, scenario=laid_over(self.view(replace(context, scenario=None)), changes))

    def scenario_impact(self, context: Context, query: ImpactQuery) -> ScenarioImpact:
        """What the changes of a scenario do to the plant as it is."""
        view = self.view(context)
        assert isinstance(view, OverlayView)
        assert context.scenario is not None
        base, after = self._structure(view.base), self._structure(view)
        return impact_between(base, after, context.scenario, query, context.budget)

    def health(self, context: Context, nodes: Sequence[int]) -> list[Health]:
        """How well things do and why, in order."""
        at_one_instant(context, "Health")
        view = self.view(context)
        return healths_of(self._structure(view), nodes)

    def risk(self, context: Context, nodes: Sequence[int], hours: float) -> list[Risk]:
        """How likely things are down within a horizon, and because of what, in order."""
        return risks_of(self.structure(context), nodes, hours, context.budget)

    def first(self, context: Context, tops: Sequence[int], hours: float) -> First:
        """What to maintain first, for some tops or for those that have a weight."""
        return first_of(self.structure(context), tops, hours, context.budget)

    def health_changes(self, context: Context, least: float) -> list[tuple[int, float, float]]:
        """What does worse or better in a scenario than in the plant by so much: node, before and after, worst first."""
        view = self.view(context)
        assert isinstance(view, OverlayView)
        return changes_between(self._structure(view.base), self._structure(view), least)

    def structure(self, context: Context) -> Structure:
        """The structure function that a context sees; compiled once per revision and stretch of time."""
        return self._structure(self.view(context))

    def _structure(self, view: View) -> Structure:
        if isinstance(view, OverlayView):
            return self._scenarios.structure(view)
        return self.structures.at(view)

    def export(
        self, context: Context, form: str, kinds: Collection[str] = (), progress: ExportProgress | None = None
    ) -> Iterator[str]:
        """A view as a text in pieces: ``ttl``, ``nq``, ``jsonld``, ``graphml`` or ``json`` (node-link).

        Args:
            kinds: names or IRIs of the kinds that are written, with the links among them; none: all.
        Raises:
            InputError: ``unknown-kind``.
        """
        return texts_of(self.view(context), form, kinds, progress)

    def export_tables(self, context: Context, kinds: Collection[str] = ()) -> Tables:
        """A view as tables, one a kind; ``thread.export.writing`` puts them into a folder."""
        return tables_of(self.view(context), kinds)

    def export_history(self, context: Context, form: str) -> Iterator[str]:
        """The log up to the revision that the context knows, from which ``thread import`` makes an equal store."""
        return history_texts(self._store.changes(), context.known, form, self.ontology)

    def announce(self, address: str, token: str) -> None:
        """Tell other commands of this machine where to send their change sets."""
        lock = getattr(self._store, "lock", None)
        if lock is not None:
            lock.announce(address, token)

    def info(self) -> Info:
        """Version, backend, revision and size."""
        size = self._projection.statistics()
        return Info(
            version=__version__,
            backend=type(self._store).__name__.removesuffix("Store").lower(),
            revision=self._projection.revision,
            graph_revision=self._graph_revision(),
            entities=size.nodes,
            links=size.links,
            attributes=size.attributes,
            settings=self.settings,
        )

    def lag(self) -> Lag:
        """How far answers may be behind a log that other processes write too; nothing where none can."""
        return self._writer.log.lag() if self._writer.log else Lag(0, 0.0)

    def wait_for(self, ordinal: int, seconds: float) -> bool:
        """Wait until a revision, committed here or by another process, is in the answers; False: it did not come."""
        if self._writer.log is None:
            return self._projection.revision.ordinal >= ordinal
        return self._writer.log.wait(ordinal, seconds)

    def sparql(self, context: Context, question: SparqlQuestion) -> SparqlAnswer:
        """The present state's answer to a SPARQL query, by a process of its own; see ``graph_copy``, ``answer_from``.

        Raises:
            InputError, LimitError: the query is none, may not be asked, or costs more than it may.
            StoreError: ``unsupported``; ``unavailable``: the graph is behind.
        """
        with self.graph_copy(context) as copy:
            return answer_from(copy, question, self.settings)

    def graph_copy(self, context: Context) -> AbstractContextManager[GraphCopy]:
        """A copy of the graph, as of the context's revision or later."""
        return graph_copy(self._store, self._writer.follower, context, self.settings, self.ontology)

    @property
    def news(self) -> News:
        """Tells that there is a new revision, made here or by another process."""
        return self._writer.news

    def commits(self, after: int, most: int = 256) -> list[Committed]:
        """What was committed after a revision, in order, as far as answers know it; at most so many."""
        return committed(self._store.changes(after), self._projection.revision.ordinal, most)

    def _graph_revision(self) -> int | None:
        if self._read_only:
            return None
        try:
            return self._store.graph.applied[0]
        except StoreError as error:
            if error.code != "unavailable":
                raise
            return None

    # -- changes

    def commit(self, change_set: ChangeSet) -> Outcome:
        """Make one revision of a change set, or nothing where it says nothing new; durable when this returns."""
        self._may_write()
        outcome = self._writer.commit(change_set)
        if outcome.effective and not outcome.repeated:
            self._unsaved += change_set.size
            if self._unsaved > _SAVE_AFTER_FACTS:
                self.save()
        return outcome

    def execute(self, command: Command, principal: Principal = LOCAL) -> tuple[Outcome, Any]:
        """Carry a command out, once for each request id; what it did, and the result of its kind.

        Raises:
            NotFound, InputError, ConflictError: it cannot be done; nothing was written.
        """
        self._may_write()
        outcome, result = self._writer.execute(command, principal.name)
        return outcome, result

    def import_(
        self,
        mapping: Path,
        folder: Path,
        *,
        plan_only: bool = False,
        strict: bool = False,
        commit: Callable[[ChangeSet], Outcome] | None = None,
        progress: Callable[[int, int], None] | None = None,
        rdf: RdfOptions | None = None,
    ) -> ImportOutcome:
        """Bring tables or RDF in: one revision, a report of what was refused, nothing where nothing is new.

        Args:
            plan_only: say what would change, and change nothing.
            strict: commit nothing where a row was refused.
            commit: instead of this service's own, e.g. of the server that holds the store.
            rdf: how RDF is to be read.
        """
        view = self.view(self.context())
        plan = plan_import(mapping, folder, view, self._store.changes, self.clock.now(), progress, rdf or RdfOptions())
        if plan_only or (strict and plan.report.rejected_rows):
            return ImportOutcome(plan, None)
        return ImportOutcome(plan, (commit or self.commit)(plan.change_set))

    def retract_run(
        self, run: str, request_id: str, actor: str = LOCAL.name, commit: Callable[[ChangeSet], Outcome] | None = None
    ) -> Outcome:
        """Withdraw what one run said, and no other's support.

        Raises:
            NotFound: no revision belongs to this run.
        Cost: one pass over the log.
        """
        first = next((c for c in self._store.changes() if c.change_set.run_id == run), None)
        if first is None:
            raise NotFound(f'No run "{run}" in this store.', hint="thread import prints the name of each run.")
        source = first.change_set.source
        reason = f"retract {run}"
        return (commit or self.commit)(ChangeSet(request_id, source, (), actor, reason, withdraws=(run,)))

    # -- care

    def save(self) -> None:
        """Save the projection, so that the next start maps it."""
        directory = self.settings.projection_directory
        if directory is not None and not self._read_only:
            self._writer.run(lambda: self._projection.save(directory))
            self._unsaved = 0

    def show_anew(self) -> None:
        """Drop the graph and show the current state in a new one."""
        self._may_write()
        goal = self._projection.revision.ordinal, self.clock.now()
        self._store.graph.replace(self._projection.triples(*goal), *goal)

    def verify(self) -> Verification:
        """Compare the log's chain, the graph and the projection with a fold of the whole log."""
        saved = self.settings.projection_directory
        return verify(self._store, self._projection, self._writer, self.clock, saved)

    def check_rules(self) -> RuleReport:
        """What in the current state breaks a rule over the whole graph.

        Raises:
            InputError: ``bad-config``: no SHACL engine is installed.
        """
        state = self._projection.triples(self._projection.revision.ordinal, self.clock.now())
        return check_rules(state, self.ontology)

    def close(self) -> None:
        """Save what would have to be folded again, then release the store; calling it twice is harmless."""
        if self._unsaved:
            self.save()
        self._writer.close()

    def _may_write(self) -> None:
        if self._read_only:
            raise StoreError(
                "This service reads only.",
                code="store-locked",
                hint="Send changes to the process that holds the store.",
            )
