"""Is a mapping file well formed, and does the ontology know its words? All that can be said before a row is read."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from thread.errors import InputError, known_near
from thread.ingest.columns import columns_named
from thread.ingest.model import (
    AttributeSpec,
    Column,
    Condition,
    EntitySpec,
    IdentifierSpec,
    LinkSpec,
    Lookup,
    Mapping,
    Read,
    Sequence,
    Split,
    Table,
    Target,
    Valid,
    ValueMap,
)
from thread.ingest.rdfmodel import RdfFile
from thread.ingest.templates import columns_of
from thread.ingest.units import conversion
from thread.ingest.vocabulary import Vocabulary
from thread.ontology.model import Attribute, Kind, Ontology, Relation
from thread.terms import IDENTIFIER, STUB, local_name

LARGEST: Final = 1_048_576
"""Bytes in a mapping file."""
_PARTS: Final = (
    Mapping, Table, Read, Sequence, Column, Lookup, ValueMap, Split, EntitySpec, IdentifierSpec,
    AttributeSpec, LinkSpec, Target, Valid, Condition, RdfFile,
)  # fmt: skip
_WORDS: Final = tuple(sorted({field.alias or name for part in _PARTS for name, field in part.model_fields.items()}))


def load_mapping(path: Path, ontology: Ontology) -> Mapping:
    """The mapping in a YAML (or JSON) file, its kinds, relations, attributes and units known to the ontology.

    Raises:
        InputError: ``bad-mapping``, ``unknown-kind``, ``unknown-relation``, ``unknown-attribute``,
            ``wrong-domain``, ``wrong-range``; names the place and the words near.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.", code="bad-mapping") from error
    return parse_mapping(raw, ontology, path.name)


def raw_mapping(raw: bytes | str, name: str = "mapping.yaml") -> Any:
    """What stands in a mapping file, unchecked.

    Raises:
        InputError: ``bad-mapping``: too large, or not YAML.
    """
    if len(raw) > LARGEST:
        raise InputError(f"{name} has more than {LARGEST:,} bytes.", code="bad-mapping")
    try:
        return yaml.load(raw, Loader=_Loader)  # noqa: S506  a SafeLoader that also refuses aliases and repeated keys
    except (yaml.YAMLError, UnicodeError, RecursionError) as error:
        raise InputError(f"{name} is not YAML: {_one_line(error)}.", code="bad-mapping") from error


def parse_mapping(raw: bytes | str, ontology: Ontology, name: str = "mapping.yaml") -> Mapping:
    """As ``load_mapping``, from the text of the file."""
    try:
        mapping = Mapping.model_validate(raw_mapping(raw, name))
    except ValidationError as error:
        raise _explained(error, name) from error
    check_words(mapping, ontology)
    return mapping


