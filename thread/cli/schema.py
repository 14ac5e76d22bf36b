"""Which words are there? The schema, the mapping's JSON Schema, and tables written by the code that owns them."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from thread.cli.exits import Exit
from thread.cli.frame import say, say_json, settings_of
from thread.cli.tables import table
from thread.errors import CODES, InputError, known_near
from thread.terms import local_name

if TYPE_CHECKING:
    from thread.ontology.model import Kind, Ontology

Row = dict[str, str]


def schema(what: str, store: str | None, *, as_json: bool) -> None:
    """Print one of the descriptions.

    Raises:
        InputError: ``invalid``: there is no such description.
    """
    if what == "graphql":
        say(_sdl(store))
    elif what == "mapping":
        say(_mapping_schema())
    elif what == "cypher":
        say(_cypher(store))
    elif what in _TABLES:
        _print(list(_TABLES[what](store)), as_json)
    else:
        names = ["graphql", "mapping", "cypher", *_TABLES]
        raise InputError(f'There is no schema "{what}".', hint=known_near(what, names, "schemas"))


def _sdl(store: str | None) -> str:
    from thread.api.schema import print_schema

    return print_schema(ontology_of(store)).rstrip("\n")


def _mapping_schema() -> str:
    from thread.ingest.loading import mapping_schema

    return mapping_schema().rstrip("\n")


def _cypher(store: str | None) -> str:
    from thread.stores.neo4j.schema import printed

    return printed(ontology_of(store))


def ontology_of(store: str | None) -> "Ontology":
    from thread.ontology import load_ontology

    return load_ontology(settings_of(store).extension_paths())


def _kinds(store: str | None) -> Iterable[Row]:
    ontology = ontology_of(store)
    roots = [kind for kind in ontology.kinds if not kind.parents]
    for kind, depth in _tree(ontology, roots, 0):
        yield {"kind": "  " * depth + kind.name, "meaning": kind.comment or kind.label}


def _tree(ontology: "Ontology", kinds: Iterable["Kind"], depth: int) -> Iterable[tuple["Kind", int]]:
    for kind in sorted(kinds, key=lambda each: each.name):
        yield kind, depth
        yield from _tree(ontology, [ontology.kind[child] for child in kind.children], depth + 1)


def _relations(store: str | None) -> Iterable[Row]:
    for relation in sorted(ontology_of(store).relations, key=lambda each: each.name):
        yield {
            "relation": relation.name,
            "inverse": relation.inverse,
            "from": _names(relation.domain),
            "to": _names(relation.range),
            "role": relation.role.value,
            "upstream": relation.upstream.value,
            "meaning": relation.comment or relation.label,
        }


def _attributes(store: str | None) -> Iterable[Row]:
    for attribute in sorted(ontology_of(store).attributes, key=lambda each: each.name):
        yield {
            "attribute": attribute.name,
            "of": _names(attribute.domain) or "links",
            "type": attribute.type.name.lower() + (f" {attribute.unit}" if attribute.unit else ""),
            "meaning": attribute.comment or attribute.label,
        }


def _names(iris: Iterable[str]) -> str:
    return " | ".join(sorted(map(local_name, iris)))


def _errors(_store: str | None) -> Iterable[Row]:
    return ({"code": code, "meaning": meaning} for code, meaning in CODES.items())


def _exits(_store: str | None) -> Iterable[Row]:
    return ({"exit": str(code.value), "meaning": code.meaning} for code in Exit)


_TABLES: Final[dict[str, Callable[[str | None], Iterable[Row]]]] = {
    "kinds": _kinds,
    "relations": _relations,
    "attributes": _attributes,
    "errors": _errors,
    "exits": _exits,
}


def _print(rows: Sequence[Row], as_json: bool) -> None:
    if as_json:
        say_json([{name: value.strip() for name, value in row.items()} for row in rows])
        return
    heads = list(rows[0]) if rows else []
    for line in table([list(row.values()) for row in rows], heads):
        say(line)
