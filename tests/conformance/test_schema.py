"""The schema by the rules of others: graphql-eslint, Relay's compiler, and what an older client would miss."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import tools
from thread.resources import resource

pytestmark = pytest.mark.slow

SDL = resource("schema") / "thread.graphql"
TOLERATED = {
    "oneOf": "a directive of GraphQL itself, printed by the library",
    "AuditEdge": "the record of a change is its own end: it leads to no node",
    "Difference": "a difference is between two lines, so that no one node stands at its end",
    "DesignUse": "an edge by its form, named as the bill of materials names it",
    "StructurePart": "an edge by its form, named as the bill of materials names it",
}
"""Types that a rule may complain about, each with the reason."""


def complaints(judges: Path, schema: str) -> list[str]:
    """What eslint says of a schema and of the questions, tolerated types left out."""
    folder = judges / "schema"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(resource("schema") / "queries", folder / "queries")
    (folder / "thread.graphql").write_text(schema, encoding="utf-8")
    out = tools.run(
        judges,
        "node_modules/.bin/eslint",
        "--format",
        "json",
        "schema/**/*.graphql",
        "--max-warnings",
        "0",
        allowed=(0, 1),
    )
    lines = schema.splitlines()
    found = []
    for file in json.loads(out):
        for said in file["messages"]:
            sdl = Path(file["filePath"]).name == "thread.graphql"
            about = lines[said.get("line", 1) - 1] if sdl else Path(file["filePath"]).name
            if not any(re.search(rf"\b{name}\b", about) for name in TOLERATED if sdl):
                found.append(f"{about.strip()}: {said['message']} ({said['ruleId']})")
    return found


def test_the_schema_and_the_questions_keep_the_rules_of_graphql_eslint_and_relay(judges: Path) -> None:
    assert complaints(judges, SDL.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("found", "planted", "rule"),
    [
        ("type PageInfo {", "type PageInfo {\n  bad_name: Int", "naming-convention"),
        ("hasNextPage: Boolean!", "hasNextPage: Boolean", "relay-page-info"),
        ('"""Where a page lies in its list."""\ntype', "type", "require-description"),
        ("first: Int, after: String, last: Int", "first: Float, after: String, last: Int", "relay-arguments"),
        ("type EffectConnection {", "type EffectConnection {\n  a: Int\n}\ntype OtherConnection {", "relay-connection"),
    ],
)
def test_a_schema_that_breaks_a_rule_is_told(judges: Path, found: str, planted: str, rule: str) -> None:
    schema = SDL.read_text(encoding="utf-8")
    assert found in schema
    assert any(rule in said for said in complaints(judges, schema.replace(found, planted, 1)))


# -- Relay


def compile_relay(judges: Path, folder: Path, schema: str) -> subprocess.CompletedProcess[str]:
    shutil.copytree(Path(__file__).parent / "relay", folder, dirs_exist_ok=True)
    (folder / "schema.graphql").write_text(schema, encoding="utf-8")
    (folder / "artifacts").mkdir(exist_ok=True)
    compiler = judges / "node_modules" / "relay-compiler" / "cli.js"
    return subprocess.run(
        ["node", str(compiler), "relay.config.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_relay_compiles_refetchable_fragments_and_connections(judges: Path, tmp_path: Path) -> None:
    done = compile_relay(judges, tmp_path, SDL.read_text(encoding="utf-8"))
    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.name for path in (tmp_path / "artifacts").glob("*.graphql.js")}
    assert {"documentsLinksQuery.graphql.js", "documentsLinks.graphql.js", "documentsOriginQuery.graphql.js"} <= made


@pytest.mark.parametrize(
    ("found", "planted"),
    [
        ("node(id: ID!): Node", "node(id: ID!, at: DateTime): Node"),
        ("interface Node {", "interface Thing {"),
        ("endCursor: String", "end: String"),
        ("first: Int,", "first: String,"),
    ],
)
def test_a_schema_that_relay_cannot_use_is_refused(judges: Path, tmp_path: Path, found: str, planted: str) -> None:
    schema = SDL.read_text(encoding="utf-8")
    assert found in schema
    assert compile_relay(judges, tmp_path, schema.replace(found, planted)).returncode != 0


# -- what clients of yesterday would miss


def breaking(judges: Path, folder: Path, before: str, after: str) -> list[dict[str, Any]]:
    paths = []
    for name, text in (("before", before), ("after", after)):
        (folder / f"{name}.graphql").write_text(text, encoding="utf-8")
        paths.append(str(folder / f"{name}.graphql"))
    return [
        change
        for change in json.loads(tools.run(judges, "node", "compare.mjs", *paths))
        if change["level"] == "BREAKING"
    ]


def unannounced(changes: Collection[dict[str, Any]], changelog: str) -> list[str]:
    """Breaking changes that the changelog does not name in backticks under Removed or Changed of the next version.

    A change is named by its path, as ``Type.field`` or by a type above it.
    """
    unreleased = changelog.split("\n## ")[1] if "\n## " in changelog else ""
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", unreleased, re.MULTILINE | re.DOTALL))
    named = set(re.findall(r"`([\w.]+)`", sections.get("Removed", "") + sections.get("Changed", "")))
    out = []
    for change in changes:
        steps = change["path"].split(".")
        if not named & {".".join(steps[:count]) for count in range(1, len(steps) + 1)}:
            out.append(f"{change['path']}: {change['message']}")
    return out


def committed_before() -> str | None:
    """The schema as it was committed last, before the one that is here; None where there is no history."""
    if shutil.which("git") is None or not (tools.ROOT / ".git").exists():
        return None
    name = "schema/thread.graphql"

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=tools.ROOT, capture_output=True, text=True, check=False)
        return done.stdout

    here = SDL.read_text(encoding="utf-8")
    for commit in git("log", "--max-count=2", "--format=%H", "--", name).split():
        text = git("show", f"{commit}:{name}")
        if text and text != here:
            return text
    return None


def test_nothing_that_clients_rely_on_goes_unannounced(judges: Path, tmp_path: Path) -> None:
    """Breaking changes against the last committed schema are listed under Removed or Changed in the changelog."""
    before = committed_before()
    if before is None:
        pytest.skip("no earlier schema is in the history of this checkout")
    changes = breaking(judges, tmp_path, before, SDL.read_text(encoding="utf-8"))
    changelog = (tools.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert unannounced(changes, changelog) == []


def test_a_field_that_goes_breaks_clients_unless_the_changelog_names_it(judges: Path, tmp_path: Path) -> None:
    schema = SDL.read_text(encoding="utf-8")
    changes = breaking(judges, tmp_path, schema, schema.replace("  endCursor: String\n", "  end: String\n", 1))
    assert [change["path"] for change in changes] == ["PageInfo.endCursor"]
    assert unannounced(changes, "# Changelog\n\n## Unreleased\n\n### Added\n\n- `PageInfo.endCursor`\n") != []
    for name in ("PageInfo.endCursor", "PageInfo"):
        assert unannounced(changes, f"# Changelog\n\n## Unreleased\n\n### Removed\n\n- `{name}` is gone.\n") == []
    assert unannounced(changes, "# Changelog\n\n## Unreleased\n\n## 1.0\n\n### Removed\n\n- `PageInfo`\n") != []
