"""Does the house stand as docs/architecture.md draws it?"""

import ast
import re
import textwrap
from pathlib import Path

import pytest

from tests.architecture import rules
from tests.architecture.reading import ROOT, Import, Module, imports, imports_of, modules, tracked_files


def a_module(name: str, source: str) -> Module:
    text = textwrap.dedent(source)
    return Module(name, Path(name), False, text, ast.parse(text))


def test_every_room_is_in_the_picture() -> None:
    rooms = {rules.room(name) for name in modules()}
    picture = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert rooms - set(rules.LAYERS) == set()
    assert {room for room in rooms if not room.startswith("__") and f"`{room}" not in picture} == set()


def test_imports_point_down() -> None:
    assert rules.upward(imports()) == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("thread.facts.model", "thread.ontology.model"),
        ("thread.stores.memory", "thread.projection.view"),
        ("thread.reasoning.impact", "thread.stores"),
        ("thread.reasoning.impact", "thread.service"),
        ("thread.service", "thread.api.app"),
        ("thread.cli.main", "thread.testing"),
        ("thread.terms", "thread.facts"),
        ("thread.client", "thread.service"),
    ],
)
def test_an_import_that_points_up_or_sideways_is_seen(importer: str, imported: str) -> None:
    assert rules.upward([Import(importer, imported)]) != []


def test_lazy_and_relative_imports_are_seen() -> None:
    lazy = a_module("thread.facts.late", "def f():\n    from ..service import open_service\n    import thread.api.app")
    found = list(imports_of(lazy, {"thread.service", "thread.api.app"}))
    assert [item.imported for item in found] == ["thread.service", "thread.api.app"]
    assert len(rules.upward(found)) == 2


def test_no_modules_import_each_other_in_a_ring() -> None:
    assert rules.cycles(imports()) == []


def test_a_ring_of_three_is_seen() -> None:
    ring = [Import(f"thread.facts.{a}", f"thread.facts.{b}") for a, b in ("ab", "bc", "ca", "cd")]
    assert rules.cycles(ring) == ["thread.facts.a <-> thread.facts.b <-> thread.facts.c"]


def test_an_import_within_a_function_may_point_back_only_where_a_reason_is_given() -> None:
    for importer, seen in (("thread.api.scope", False), ("thread.api.pages", True)):
        ring = [Import(importer, "thread.api.entity", lazy=True), Import("thread.api.entity", importer)]
        assert bool(rules.cycles(ring)) is seen


def test_a_heavy_package_is_imported_by_its_owner_only() -> None:
    assert rules.trespassers(imports(), rules.OWNERS) == []


def test_a_heavy_import_elsewhere_is_seen() -> None:
    assert rules.trespassers([Import("thread.service.open", "rdflib.namespace")], rules.OWNERS) != []


def test_python_names_no_concrete_kind() -> None:
    kinds = sample_kinds()
    assert kinds, "ontology/samples defines no kinds"
    elsewhere = [module for name, module in modules().items() if rules.room(name) != "samples"]
    assert [place for module in elsewhere for place in rules.kinds_named(module, kinds)] == []


def test_a_concrete_kind_in_code_is_seen_but_not_in_prose() -> None:
    kinds = rules.concrete_kinds(
        ":WeldGun a owl:Class ; rdfs:subClassOf thr:Asset .\nplant:Robot rdfs:subClassOf thr:Asset ."
    )
    assert kinds == {"WeldGun", "Robot"}
    guilty = a_module("thread.guilty", 'WELD_GUN = 1\nis_it = kind == "thr:Robot"\n')
    innocent = a_module("thread.innocent", 'def f():\n    """A Robot, say a WeldGun."""\n')
    assert len(list(rules.kinds_named(guilty, kinds))) == 2
    assert list(rules.kinds_named(innocent, kinds)) == []


def test_modules_fit_in_one_sitting() -> None:
    long = {name for name, module in modules().items() if module.text.count("\n") > 400}
    assert long - set(rules.LONG) == set(), "either split it, or give the reason in rules.LONG"


def test_exceptions_are_for_modules_that_are_there() -> None:
    assert {*rules.LONG, *rules.BACK} - set(modules()) == set()


def test_every_module_says_which_question_it_answers() -> None:
    assert [name for name, module in modules().items() if module.text and not ast.get_docstring(module.tree)] == []


# The words are put together here so that this file does not contain them.
FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.])/(?:wor" + r"k|roo" + r"t|hom" + r"e|User" + r"s)/[\w.]",
    "a registry's host": r"pyp" + r"i\.org|pythonhoste" + r"d|npmj" + r"s\.|mave" + r"n\.org|debia" + r"n\.org",
    "an e-mail address": r"\b[\w.+-]+@(?!example\.)[\w-]+\.(?:com|org|net|io|de)\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    hits = []
    for path in tracked_files():
        if path.name == "LICENSES.txt":  # of others, word by word
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        hits += [f"{path.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]
    assert hits == []


def test_no_large_file_is_kept() -> None:
    assert [str(path) for path in tracked_files() if path.stat().st_size > 700_000] == []


def sample_kinds() -> set[str]:
    """Local names of the kinds that only the samples define."""
    files = sorted((ROOT / "ontology" / "samples").glob("*.ttl"))
    return set().union(*(rules.concrete_kinds(path.read_text("utf-8")) for path in files))
