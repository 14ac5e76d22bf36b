"""After warming nothing is left to compile."""

from tests.reasoning.plants import Plant
from thread.reasoning import flows, kernels
from thread.reasoning.warm import warm


def test_no_question_waits_for_the_compiler() -> None:
    warm()
    compiled = {
        name: len(each.signatures)
        for name, each in {**vars(kernels), **vars(flows)}.items()
        if hasattr(each, "signatures")
    }
    assert all(count for name, count in compiled.items() if name not in ("reach", "_least"))  # called by kernels only
    plant = Plant().add("Source", "S1", "S2").add("Bus", "A", "B").add("Thing", "C").group("G", 1, "A", "B")
    plant.link("A", "poweredBy", "S1", "B").link("B", "poweredBy", "A", "S2").link("C", "poweredBy", "A")
    impact = plant.seen().out("S1").impact
    assert (impact.new_single_points(), impact.held_up_by_loop(), impact.completeness.complete) is not None
    after = {
        name: len(each.signatures)
        for name, each in {**vars(kernels), **vars(flows)}.items()
        if hasattr(each, "signatures")
    }
    assert after == compiled
