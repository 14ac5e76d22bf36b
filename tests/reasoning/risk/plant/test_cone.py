"""The fault tree of a thing fails exactly where the thing does not live, by the definition; loops and groups too."""

import pytest

from tests.reasoning.plants import Plant
from tests.reasoning.whatif.scenes import plant_of
from thread.reasoning.answers import Budget
from thread.reasoning.risk.plant.cone import FaultTree, fails_by_itself, fault_tree, wiring_of
from thread.testing.reference_reasoning import ReferenceStructure

QUICK, SOAK = 150, 1_500


def fails(tree: FaultTree, failed: frozenset[str]) -> bool:
    """The tree's top, by evaluating its gates one after the other."""
    known: dict[str, bool] = {name: name in failed for name in tree.leaves}
    known |= dict.fromkeys(failed, True)
    for name, gate in tree.gates.items():
        known[name] = sum(known[item] for item in gate.inputs) >= gate.k
    return tree.top if isinstance(tree.top, bool) else known[tree.top]


def agrees(seed: int) -> None:
    random, plant = plant_of(seed)
    seen = plant.seen()
    twin, structure = ReferenceStructure(seen.view), seen.structure
    things = [n for n in twin.nodes if seen.view.iri(n)[0] not in "ef"]
    top = random.choice(things)
    wiring = wiring_of(structure, top)
    could = fails_by_itself(structure)
    leaf, folded = fault_tree(wiring, could), fault_tree(wiring, could, folded=True)
    now = frozenset(f"o{node}" for node in wiring.nodes if structure.own[node])
    names = [int(name[1:]) for name in leaf.leaves]
    for _ in range(12):
        out = random.sample(names, random.randint(0, min(4, len(names))))
        lives = top in twin.live(out)
        more = frozenset(f"o{node}" for node in out)
        assert fails(leaf, more | now) is not lives
        assert fails(folded, more - now) is not lives
        assert (top in structure.live.without(out).fallen or bool(structure.live.state.dead[top])) is not lives


@pytest.mark.parametrize("seed", range(QUICK))
def test_the_tree_fails_where_the_thing_does_not_live(seed: int) -> None:
    agrees(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(QUICK, QUICK + SOAK))
def test_many_trees_fail_where_the_thing_does_not_live(seed: int) -> None:
    agrees(seed)


def test_a_cone_beyond_the_budget_is_cut_and_says_so() -> None:
    _, plant = plant_of(6)
    seen = plant.seen()
    top = max(range(seen.view.size), key=lambda node: len(wiring_of(seen.structure, node).nodes))
    assert not wiring_of(seen.structure, top).stopped
    assert wiring_of(seen.structure, top, Budget(nodes=1)).stopped


def test_what_is_shut_feeds_nothing_and_what_is_open_does() -> None:
    for state, sets in (("CLOSED", [["a"]]), ("OPEN", [["a", "b"], ["a", "valve"]])):
        plant = Plant().add("Spring", "a", "b").add("Valve", "valve", state=state).add("Thing", "cooler")
        plant.link("cooler", "wateredBy", "a", "valve").link("valve", "wateredBy", "b")
        seen = plant.seen()
        tree = fault_tree(wiring_of(seen.structure, seen.node("cooler")), fails_by_itself(seen.structure))
        for out in sets:
            assert fails(tree, frozenset(f"o{seen.node(name)}" for name in out))
        assert fails(tree, frozenset({f"o{seen.node('b')}"})) is False
        assert fails(tree, frozenset({f"o{seen.node('a')}"})) is (state == "CLOSED")
