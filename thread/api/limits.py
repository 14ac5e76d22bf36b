"""What may one request cost? Every limit with its setting, shown by ``service { limits }`` and by docs/limits.md."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from thread.api import documents
from thread.api.publish import camel, members
from thread.api.scope import ENTRIES
from thread.config import Settings
from thread.reasoning.search import LONGEST
from thread.service.commands import bounds


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost; beyond it answers are partial and say so, or are refused."""

    max_body_bytes: int
    """Bytes of a request body, and of a WebSocket message; a larger one is answered 413 by its declared length."""
    send_deadline_ms: int
    """Milliseconds in which the head of a request must have come, and then its body; then 408."""
    max_connections: int
    """Connections at a time; one more is answered 503."""
    max_subscriptions: int
    """Subscriptions of one connection at a time."""
    max_source_length: int
    """Characters of a document."""
    max_tokens: int
    """Tokens of a document."""
    max_cost: int
    """Points of a request, reckoned by `@cost` and `@listSize` before anything is read."""
    max_nesting: int
    """Selections within each other, fragments written out."""
    max_fields: int
    """Fields of a document, fragments written out."""
    max_repeats: int
    """Pairs of equal fields, or of fragments, that meet at one place of the answer."""
    max_directives: int
    """Directives at one place."""
    max_literals: int
    """Values that are written into a document."""
    max_variables: int
    """Variables that one operation declares."""
    max_values: int
    """Values in the variables of a request, those in lists and objects counted."""
    max_value_nesting: int
    """Lists and objects within each other in variables."""
    max_page_size: int
    """Entries of a page, and ids in a list of ids."""
    max_entries: int
    """List entries of one answer, over all its pages."""
    max_items: int
    """Entities and links of one upsert."""
    max_list_length: int
    """References, attributes or identifiers in one list of a change."""
    max_name_length: int
    """Characters of a label, title, identifier, reference or reason in a change."""
    max_text_length: int
    """Characters of a value in a change."""
    max_search_length: int
    """Characters of a search text."""
    max_depth: int
    """Greatest degree of a lineage."""
    node_budget: int
    """Nodes that one answer may visit; then it is partial, with `NODE_BUDGET` in its reasons."""
    link_budget: int
    """Links that one answer may visit; then it is partial, with `LINK_BUDGET` in its reasons."""
    deadline_ms: int
    """Milliseconds for an answer: a walk is then partial, with `DEADLINE` in its reasons. A list that is not begun after half as much time again is an error `TIMEOUT` at its place."""  # noqa: E501  one paragraph is one description


_FIXED: Final = {
    "max_source_length": documents.MAX_SOURCE,
    "max_nesting": documents.MAX_NESTING,
    "max_fields": documents.MAX_FIELDS,
    "max_repeats": documents.MAX_REPEATS,
    "max_directives": documents.MAX_DIRECTIVES,
    "max_literals": documents.MAX_LITERALS,
    "max_variables": documents.MAX_VARIABLES,
    "max_values": documents.MAX_VALUES,
    "max_value_nesting": documents.MAX_VALUE_NESTING,
    "max_entries": ENTRIES,
    "max_items": bounds.ITEMS,
    "max_list_length": bounds.LIST,
    "max_name_length": bounds.NAME,
    "max_text_length": bounds.TEXT,
    "max_search_length": LONGEST,
}
_SETTINGS: Final = {"max_page_size": "max_page"}
"""Settings that are called otherwise."""


def limits_of(settings: Settings) -> Limits:
    """The limits that hold with these settings."""
    chosen = [each.name for each in fields(Limits) if each.name not in _FIXED]
    return Limits(**_FIXED, **{name: getattr(settings, _SETTINGS.get(name, name)) for name in chosen})


def table() -> str:
    """All limits as a table in Markdown, as docs/limits.md shows it."""
    values = limits_of(Settings.model_construct())
    rows = ["| `service { limits }` | default | setting | what it bounds |", "|---|---|---|---|"]
    for member in members(Limits):
        setting = "" if member.name in _FIXED else f"`THREAD_{_SETTINGS.get(member.name, member.name).upper()}`"
        rows.append(f"| `{camel(member.name)}` | {getattr(values, member.name):,} | {setting} | {member.description} |")
    return "\n".join(rows)
