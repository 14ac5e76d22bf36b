"""Random plants with serials in positions, random changes of them, and the facts that would make them so."""

from dataclasses import dataclass, replace
from random import Random

from tests.reasoning.nets import fed, wild
from tests.reasoning.plants import DAY, NOW, Plant, Seen, instant
from thread.projection import OverlayView, View
from thread.reasoning.impact import ImpactQuery
from thread.reasoning.scope import Scope
from thread.reasoning.structure import Structure
from thread.reasoning.whatif import Change, ChangeKind, Laid, ScenarioImpact, impact_between, lay, overlaid
from thread.terms import THR, EntityId

INSTALLED_IN = THR + "installedIn"


def plant_of(seed: int, *, broken: bool = True) -> tuple[Random, Plant]:
    """A net whose nodes hold serials, some of them failed, and spares beside it."""
    random = Random(seed)
    plant = (wild if seed % 3 == 1 else fed)(random, random.choice((5, 7, 9)), unnamed=seed % 5 == 0)
    names = [str(fact.subject) for fact in plant.facts if fact.predicate.endswith("type")]
    hosts = [name for name in names if name[0] in "nsbc"]
    for at in range(random.randint(1, 3)):
        plant.add("Position", f"p{at}").link(f"p{at}", "partOf", random.choice(hosts))
        plant.add("Component", f"x{at}", f"y{at}")
        if random.random() < 0.8:
            plant.link(f"x{at}", "installedIn", f"p{at}")
        if broken and random.random() < 0.4:
            plant.failure(f"f{at}", random.choice((f"x{at}", f"y{at}", f"p{at}", random.choice(hosts))), -2.0)
    return random, plant


@dataclass
class Told:
    """Changes laid over a plant, and the plant in which they are facts."""

    seen: Seen
    changes: list[Change]
    facts: Plant

    def then(self) -> View:
        """The plant in which the changes are facts, a little later."""
        return self.facts.view(0.01)

    @property
    def laid(self) -> Laid:
        return lay(self.seen.view, list(enumerate(self.changes)))


def told(random: Random, plant: Plant, number: int) -> Told:
    """Some random changes; each is also told as facts to a copy of the plant."""
    seen, truth = plant.seen(), Plant()
    truth.facts = list(plant.facts)
    found = Told(seen, [], truth)
    for at in range(number):
        _change(random, found, at)
    return found


def _change(random: Random, told: Told, at: int) -> None:
    """One change that can be; told in facts by what the words mean, not by what the overlay does."""
    view, truth = OverlayView(told.seen.view, told.laid.overlay), told.facts
    kind = view.ontology.kinds
    things = [n for n in range(view.size) if view.kind(n) >= 0 and view.iri(n)[0] in "nsbcpxy"]
    node = random.choice(things)
    name = str(view.iri(node))
    relations = view.ontology.subrelations(INSTALLED_IN)
    for word in random.sample(["fail", "out", "operate", "move"], 4):
        if word == "fail":
            told.changes.append(Change(ChangeKind.FAIL, (node,)))
            truth.failure(f"e-{at}", name, _day(at))
        elif word == "out":
            told.changes.append(Change(ChangeKind.OUT_OF_SERVICE, (node,)))
            for each in Scope(view, [node], parts=True).nodes.tolist():
                truth.failure(f"e-{at}-{each}", str(view.iri(each)), _day(at))
        elif word == "operate":
            valves = [n for n in things if kind[view.kind(n)].conducts_when]
            if not valves:
                continue
            valve, state = random.choice(valves), random.choice(("OPEN", "CLOSED"))
            told.changes.append(Change(ChangeKind.OPERATE, (valve,), state=state))
            truth.facts = [f for f in truth.facts if (f.subject, f.predicate) != (view.iri(valve), THR + "state")]
            truth.set(str(view.iri(valve)), "state", state)
        else:
            serials = [n for n in things if view.iri(n)[0] in "xy"]
            serial = random.choice(serials)
            held = view.links_from(serial, relations).object.tolist()
            if held:
                told.changes.append(Change(ChangeKind.REMOVE, (serial,)))
                _ended(truth, str(view.iri(serial)), at)
            else:
                place = random.choice([n for n in things if view.iri(n)[0] == "p"])
                told.changes.append(Change(ChangeKind.INSTALL, (serial,), into=place))
                for other in view.links_to(place, relations).subject.tolist():
                    _ended(truth, str(view.iri(other)), at)
                truth.link(str(view.iri(serial)), "installedIn", str(view.iri(place)), start=instant(_day(at)))
        return


def _ended(plant: Plant, serial: str, at: int) -> None:
    """The serial leaves where it is."""
    for number, fact in enumerate(plant.facts):
        if fact.subject == EntityId(serial) and fact.predicate == INSTALLED_IN and fact.valid_to > NOW + DAY:
            plant.facts[number] = replace(fact, valid_to=instant(_day(at)))


def _day(at: int) -> float:
    """Changes are made one after the other: seconds apart, so that facts can tell their order."""
    return (at + 1) / 86_400


def asked(told: Told) -> tuple[Structure, OverlayView, ScenarioImpact]:
    """Structure, view and impact of the scenario."""
    laid = told.laid
    assert not laid.problems
    view = OverlayView(told.seen.view, laid.overlay)
    after = overlaid(told.seen.structure, view)
    return after, view, impact_between(told.seen.structure, after, laid, ImpactQuery())
