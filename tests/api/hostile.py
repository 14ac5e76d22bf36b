"""Forty ways to ask for too much, as they would come over the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

DECLARED = 50_000_000
"""Bytes of the largest bodies."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One request: its body, and headers beside the usual ones."""

    name: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 400
    """What is answered."""


def _query(name: str, document: str, **variables: Any) -> Attack:
    return Attack(name, json.dumps({"query": document, "variables": variables}).encode())


def _many(template: str, count: int) -> str:
    return " ".join(template.replace("#", str(number)) for number in range(count))


def _doubling(levels: int, kind: str, step: str, end: str) -> str:
    bodies = [f"fragment F{i} on {kind} {{ {step.replace('#', str(i + 1))} }}" for i in range(levels)]
    return " ".join(bodies) + f" fragment F{levels} on {kind} {{ {end} }}"


def _pages(levels: int, size: object) -> str:
    inner = "iri"
    for _ in range(levels):
        inner = f"relations(first: {size}) {{ edges {{ node {{ {inner} }} }} }}"
    return f'{{ asset(key: "x") {{ {inner} }} }}'


def _deep(levels: int) -> list[Any]:
    bomb: list[Any] = []
    for _ in range(levels):
        bomb = [bomb]
    return bomb


def _object(levels: int) -> dict[str, Any]:
    bomb: dict[str, Any] = {}
    for _ in range(levels):
        bomb = {"window": bomb}
    return bomb


_TYPES = "types { fields { type { fields { type { fields { type { fields { name } } } } } } } }"
_FROM = "query($v: [ID!]!) { lineage(from: $v) { missing } }"
_TWICE = "...F# ...F#"

ATTACKS: tuple[Attack, ...] = (
    # depth
    _query("depth of 40", "{" + "a{" * 40 + "b" + "}" * 41),
    _query("depth of 190", "{" + "a{" * 190 + "b" + "}" * 191),
    _query("depth of 2,000", "{" + "a{" * 2_000 + "b" + "}" * 2_001),
    _query("depth of 60,000", "{" + "a{" * 60_000 + "b" + "}" * 60_001),
    _query("depth through fragments", "{ ...F0 } " + _doubling(100, "Query", "a { ...F# }", "b")),
    _query("inline fragments in each other", "{" + "...{" * 150 + "__typename" + "}" * 151),
    _query("depth of pages", _pages(10, 50)),
    # width
    _query("width of 1,300 fields", "{ " + _many("a#: __typename", 300) + _many(" b", 1_000) + " }"),
    _query("width of 40,000 fields", "{ " + _many("a#", 40_000) + " }"),
    _query(
        "width in each of many fragments",
        "{ " + _many("a#: service { ...F }", 60) + " } fragment F on ServiceInfo { " + _many("b#: version", 50) + " }",
    ),
    # aliases
    _query("190 impacts by alias", "{ " + _many('a#:impact(of:"x"){missing}', 190) + " }"),
    _query(
        "aliases of pages",
        "{ " + _many('a#: asset(key: "x") { relations(first: 500) { edges { node { ...P } } } }', 60) + " }"
        " fragment P on Entity { relations { edges { cursor } } }",
    ),
    _query(
        "aliases of changes",
        "mutation { "
        + _many('a#: end(input: {requestId: "#", id: "x", at: "2026-01-01T00:00:00Z"}) { __typename }', 65)
        + " }",
    ),
    # field repetition
    _query("one field 1,400 times", "{ " + "__typename " * 1_400 + "}"),
    _query("one object 400 times", "{ " + "service { version } " * 400 + "}"),
    _query("repetition in repetition", "{ " + ("service { " + "version " * 30 + "} ") * 30 + "}"),
    _query(
        "equal fields of many fragments",
        "{ " + _many("...F#", 140) + " } " + _many("fragment F# on Query { service { version } }", 140),
    ),
    # fragments
    _query("fragments that double 60 times", '{ asset(key: "x") { ...F0 } } ' + _doubling(60, "Asset", _TWICE, "iri")),
    _query(
        "fragments that double 60 times with pages",
        '{ asset(key: "x") { ...F0 } } '
        + _doubling(60, "Entity", "relations(first: 500) { edges { node { ...F# ...F# } } }", "iri"),
    ),
    _query("fragments that nobody spreads", "{ __typename } " + _doubling(60, "Asset", _TWICE, "iri")),
    _query(
        "160 fragments at one place",
        "{ " + _many("...F#", 160) + " } " + _many("fragment F# on Query { a#: __typename }", 160),
    ),
    _query("a chain of 200 fragments", "{ ...F0 } " + _doubling(200, "Query", "...F#", "__typename")),
    _query("fragments in a circle", "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }"),
    # numbers
    _query("a page of 2^31", _pages(1, 2**31)),
    _query("a page of 2^60", _pages(1, 2**60)),
    _query("a page of 10^5000", _pages(1, "9" * 5_000)),
    _query("a page of 2^63 in a variable", "query($n: Int) " + _pages(1, "$n"), n=2**63 - 1),
    _query("a page of 1e300 in a variable", "query($n: Int) " + _pages(1, "$n"), n=1e300),
    _query("a depth of 10^5000", '{ lineage(from: ["x"], input: {maxDepth: ' + "9" * 5_000 + "}) { missing } }"),
    # variables and values
    _query("25,000 values in a variable", _FROM, v=["a"] * 25_000),
    _query("lists 500 deep in a variable", _FROM, v=_deep(500)),
    _query(
        "objects 400 deep in a variable",
        "query($v: ImpactInput!) { impact(of: [], input: $v) { missing } }",
        v=_object(400),
    ),
    _query("450 variables", "query(" + _many("$v#: Int", 450) + ") { __typename }"),
    _query("1,900 values in the document", "{ lineage(from: [" + '"a" ' * 1_900 + "]) { missing } }"),
    # directives
    _query("300 directives at one place", "{ service " + "@include(if: true) " * 300 + "{ version } }"),
    _query("unknown directives everywhere", "{ " + _many("a#: __typename @b#", 390) + " }"),
    # the schema again and again
    _query("the schema in itself", "{ __schema { " + _TYPES + " } }"),
    # mistakes that are costly to explain
    _query("1,400 unknown fields", "{ " + _many("relationsOfAsset#", 1_400) + " }"),
    _query("a name of 190,000 letters", "{ " + "a" * 190_000 + " }"),
    _query("300 unknown types", "{ " + _many("... on LineageHitConnectiom# { a }", 300) + " }"),
    # bodies
    Attack("50 MB that are declared", b" " * DECLARED, status=413),
    Attack("50 MB in chunks", b" " * DECLARED, (("transfer-encoding", "chunked"),), status=413),
    Attack("brackets in brackets", b"[" * 1_000_000),
    Attack("a thousand requests in one", b"[" + b",".join([b'{"query":"{__typename}"}'] * 1_000) + b"]"),
    Attack("a body that says it is packed", b"\x1f\x8b" + b"\0" * 1_000, (("content-encoding", "gzip"),)),
)