def mapping_schema() -> str:
    """JSON Schema of the mapping language, as it is kept in ``schema/mapping.schema.json``."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Mapping.model_json_schema(by_alias=True)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def check_words(mapping: Mapping, ontology: Ontology) -> None:
    """Check every word of a mapping against the ontology; see ``load_mapping``."""
    words = Vocabulary(ontology, mapping.prefixes)
    for table_name, table in mapping.tables.items():
        place = f"tables.{table_name}"
        columns_named(table, place)
        _check_lookups(mapping, table, place)
        kinds = {
            name: words.kind(entity.kind, f"{place}.entities.{name}.kind") for name, entity in table.entities.items()
        }
        for name, entity in table.entities.items():
            _check_entity(words, entity, kinds, kinds[name], f"{place}.entities.{name}")


def _check_lookups(mapping: Mapping, table: Table, place: str) -> None:
    for name, column in table.columns.items():
        where = f"{place}.columns.{name}"
        if column.lookup is not None and column.lookup.table not in mapping.tables:
            hint = known_near(column.lookup.table, mapping.tables, "tables")
            raise InputError(f'{where} looks in the table "{column.lookup.table}".', code="bad-mapping", hint=hint)
        if (column.previous or column.next) and table.sequence is None:
            hint = "Say by which columns and in which order: sequence: {by: [...], order: ...}."
            raise InputError(f"{where} needs the table's sequence.", code="bad-mapping", hint=hint)


def _check_entity(words: Vocabulary, entity: EntitySpec, kinds: dict[str, Kind], kind: Kind, place: str) -> None:
    for name, specs in entity.attributes.items():
        where = f"{place}.attributes.{name}"
        attribute = words.attribute(name, where)
        if attribute.iri in (IDENTIFIER, STUB):
            raise InputError(f"{where} cannot be given.", code="bad-mapping", hint="Give identifiers: instead.")
        if not attribute.domain or not (attribute.domain & kind.ancestors):
            hint = known_near(
                name, [a.name for a in _attributes_of(words.ontology, kind)], f"attributes of {kind.name}"
            )
            raise InputError(f"{where}: the kind {kind.name} has no {attribute.name}.", code="wrong-domain", hint=hint)
        if len(specs) > 1 and attribute.single:
            whens = sum(not spec.when for spec in specs)
            if whens:
                hint = "Give each of its values a when:."
                raise InputError(f"{where}: {attribute.name} has one value.", code="bad-mapping", hint=hint)
        for spec in specs:
            _check_unit(attribute, spec, where)
            _check_qualifiers(words, spec.qualifiers, attribute, where)
    for index, link in enumerate(entity.links):
        _check_link(words, link, kinds, kind, f"{place}.links.{index}")


def _check_unit(attribute: Attribute, spec: AttributeSpec, place: str) -> None:
    if spec.unit is None:
        return
    if attribute.unit is None:
        raise InputError(
            f"{place} gives a unit, but {attribute.name} has none in the ontology.",
            code="bad-mapping",
            hint="Leave the unit out.",
        )
    if not columns_of(spec.unit, place):
        try:
            conversion(spec.unit, attribute.unit)
        except InputError as error:
            raise InputError(f"{place}: {error.message}", code="bad-mapping", hint=error.hint) from error


def _check_link(words: Vocabulary, link: LinkSpec, kinds: dict[str, Kind], kind: Kind, place: str) -> None:
    for name in link.relation:
        _check_relation(words, link, name, kinds, kind, place)


def _check_relation(
    words: Vocabulary, link: LinkSpec, name: str, kinds: dict[str, Kind], kind: Kind, place: str
) -> None:
    relation = words.relation(name, f"{place}.relation")
    other = link.to if link.to is not None else link.source
    far: Kind | None = None
    if isinstance(other, str):
        if other not in kinds:
            end = "to" if link.to is not None else "from"
            hint = known_near(other, kinds, "entities of this table") + " For others give {id: …} or {ref: …}."
            raise InputError(f'{place}.{end} names the entity "{other}".', code="bad-mapping", hint=hint)
        far = kinds[other]
    subject, target = (kind, far) if link.to is not None else (far, kind)
    for end, found, allowed, code in (
        ("starts", subject, relation.domain, "wrong-domain"),
        ("ends", target, relation.range, "wrong-range"),
    ):
        chosen = len(link.relation) > 1 and (end == "ends") == (link.to is not None)  # by the kind it will have
        if found is not None and not chosen and not allowed & found.ancestors:
            may = ", ".join(sorted(local_name(iri) for iri in allowed))
            raise InputError(
                f"{place}: {relation.name} never {end} at the kind {found.name}.",
                code=code,
                hint=f"It {end} at: {may}.",
                place=place,
            )
    _check_qualifiers(words, link.qualifiers, relation, place)


def _check_qualifiers(words: Vocabulary, given: Iterable[str], word: Relation | Attribute, place: str) -> None:
    for name in given:
        attribute = words.attribute(name, f"{place}.qualifiers.{name}")
        if attribute.iri not in word.qualifiers:
            known = known_near(name, [local_name(iri) for iri in word.qualifiers], f"qualifiers of {word.name}")
            raise InputError(f"{place}: {word.name} takes no {name}.", code="bad-mapping", hint=known)


def _attributes_of(ontology: Ontology, kind: Kind) -> Iterable[Attribute]:
    return (a for a in ontology.attributes if a.domain & kind.ancestors and a.iri not in (IDENTIFIER, STUB))


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases (a small file could stand for a huge one), repeated keys, and times and dates."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs of PyYAML
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f'"{key.value}" stands here twice', key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _explained(error: ValidationError, name: str) -> InputError:
    # A misspelt word comes before the word that it leaves missing.
    first = min(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
    path = [str(step) for step in first["loc"] if not _internal(step)]
    place, last = ".".join(path) or name, (path or [""])[-1]
    more = f" And {error.error_count() - 1} more." if error.error_count() > 1 else ""
    match first["type"]:
        case "extra_forbidden":
            message = f'{place}: the word "{last}" is not known here.'
            hint = known_near(last, _WORDS, "words")
        case "missing":
            message, hint = f'{place}: the word "{last}" is missing.', "docs/mapping.md shows each part."
        case "value_error":
            message, hint = f"{place}: {str(first['ctx']['error']).rstrip('.')}.", "docs/mapping.md shows each part."
        case _:
            given = json.dumps(first["input"], default=str, ensure_ascii=False)[:80]
            message, hint = f"{place}: {first['msg'].rstrip('.')}, but it is {given}.", _quoting(first["input"])
    return InputError(message + more, code="bad-mapping", hint=hint, place=place, file=name)


def _internal(step: int | str) -> bool:
    """Whether a step of pydantic's path is a name of its own machinery, not a word of the file."""
    return isinstance(step, str) and (step.startswith(("function-", "tagged-", "list[", "tuple[")) or step in _CLASSES)


_CLASSES: Final = frozenset(part.__name__ for part in _PARTS) | {"str", "constrained-str"}


def _quoting(given: object) -> str:
    return "Put it in quotes." if isinstance(given, bool) else "docs/mapping.md shows each part."


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")


def words_of_language() -> Iterator[str]:
    """Every word of the mapping language; the documentation is tested to name each."""
    yield from _WORDS
