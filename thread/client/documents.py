"""What does the client ask? The documents of its own methods, and the questions that ship with the service."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

ENTITY: Final = "id iri kind label identifiers { scheme value }"
PAGE: Final = "totalCount pageInfo { hasNextPage endCursor }"
LOOKUP: Final = (
    f"""query($ref: String!, $at: AsOfInput) {{ lookup(ref: $ref, at: $at) {{ entities {{ {ENTITY} }} }} }}"""
)
SEARCH: Final = f"""query($text: String!, $kinds: [EntityKind!], $where: [AttributeFilter!], $at: AsOfInput,
    $first: Int, $after: String) {{
  search(text: $text, kinds: $kinds, where: $where, at: $at, first: $first, after: $after) {{
    {PAGE} edges {{ score matched node {{ {ENTITY} }} }} }} }}"""
LINEAGE: Final = f"""query($of: [ID!]!, $input: LineageInput!, $at: AsOfInput, $first: Int, $after: String) {{
  lineage(from: $of, input: $input, at: $at) {{
    hits(first: $first, after: $after) {{ {PAGE} edges {{ degree via node {{ {ENTITY} }} }} }} }} }}"""
LINEAGE_GRAPH: Final = f"""query($of: [ID!]!, $input: LineageInput!, $at: AsOfInput, $most: Int!) {{
  lineage(from: $of, input: $input, at: $at) {{
    graph(maxNodes: $most) {{ truncated nodes {{ {ENTITY} }}
      links {{ source target relation validFrom validTo }} }} }} }}"""
IMPACT: Final = f"""query($of: [ID!]!, $input: ImpactInput!, $at: AsOfInput, $first: Int, $after: String) {{
  impact(of: $of, input: $input, at: $at) {{
    effects(first: $first, after: $after) {{ {PAGE}
      edges {{ effect degree before after dark node {{ {ENTITY} }} }} }} }} }}"""
CHANGES: Final = {
    "upsert": "committed repeated revision created updated unchanged rejected "
    "entities { index iri status problem { __typename code message hint path } } "
    "links { index iri status problem { __typename code message hint path } }",
    "installComponent": f"repeated revision component {{ {ENTITY} }} position {{ {ENTITY} }} replaced {{ {ENTITY} }}",
    "removeComponent": f"repeated revision component {{ {ENTITY} }} position {{ {ENTITY} }}",
    "recordFailure": f"repeated revision failure {{ {ENTITY} }}",
    "openWorkOrder": f"repeated revision workOrder {{ {ENTITY} }}",
    "closeWorkOrder": f"repeated revision workOrder {{ {ENTITY} }}",
    "end": f"repeated revision stillHeld entity {{ {ENTITY} }}",
    "retract": f"repeated revision run entity {{ {ENTITY} }}",
}
"""What each change answers with, where nothing else is asked for."""
_PROBLEM: Final = "... on Problem { __typename code message hint path } ... on Conflict { current { id iri version } }"


def change(name: str, selection: str | None) -> str:
    """The document of a change."""
    kind = name[0].upper() + name[1:]
    wanted = selection or CHANGES.get(name, "revision")
    return f"""mutation($input: {kind}Input!) {{ {name}(input: $input) {{
      ... on {kind}Payload {{ {wanted} }} {_PROBLEM} }} }}"""


def questions() -> dict[str, Path]:
    """The questions that ship with the service, by name, e.g. ``07-failed-part-lineage``."""
    package = Path(__file__).resolve().parents[1]
    for root in (package / "_shipped", package.parent):
        folder = root / "schema" / "queries"
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.graphql"))}
    return {}


def question(name: str) -> tuple[str, dict[str, Any]]:
    """A shipped question and the values that it comes with.

    Raises:
        KeyError: there is none by that name; lists them.
    """
    known = questions()
    found = [path for stem, path in known.items() if name in (stem, re.sub(r"^\d+-", "", stem))]
    if not found:
        raise KeyError(f"{name!r}; there are {', '.join(known)}")
    return _read(found[0])


@cache
def _read(path: Path) -> tuple[str, dict[str, Any]]:
    values = path.with_suffix(".json")
    return path.read_text("utf-8"), json.loads(values.read_text("utf-8")) if values.exists() else {}


def is_change(document: str) -> bool:
    """Does a document change anything? Strings and comments are no words of it.

    >>> is_change('query { search(text: "mutation {") { totalCount } }'), is_change("mutation { end }")
    (False, True)
    """
    bare = re.sub(r'"""(?:[^"]|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', " ", document)
    return re.search(r"\bmutation\b", bare) is not None
