"""What is allowed? The layers, the owners of heavy packages, the long modules; and what breaks them."""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from tests.architecture.reading import Import, Module, docstrings

LAYERS: dict[str, int] = {
    "__init__": 0,
    "terms": 0,
    "errors": 0,
    "resources": 0,
    "config": 0,
    "clock": 0,
    "logs": 0,
    "facts": 1,
    "ontology": 2,
    "ingest": 3,
    "stores": 3,
    "projection": 3,
    "readings": 3,
    "export": 3,
    "worker": 3,
    "samples": 3,
    "reasoning": 4,
    "service": 5,
    "api": 6,
    "web": 7,
    "client": 7,
    "cli": 7,
    "server": 7,
    "__main__": 7,
    "testing": 8,
}
"""Room -> layer. Imports point down; within layer 0 and within 7 they may point sideways, in 3 they may not."""
SIDEWAYS = {0, 7}
NARROW = {
    "reasoning": {"terms", "errors", "clock", "facts", "ontology", "projection"},
    "client": {"terms"},
    "web": set(),
}
"""Rooms that may import less than their layer allows."""

OWNERS: dict[str, tuple[str, ...]] = {
    "duckdb": ("thread.readings", "thread.export.writing"),
    "httpx": (),
    "hypothesis": ("thread.testing",),
    "neo4j": ("thread.stores.neo4j",),
    "networkx": ("thread.testing", "thread.export"),
    "numba": ("thread.projection", "thread.reasoning"),
    "prometheus_client": ("thread.api",),
    "pydantic_settings": ("thread.config",),
    "pyoxigraph": ("thread.ontology.graph", "thread.stores", "thread.worker.child"),
    "pyshacl": ("thread.ontology",),
    "pytest": ("thread.testing",),
    "python_calamine": ("thread.ingest.excel",),
    "rdflib": ("thread.ontology",),
    "rich": ("thread.cli",),
    "shacl": ("thread.ontology.rules",),
    "starlette": ("thread.api", "thread.server"),
    "strawberry": ("thread.api",),
    "typer": ("thread.cli",),
    "uvicorn": ("thread.server",),
    "websockets": ("thread.api",),
    "yaml": ("thread.ingest",),
}
"""Heavy package -> the modules (with what is below them) that may import it."""

BACK: dict[str, str] = {
    "thread.api.answers": "a link of an answer shows qualifiers as an entity does, and an entity has lineages",
    "thread.api.scope": "what reads entities is what entities read with",
    "thread.reasoning.structure": "its cached properties make what is derived from it, once per structure",
    "thread.reasoning.live": "alternatives are counted on the live state, and kept with it",
}
"""Modules whose imports within functions may point back at what imports them, each with the reason."""

LONG: dict[str, str] = {
    "thread.api.impact": "one type per part of one answer, in the order in which the schema prints them",
    "thread.cli.app": "one small function a command: its arguments and help, read as the list of all that can be typed",
    "thread.ingest.model": "the reference of the mapping language: one class a part, from which its schema is printed",
    "thread.reasoning.health.kernels": "a compiled loop and its helpers share a file: numba's cache looks at one only",
    "thread.reasoning.impact": "one answer: its lists, pages, reasons and counts share one outage and its health",
    "thread.reasoning.kernels": "all compiled loops of reasoning: one signature style, one warm-up, one cache",
    "thread.testing.reference": "the plain twin of the projection is read top to bottom beside the definition",
    "thread.testing.reference_reasoning": "the plain twin of reasoning is read top to bottom beside the definition",
    "thread.testing.store_contract": "one contract, one suite: an author of a store reads it as a list of promises",
}
"""Modules of more than 400 lines, each with the reason why it is one question."""


def room(module: str) -> str:
    """The room of a module of ours: ``thread.stores.memory`` lives in ``stores``."""
    return [*module.split("."), "__init__"][1]


def upward(imports: Iterable[Import]) -> list[str]:
    """Imports that point up, or sideways where siblings do not know each other."""
    wrong = []
    for item in imports:
        if item.imported.split(".")[0] != "thread":
            continue
        here, there = room(item.importer), room(item.imported)
        if here == there or there == "__init__":
            continue
        down = LAYERS[there] < LAYERS[here] or (LAYERS[there] == LAYERS[here] and LAYERS[here] in SIDEWAYS)
        if not down or there not in NARROW.get(here, LAYERS):
            wrong.append(str(item))
    return wrong


def cycles(imports: Iterable[Import]) -> list[str]:
    """Groups of modules that import each other in a ring, each as one line."""
    graph: dict[str, set[str]] = {}
    for item in imports:
        allowed = item.types_only or (item.lazy and item.importer in BACK)
        if item.imported.split(".")[0] == "thread" and not allowed and item.importer != item.imported:
            graph.setdefault(item.importer, set()).add(item.imported)
            graph.setdefault(item.imported, set())
    reach = {start: _reach(graph, start) for start in graph}
    rings = {frozenset(other for other in reach[start] if start in reach[other]) for start in graph}
    return sorted(" <-> ".join(sorted(ring)) for ring in rings if len(ring) > 1)


def _reach(graph: Mapping[str, Collection[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for following in graph[waiting.pop()]:
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return seen


def trespassers(imports: Iterable[Import], owners: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Imports of a heavy package by a module that does not own it; imports for types only are free."""
    return [
        str(item)
        for item in imports
        if (package := item.imported.split(".")[0]) in owners
        and not item.types_only
        and not any(item.importer == owner or item.importer.startswith(owner + ".") for owner in owners[package])
    ]


def concrete_kinds(turtle: str) -> set[str]:
    """Local names of the classes that a Turtle file defines."""
    return set(re.findall(r"^\s*[\w-]*:(\w+)\s+(?:a\s+owl:Class|rdfs:subClassOf)\b", turtle, re.MULTILINE))


def kinds_named(module: Module, kinds: Collection[str]) -> Iterator[str]:
    """Places where code (not its prose) names one of the kinds, as an identifier or within a text."""
    prose = docstrings(module.tree)
    spelled = {spelling: kind for kind in kinds for spelling in (kind, _snake(kind), _snake(kind).upper())}
    words = re.compile(r"\b(" + "|".join(map(re.escape, sorted(kinds))) + r")\b") if kinds else re.compile(r"(?!)")
    for node in ast.walk(module.tree):
        names: list[str] = []
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            names = words.findall(node.value)
        elif isinstance(node, ast.Name):
            names = [node.id]
        elif isinstance(node, ast.Attribute):
            names = [node.attr]
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            names = [node.name]
        for name in names:
            if name in spelled:
                yield f"{module.name}:{getattr(node, 'lineno', 0)} names {name}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
