"""How long do exact risk answers take? Published trees, and a plant whose machines share their utilities.

``python -m tests.bench.risk``; the published trees only where THREAD_DATA has them.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from thread.reasoning.risk import Gate, Tree, all_of, any_of, compile_tree, cut_sets_of, importances_of, needs
from thread.reasoning.risk import probability_of as risk_of
from thread.testing.open_psa import read_open_psa


def shared_utilities(lines: int) -> Tree:
    """Two transformers feed four buses, three compressors of which two are needed; stages need 3 of 4 machines."""
    leaves = {"T1": 0.002, "T2": 0.002} | {f"C{n}": 0.02 for n in range(3)} | {f"B{n}": 0.001 for n in range(4)}
    gates: dict[str, Gate] = {"grid": all_of("T1", "T2")}
    gates |= {f"bus{n}": any_of(f"B{n}", "grid") for n in range(4)}
    gates |= {f"compressor{n}": any_of(f"C{n}", f"bus{n}") for n in range(3)}
    gates["air"] = needs(2, *(f"compressor{n}" for n in range(3)))
    for stage in range(lines):
        for machine in range(4):
            name = f"machine{stage}.{machine}"
            leaves |= {f"{name}/{part}": 0.01 for part in ("drive", "control")}
            gates[name] = any_of(f"{name}/drive", f"{name}/control", f"bus{(stage + machine) % 4}", "air")
        gates[f"stage{stage}"] = needs(3, *(f"machine{stage}.{machine}" for machine in range(4)))
    gates["plant"] = any_of(*(f"stage{stage}" for stage in range(lines)))
    return compile_tree("plant", gates, leaves)


def timed(what: Callable[[], object]) -> float:
    """Median of five runs in milliseconds, after a warm-up."""
    what()
    times = []
    for _ in range(5):
        start = perf_counter()
        what()
        times.append((perf_counter() - start) * 1e3)
    return median(times)


def main() -> None:
    trees = {"shared utilities": shared_utilities(320)}
    folder = Path(os.environ.get("THREAD_DATA", "")) / "fault-trees"
    trees |= {path.stem: read_open_psa(path).compiled() for path in sorted(folder.glob("*.xml"))}
    print(f"{'tree':18}{'nodes':>7}{'entries':>9}{'method':>9}{'Q':>14}{'ms':>8}{'importances':>13}{'cut sets':>10}")
    for name, tree in trees.items():
        answer = risk_of(tree)
        times = [timed(partial(ask, tree)) for ask in (risk_of, importances_of, cut_sets_of)]
        head = f"{name:18}{len(tree.names):7}{answer.entries:9}{answer.method:>9}{answer.value:14.6e}"
        print(f"{head}{times[0]:8.1f}{times[1]:13.1f}{times[2]:10.1f}")


if __name__ == "__main__":
    main()
