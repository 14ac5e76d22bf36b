"""How does an entity look as a Neo4j node, readable by a person and exact to the last value?

A node has the labels of its kind and superkinds, ``iri``, ``kind``, and a property per attribute under its local
name; what a property cannot say exactly (decimals, IRIs, qualifiers as of identifiers, values of several types) is
said again in ``_exact``, one JSON text per triple. ``drawn`` and ``read_back`` are each other's inverse.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import orjson

from thread.clock import to_datetime, to_instant
from thread.facts import Triple, Value
from thread.stores.plain import Plain, plain, qualifiers_key
from thread.terms import IDENTIFIER, LABEL, SCHEME, THR, TYPE, EntityId, Iri, local_name, upper_snake

Held = tuple[Plain, str]
"""A plain triple with its qualifiers as one text: what the graph tells apart."""
LabelsOf = Callable[[str], Iterable[str]]
"""IRIs of a kind and its superkinds."""

ROOT: Final = "Entity"
"""Label of every node that shows an entity."""
EXACT: Final = "_exact"
OURS: Final = frozenset({"ChangeSet", "ChangeSetPart", "ChangeSetUpload", "ThreadHead"})
"""Labels of the log; a kind of this name is shown with an underscore behind it."""
_TAKEN: Final = frozenset({"iri", "kind", "label", "identifiers", EXACT})
_NATIVE: Final = frozenset({"string", "integer", "double", "boolean", "dateTime"})
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def held(triple: Triple) -> Held:
    """What the graph keeps of a triple."""
    return plain(triple), qualifiers_key(triple)


def is_link(triple: Triple) -> bool:
    """Whether a triple is shown as a relationship."""
    return triple.object is not None and triple.predicate != TYPE


def drawn(iri: str, said: Iterable[Held], labels_of: LabelsOf) -> tuple[frozenset[str], dict[str, object]]:
    """Labels and properties of the node that shows these attributes and kinds of one entity."""
    groups: dict[str, list[Held]] = {}
    for one in sorted(said):
        groups.setdefault(one[0].predicate, []).append(one)
    labels, properties = {ROOT}, {"iri": iri}
    shown: dict[str, object] = {}
    exact: list[str] = []
    for predicate, group in groups.items():
        kinds = [one.value for one, note in group if one.datatype == "iri" and not note]
        if predicate == TYPE and len(kinds) == len(group):
            shown["kind"] = kinds[0] if len(kinds) == 1 else kinds
            labels.update(label_of(each) for kind in kinds for each in (kind, *labels_of(kind)))
            continue
        types, notes = {one.datatype for one, _ in group}, any(note for _, note in group)
        name, values = _property(predicate), [_readable(one) for one, _ in group]
        if not name or notes or len(types) > 1 or not types <= _NATIVE:
            name = "identifiers" if predicate == IDENTIFIER else name or _spare(predicate)
            exact += [orjson.dumps([name, *one[1:], note]).decode() for one, note in group]
            values = [*_texts(group)] if notes or len(types) > 1 else values
        if name not in shown:
            shown[name] = values[0] if len(values) == 1 and predicate != IDENTIFIER else values
    if exact:
        shown[EXACT] = exact
    return frozenset(labels), {**properties, **shown}


def read_back(properties: Mapping[str, Any]) -> set[Held]:
    """The attributes and kinds that a node shows; ``Any`` is what the driver gives."""
    iri = properties["iri"]
    exact = [orjson.loads(text) for text in properties.get(EXACT, ())]
    said = {(Plain(iri, predicate, datatype, value), note) for _, predicate, datatype, value, note in exact}
    skipped = {name for name, *_ in exact} | {"iri", EXACT, "identifiers"}
    for name, found in properties.items():
        if name in skipped:
            continue
        values = found if isinstance(found, list) else [found]
        predicate = {"kind": TYPE, "label": LABEL}.get(name, THR + name)
        said |= {(Plain(iri, predicate, *_spelled(value, name)), "") for value in values}
    return said


def triple_of(one: Held, *, link: bool = False) -> Triple:
    """The triple that a held one stands for, in its plain form."""
    (subject, predicate, datatype, text), note = one
    pairs = tuple((name, value_of(kind, value)) for name, kind, value in orjson.loads(note)) if note else ()
    if link:
        return Triple(EntityId(subject), predicate, object=EntityId(text), qualifiers=pairs)
    return Triple(EntityId(subject), predicate, value=value_of(datatype, text), qualifiers=pairs)


def value_of(datatype: str, text: str) -> Value:
    """The value of a datatype and its text in a plain triple."""
    match datatype:
        case "boolean":
            return text == "true"
        case "integer":
            return int(text)
        case "double":
            return float(text)
        case "decimal":
            return Decimal(text)
        case "dateTime":
            moment = to_datetime(int(text))
            assert moment is not None
            return moment
        case "iri":
            return Iri(text)
        case _:
            return text


@lru_cache(10_000)  # once per word, not per node
def label_of(kind: str) -> str:
    """The label of a kind.

    >>> label_of("urn:thread:ns#WorkOrder"), label_of("urn:my#1 odd`kind"), label_of("urn:my#ChangeSet")
    ('WorkOrder', '_1_odd_kind', 'ChangeSet_')
    """
    name = _safe(local_name(kind))
    return name + "_" if name in OURS else name


@lru_cache(10_000)  # once per word, not per node
def type_of(predicate: str) -> str:
    """The relationship type of a predicate.

    >>> type_of("urn:thread:ns#installedIn"), type_of("urn:my#")
    ('INSTALLED_IN', 'RELATED_TO')
    """
    return _safe(upper_snake(local_name(predicate))) or "RELATED_TO"


def link_properties(note: str) -> dict[str, object]:
    """Readable properties of a relationship: its qualifiers under their local names."""
    pairs = orjson.loads(note) if note else []
    readable = {_safe(local_name(name)): _readable(Plain("", name, kind, value)) for name, kind, value in pairs}
    return {name: value for name, value in readable.items() if name not in ("", "predicate", "qualifiers")}


def quoted(name: str) -> str:
    """A label or type inside a statement; names are safe already, so nothing can leave the quotes."""
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"not a name: {name!r}")
    return f"`{name}`"


def _safe(name: str) -> str:
    name = re.sub(r"\W", "_", name)
    return "_" + name if name[:1].isdigit() else name


@lru_cache(10_000)  # once per word, not per node
def _property(predicate: str) -> str:
    """The property that says a predicate exactly, or nothing."""
    name = "label" if predicate == LABEL else predicate.removeprefix(THR)
    fits = predicate in (LABEL, THR + name) and _WORD.fullmatch(name)
    return name if fits and (name == "label") == (predicate == LABEL) and name not in _TAKEN - {"label"} else ""


def _spare(predicate: str) -> str:
    return "other_" + _safe(local_name(predicate))


def _texts(group: list[Held]) -> list[str]:
    found: set[str] = set()
    for one, note in group:
        scheme = next((value for name, _, value in orjson.loads(note or "[]") if name == SCHEME), None)
        text = local_name(one.value) if one.datatype == "iri" else str(_readable(one))
        found.add(f"{scheme}:{text}" if scheme is not None else text)
    return sorted(found)


def _readable(one: Plain) -> object:
    if one.datatype == "decimal":
        return float(one.value)
    if one.datatype == "iri":
        return local_name(one.value)
    return value_of(one.datatype, one.value)


def _spelled(value: Any, name: str) -> tuple[str, str]:
    if hasattr(value, "to_native"):  # the driver's own type of a time
        value = value.to_native()
    match value:
        case bool():
            return "boolean", str(value).lower()
        case int():
            return "integer", str(value)
        case float():
            return "double", repr(value)
        case datetime():
            return "dateTime", str(to_instant(value))
        case _:
            return ("iri" if name == "kind" else "string"), str(value)
