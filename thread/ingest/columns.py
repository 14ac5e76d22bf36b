"""Which columns does a table's part of a mapping name, and in which order are the derived ones made?"""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Final

from thread.errors import InputError
from thread.ingest import model
from thread.ingest.templates import columns_of

SEQUENCE: Final = "\0sequence"
"""Stands for the table's sequence among the names of its columns."""
Node = tuple[str, str]
"""A derived column: table and name."""
Tables = Mapping[str, model.Table]


def columns_named(spec: model.Table, place: str) -> set[str]:
    """Every column that a table's part of a mapping names, but for look-ups from other tables.

    Raises:
        InputError: ``bad-mapping``: a template is not well formed.
    """
    names = {*spec.key, *spec.times, *spec.when}
    if spec.sequence:
        names |= {*spec.sequence.by, spec.sequence.order}
    for column in spec.columns.values():
        names |= _sources(column)
    for name, entity in spec.entities.items():
        names |= _named_by_entity(entity, f"{place}.entities.{name}")
    return names


def _named_by_entity(entity: model.EntitySpec, place: str) -> set[str]:
    templates = [entity.id, entity.label]
    valid, whens = [entity.valid], [entity.when]
    for identifier in entity.identifiers:
        templates += [identifier.value, identifier.scope]
    for specs in entity.attributes.values():
        for attribute in specs:
            templates += [attribute.value, attribute.unit, *attribute.qualifiers.values()]
            valid.append(attribute.valid)
            whens.append(attribute.when)
    for link in entity.links:
        target = link.to if link.to is not None else link.source
        if isinstance(target, model.Target):
            templates += [target.id, target.ref, target.scope]
        templates += link.qualifiers.values()
        valid.append(link.valid)
        whens.append(link.when)
    names = {name for when in whens for name in when}
    names |= {name for v in valid if v for name in (v.start, v.end) if name}
    return names | {name for template in templates if template for name in columns_of(template, place)}


def _sources(column: model.Column) -> set[str]:
    """The columns of the same table from which a derived column is made."""
    if column.text is not None:
        return set(columns_of(column.text, "columns"))
    if column.map is not None:
        return {column.map.of}
    if column.split is not None:
        return {column.split.of}
    if column.lookup is not None:
        return {*column.lookup.where.values(), *filter(None, (column.lookup.before, column.lookup.at))}
    return {column.previous or column.next or ""}


def in_order(tables: Tables, present: Iterable[str]) -> list[Node]:
    """The derived columns of all tables, each after those that it is made from."""
    graph: dict[Node, set[Node]] = {}
    for name in present:
        _add_columns(graph, name, tables)
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(f"{t}.{'sequence' if c == SEQUENCE else c}" for t, c in error.args[1])
        raise InputError(
            f"Columns are made from each other: {circle}.", code="bad-mapping", hint="Break the circle."
        ) from error
    return [node for node in order if node in graph]


def _add_columns(graph: dict[Node, set[Node]], name: str, tables: Tables) -> None:
    spec = tables[name]
    feeding: set[str] = set()
    if spec.sequence:
        graph[name, SEQUENCE] = {(name, column) for column in (*spec.sequence.by, spec.sequence.order)}
        feeding = _feeding(spec)
    for column, made in spec.columns.items():
        needs = {_node(tables, name, source) for source in _sources(made)}
        if spec.sequence and (column not in feeding or made.previous or made.next):
            needs.add((name, SEQUENCE))  # a row before the first has these columns too
        if made.lookup:
            other = made.lookup.table
            needs |= {_node(tables, other, source) for source in (*made.lookup.where, made.lookup.take)}
            needs |= {(other, SEQUENCE)} if tables[other].sequence else set()
        graph[name, column] = needs


def _node(tables: Tables, table: str, column: str) -> Node:
    sequence = tables[table].sequence
    return (table, SEQUENCE) if sequence and sequence.number == column else (table, column)


def _feeding(spec: model.Table) -> set[str]:
    """The derived columns by which a table's sequence is made."""
    assert spec.sequence is not None
    found: set[str] = set()
    waiting = [*spec.sequence.by, spec.sequence.order]
    while waiting:
        name = waiting.pop()
        if name in spec.columns and name not in found:
            found.add(name)
            waiting += _sources(spec.columns[name])
    return found
