"""Which kinds, relations and attributes are there? Tables for ``ontology/README.md``, written by this code alone."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from thread.ontology.model import Attribute, Kind, Law, Medium, Ontology, Relation, Role, Upstream
from thread.ontology.values import range_of
from thread.terms import local_name

_MARK: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str, ontology: Ontology) -> str:
    """A Markdown text with every table between ``<!-- table: NAME -->`` and ``<!-- end -->`` written anew."""
    tables = {
        "kinds": kinds_table(ontology.kinds),
        "relations": relations_table(ontology.relations),
        "attributes": attributes_table(ontology.attributes, ontology),
        "media": media_table(ontology.media),
    }
    return _MARK.sub(lambda mark: f"{mark[1]}{tables[mark[2]]}\n{mark[3]}", text)


def kinds_table(kinds: Iterable[Kind]) -> str:
    """Kinds by name, each with what it is."""
    rows = [
        (f"`{kind.name}`", _names(kind.parents), "essential" if kind.essential else "", kind.comment)
        for kind in sorted(kinds, key=lambda kind: kind.name)
    ]
    return _table(("kind", "is a", "as a part", "what it is"), rows)


def relations_table(relations: Iterable[Relation]) -> str:
    """Relations by role and name; an asterisk marks the upstream end."""
    order = list(Role)
    rows = []
    for each in sorted(relations, key=lambda r: (order.index(r.role), r.name)):
        subject, target = _names(each.domain), _names(each.range)
        up = (each.upstream in (Upstream.SUBJECT, Upstream.BOTH), each.upstream in (Upstream.OBJECT, Upstream.BOTH))
        name = f"`{each.name}`" + (" (one)" if each.single else "")
        ends = (f"{subject} *" if up[0] else subject, f"{target} *" if up[1] else target)
        rows.append((each.role.value, name, *ends, f"`{each.inverse}`", _effect(each), each.comment))
    return _table(("role", "relation", "from", "to", "inverse", "a failure", "what it says"), rows)


def attributes_table(attributes: Iterable[Attribute], ontology: Ontology) -> str:
    """Attributes by name, with their type, limits and where they are carried."""
    rows = []
    for each in sorted(attributes, key=lambda a: a.name):
        carried = [local_name(iri) for iri in sorted(each.domain)]
        items: list[Relation | Attribute] = [*ontology.relations, *ontology.attributes]
        carried += [f"on `{item.name}`" for item in items if each.iri in item.qualifiers]
        kind = "medium" if each.of_medium else each.type.name.lower()
        many = "" if each.single or not each.domain else ", many"
        needed = f"; required of {_names(each.required_of)}" if each.required_of else ""
        rows.append((f"`{each.name}`", f"{kind}{many}", _limits(each) + needed, ", ".join(carried), each.comment))
    return _table(("attribute", "type", "limits", "carried by", "what it says"), rows)


def media_table(media: Mapping[str, Medium]) -> str:
    """Media by name."""
    rows = [
        (f"`{m.name}`", "yes" if m.interchangeable else "no", f"`{local_name(m.grounding)}`")
        for m in sorted(media.values(), key=lambda m: m.name)
    ]
    return _table(("medium", "interchangeable", "grounded with"), rows)


def _effect(relation: Relation) -> str:
    if relation.observes:
        return "goes dark"
    if relation.carries.law is Law.NOTHING or relation.carries_to is None:
        return ""
    weight = "" if relation.carries.law is Law.HARD else f" {relation.carries.weight:g}"
    ends = {Upstream.SUBJECT: "to the subject", Upstream.OBJECT: "to the object", Upstream.BOTH: "both ways"}
    return f"{relation.carries.law.value}{weight} {ends[relation.carries_to]}"


def _limits(attribute: Attribute) -> str:
    if attribute.enum:
        return ", ".join(f"`{value}`" for value in attribute.enum)
    said = range_of(attribute) or (f"in {attribute.unit}" if attribute.unit else "")
    pattern = f"`{attribute.pattern}`" if attribute.pattern else ""
    return "; ".join(part for part in (said, pattern) if part)


def _names(iris: Iterable[str]) -> str:
    return ", ".join(sorted(map(local_name, iris)))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
