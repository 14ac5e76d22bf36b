"""How is an answer said in words? Names of things, times, paths that read from left to right."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from thread.cli.tables import plural
from thread.clock import BEGIN, END, Instant, to_datetime, to_instant
from thread.terms import ENTITY, local_name

if TYPE_CHECKING:
    from thread.facts import Value
    from thread.projection import View
    from thread.reasoning.answers import Completeness, LinkRef, PathAnswer
    from thread.reasoning.lineage import Direction

_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MINUTE: Final = 60_000_000


def words(name: str) -> str:
    """A name of the ontology as plain words.

    >>> words("installedIn")
    'installed in'
    """
    return _CAPITAL.sub(" ", name).lower()


def moment(instant: Instant) -> str:
    """An instant to the minute, or to the day where it is midnight; empty for an open end.

    >>> moment(1_709_197_200_000_000), moment(1_709_164_800_000_000)
    ('2024-02-29 09:00Z', '2024-02-29')
    """
    found = to_datetime(instant)
    if found is None:
        return ""
    if instant % (24 * 60 * _MINUTE) == 0:
        return found.strftime("%Y-%m-%d")
    return found.strftime("%Y-%m-%d %H:%MZ" if instant % _MINUTE == 0 else "%Y-%m-%d %H:%M:%SZ")


def span(start: Instant, end: Instant) -> str:
    """An interval in words; empty where both ends are open, the day said once where it is one.

    >>> span(BEGIN, END), span(1_709_164_800_000_000, END)
    ('', 'since 2024-02-29')
    >>> span(1_709_197_200_000_000, 1_709_204_400_000_000)
    '2024-02-29 09:00 to 11:00Z'
    """
    if start == BEGIN:
        return "" if end == END else f"until {moment(end)}"
    if end == END:
        return f"since {moment(start)}"
    first, last = moment(start), moment(end)
    if first[:10] == last[:10] and " " in first and " " in last:
        return f"{first.removesuffix('Z')} to {last[11:]}"
    return f"{first} to {last}"


def text(value: "Value") -> str:
    """A value as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(to_instant(value))
    return local_name(str(value)) if "#" in str(value) else str(value)


class Speaker:
    """Names the things of one view; each is read once."""

    def __init__(self, view: "View") -> None:
        self.view = view
        self._short: dict[int, str] = {}

    def short(self, node: int) -> str:
        """What people call it: the identifier or end of the IRI that its label begins with, else an identifier."""
        if node not in self._short:
            label, given = self.view.label(node), [found.value for found in self.view.identifiers(node)]
            iri = self.view.iri(node)
            own = iri.removeprefix(ENTITY) if iri.startswith(ENTITY) else local_name(iri)
            begins = [name for name in (*given, own) if label.startswith(name)]
            self._short[node] = max(begins, key=len, default=given[0] if given else label)
        return self._short[node]

    def name(self, node: int) -> str:
        """What people call it, with its label where that says more."""
        short, label = self.short(node), self.view.label(node)
        if short in label:
            return label
        return short if label in short else f"{short} {label}"

    def kind(self, node: int) -> str:
        """Its kind in words."""
        ordinal = self.view.kind(node)
        if ordinal < 0:
            return "not there at this time"
        kind = self.view.ontology.kinds[ordinal]
        return kind.label or words(kind.name)

    def described(self, node: int) -> str:
        """Its name, with its kind where the name does not say it."""
        name, kind = self.name(node), self.kind(node)
        return name if kind.lower() in name.lower() else f"{name} ({kind})"

    def several(self, nodes: Sequence[int], most: int = 6) -> str:
        """Names in a row; the rest is counted."""
        said = ", ".join(self.short(node) for node in nodes[:most])
        return said + (f" and {len(nodes) - most} more" if len(nodes) > most else "")

    def medium(self, iri: str) -> str:
        """A medium in words."""
        found = self.view.ontology.media.get(iri)
        return words(found.name if found else local_name(iri))

    def verb(self, link: "LinkRef", start: int) -> str:
        """A link as it reads from one of its ends."""
        relation = self.view.ontology.relations[link.relation]
        return words(relation.name if link.subject == start or relation.symmetric else relation.inverse)

    def path(self, path: "PathAnswer", *, start: bool = True) -> str:
        """A chain that reads from left to right: ``P-1 -> supplies LOOP-2 -> supplies G-7``; or without its start."""
        steps = [
            f"{self.verb(link, here)} {self.short(there)}"
            for link, here, there in zip(path.links, path.nodes, path.nodes[1:], strict=False)
        ]
        return " → ".join([self.short(path.nodes[0])] * (start and bool(path.nodes)) + steps)


def completeness(found: "Completeness", speaker: Speaker) -> Iterable[str]:
    """What an answer says of itself: complete, or why not."""
    nodes, links = plural(found.visited_nodes, "entity", "entities"), plural(found.visited_links, "link")
    seen = f"{nodes} and {links} seen at revision {found.revision}"
    yield f"{'complete' if found.complete else 'NOT COMPLETE'}: {seen}"
    for reason in found.reasons:
        about = f" ({speaker.several(reason.nodes)})" if reason.nodes else ""
        yield f"  {reason.code.value}: {reason.message}{about}"


def direction_words(direction: "Direction") -> str:
    """Which way a lineage looks."""
    return {"UPSTREAM": "came from", "DOWNSTREAM": "went into", "BOTH": "is tied to"}[direction.value]
