"""What of a structure stands when the plant moves on? All of it, unless a link, group or producer has changed."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from thread.facts import Triple
from thread.ontology.model import Law, Ontology
from thread.projection.view import Ints, View
from thread.reasoning.health.own import EMPTY, FAILURE, LIFE
from thread.reasoning.health.part import findings_about, touched_by
from thread.reasoning.needs import PRODUCES, STATE
from thread.reasoning.structure import Bytes, Structure
from thread.terms import THR, TYPE, UpperKind, local_name

_MANY = 20_000
"""So many changed triples are cheaper to compile."""


def stands(structure: Structure, view: View, changed: Iterable[Triple]) -> Ints | None:
    """The nodes that changed triples speak of, ascending; None where they change who needs what.

    Links that carry, ``k``, what is produced, and the kind of a thing that was there change it. New things that
    nothing needs yet, orders, events, attributes and operated states do not. A design's expected life tells of all
    that is made to it: then None too.
    """
    ontology = view.ontology
    nodes: set[int] = set()
    bearing = carrying(ontology)
    groups = ontology.subkinds(UpperKind.REDUNDANCY_GROUP)
    for triple in changed:
        predicate = triple.predicate
        node = view.find(triple.subject)
        if predicate in bearing or predicate in (THR + "k", PRODUCES):
            return None
        if predicate == LIFE or predicate in (THR + "madeTo", THR + "revisionOf"):
            return None
        if predicate == TYPE:
            was = int(structure.kinds[node]) if node < structure.size else -1
            now = view.kind(node)
            if (was in groups or now in groups) or (was >= 0 and now >= 0):
                return None
        nodes.add(node)
        if triple.object is not None:
            nodes.add(view.find(triple.object))
        if len(nodes) > _MANY:
            return None
    nodes.discard(-1)
    return np.array(sorted(nodes), np.int32)


def carrying(ontology: Ontology) -> frozenset[str]:
    """The relations by which one thing needs another."""
    return frozenset(
        relation.iri
        for relation in ontology.relations
        if (relation.carries.law is not Law.NOTHING and relation.carries_to is not None)
    )


def moved(structure: Structure, view: View, nodes: Ints) -> Structure:
    """The structure of a later view in which only what ``stands`` allows has changed; it shares all the rest.

    Args:
        nodes: what was spoken of, and what a time that has come tells of; ascending.
    Cost: copies of the columns of the nodes, then what is touched. Health is moved where it was worked out before.
    """
    plant = structure.__dict__.get("health")
    touched = touched_by(view, nodes)
    if plant is not None:
        touched = np.union1d(touched, plant.findings.changing(view.valid_at)).astype(np.int32)
    found = findings_about(view, touched, view.size)
    more = view.size - structure.size
    own = np.append(structure.own, np.zeros(more, np.uint8))
    own[touched] = 0
    own[found.node[(found.rule == FAILURE) | (found.rule == EMPTY)]] = 1
    shut = np.append(structure.conduction.shut, np.zeros(more, np.uint8))
    toggled = _operated(view, nodes, shut)
    kinds, gates = view.kinds(), structure.gates
    passes = np.array([kind.conducts or kind.conducts_when is not None for kind in view.ontology.kinds] + [False])
    conduction = replace(structure.conduction, conducts=passes[kinds], shut=shut)
    if more:
        of_start, out_start = (np.append(c, np.repeat(c[-1:], more)) for c in (gates.of_start, gates.out_start))
        gates = replace(gates, of_start=of_start, out_start=out_start)
    made = replace(structure, view=view, kinds=kinds, gates=gates, conduction=conduction, own=own)
    for name in ("loops", "all_loops"):  # what fails or is operated changes no loop
        if name in structure.__dict__:
            made.__dict__[name] = structure.__dict__[name]
    if "plan" in structure.__dict__:
        made.__dict__["wiring"] = structure.wiring.widened(more)
        made.__dict__["plan"] = structure.plan.widened(more)
    if plant is not None:
        findings = plant.findings.with_anew(view.size, touched, found)
        made.__dict__["health"] = plant.moved(made.plan, findings, touched, toggled, view.ontology.health.prior)
    return made


def _operated(view: View, nodes: Ints, shut: Bytes) -> Ints:
    """Put the operated ones among some nodes into their states; those that changed."""
    toggled = []
    for node, values in zip(nodes.tolist(), view.column_of(nodes, STATE), strict=True):
        kind = view.kind(node)
        wanted = view.ontology.kinds[kind].conducts_when if kind >= 0 else None
        wrong = wanted is not None and bool(values) and local_name(str(values[0])).upper() != wanted.upper()
        if shut[node] != wrong:
            shut[node] = wrong
            toggled.append(node)
    return np.array(toggled, np.int32)
