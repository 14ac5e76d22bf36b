"""What do things that are alike share? Beta-factor groups: siblings of one batch, lot or revision fail together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isclose

from thread.errors import InputError
from thread.reasoning.risk.tree import Gate, any_of

Model = tuple[dict[str, Gate], dict[str, float]]
"""Gates and probabilities of leaves, as ``compile_tree`` takes them."""


@dataclass(frozen=True, slots=True)
class CommonCause:
    """Leaves of which a share ``beta`` of the failures takes all of them at once."""

    name: str
    members: tuple[str, ...]
    beta: float


def with_common_cause(
    gates: Mapping[str, Gate], probabilities: Mapping[str, float], groups: Iterable[CommonCause]
) -> Model:
    """The tree in which each member fails by its own (1 - beta) q or by the event beta q that its group shares.

    A member becomes a gate over the leaves ``<member>/own`` and ``<group>/shared``.

    Raises:
        InputError: ``bad-config``: beta outside [0, 1], an unknown member, one in two groups, or members that do not
            fail with the same probability, of which beta is no share.
    Source: Fleming, A reliability model for common mode failures, GA-A13284 (1974); IEC 61508-6, annex D.
    """
    new_gates, leaves = dict(gates), dict(probabilities)
    for group in groups:
        if not 0.0 <= group.beta <= 1.0:
            raise InputError(
                f"Common cause {group.name!r} has beta {group.beta}; 0 to 1 is expected.", code="bad-config"
            )
        chances = {member: _taken(group, member, leaves) for member in group.members}
        for member, chance in chances.items():
            if not isclose(chance, chances[group.members[0]], rel_tol=1e-9):
                raise InputError(
                    f"Common cause {group.name!r}: {member!r} fails with {chance}, "
                    f"{group.members[0]!r} with {chances[group.members[0]]}.",
                    code="bad-config",
                    hint="Members of a beta-factor group are alike: part the group.",
                    name=member,
                )
            _add(group, f"{member}/own", (1.0 - group.beta) * chance, new_gates, leaves)
            new_gates[member] = any_of(f"{member}/own", f"{group.name}/shared")
        if chances:
            _add(group, f"{group.name}/shared", group.beta * chances[group.members[0]], new_gates, leaves)
    return new_gates, leaves


def _taken(group: CommonCause, member: str, leaves: dict[str, float]) -> float:
    if member not in leaves or member.endswith(("/own", "/shared")):
        raise InputError(
            f"Common cause {group.name!r} names {member!r}, which is no leaf, or in a group already.",
            code="bad-config",
            name=member,
        )
    return leaves.pop(member)


def _add(group: CommonCause, name: str, chance: float, gates: dict[str, Gate], leaves: dict[str, float]) -> None:
    if name in gates or name in leaves:
        raise InputError(f"Common cause {group.name!r} would name {name!r} twice.", code="bad-config", name=name)
    leaves[name] = chance
