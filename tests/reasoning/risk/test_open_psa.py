"""Published fault trees are read as they stand, and what is not coherent is refused by name."""

import os
from pathlib import Path

import pytest

from thread.errors import InputError
from thread.reasoning.risk import Method, cut_sets_of, probability_of
from thread.testing.open_psa import read_open_psa

EVENTS = "".join(
    f'<define-basic-event name="{name}"><float value="{chance}"/></define-basic-event>'
    for name, chance in (("a", 0.1), ("b", 0.2), ("c", 0.3))
)


def a_file(folder: Path, formula: str, *, before: str = "", data: str = EVENTS) -> Path:
    path = folder / "model.xml"
    tree = f'<define-fault-tree name="t"><define-gate name="top">{formula}</define-gate></define-fault-tree>'
    path.write_text(f"<?xml version='1.0'?>{before}<opsa-mef>{tree}<model-data>{data}</model-data></opsa-mef>", "utf-8")
    return path


def test_gates_within_gates_are_read(tmp_path: Path) -> None:
    formula = (
        '<or><and><basic-event name="a"/><event name="b"/></and><and><event name="b"/><event name="c"/></and></or>'
    )
    answer = probability_of(read_open_psa(a_file(tmp_path, formula)).compiled())
    assert answer.value == pytest.approx(0.074)


def test_at_least_m_of_n_is_read(tmp_path: Path) -> None:
    formula = '<label>two</label><atleast min="2"><event name="a"/><event name="b"/><event name="c"/></atleast>'
    assert probability_of(read_open_psa(a_file(tmp_path, formula)).compiled()).value == pytest.approx(0.098)


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ('<xor><event name="a"/><event name="b"/></xor>', "'xor'"),
        ('<not><event name="a"/></not>', "'not'"),
        ('<or><event name="a"/><not><event name="b"/></not></or>', "'not'"),
        ('<atleast min="3"><event name="a"/><event name="b"/></atleast>', "'atleast' with 3 of 2"),
        ('<atleast min="two"><event name="a"/></atleast>', "two"),
        ("<or/>", "'or' with 1 of 0"),
        ('<or><house-event name="a"/></or>', "'house-event'"),
        ("<or><event/></or>", "'event' without a name"),
        ("", "'top' with 0 definitions"),
    ],
)
def test_what_is_not_coherent_is_refused_with_the_file(tmp_path: Path, formula: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read_open_psa(a_file(tmp_path, formula))
    assert (caught.value.code, caught.value.fields["file"]) == ("bad-file", "model.xml")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        ('<define-basic-event name="a"><exponential/></define-basic-event>', "'exponential'"),
        ('<define-basic-event name="a"><float value="2"/></define-basic-event>', "'2'"),
        ('<define-basic-event name="a"><float value="x"/></define-basic-event>', "x"),
        (EVENTS + EVENTS, "a second definition of 'a'"),
        ('<define-house-event name="h"><constant value="true"/></define-house-event>', "'define-house-event'"),
    ],
)
def test_probabilities_other_than_numbers_are_refused(tmp_path: Path, data: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read_open_psa(a_file(tmp_path, '<or><event name="a"/></or>', data=data))


@pytest.mark.parametrize(
    "before",
    ['<!DOCTYPE m [<!ENTITY x "y">]>', '<!DOCTYPE m SYSTEM "elsewhere.dtd">', "<!DOCTYPE m>"],
)
def test_a_document_type_is_refused(tmp_path: Path, before: str) -> None:
    with pytest.raises(InputError, match="document type"):
        read_open_psa(a_file(tmp_path, '<or><event name="a"/></or>', before=before))


def test_broken_xml_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 1"):
        read_open_psa(a_file(tmp_path, "<or>"))


def test_a_model_of_several_tops_asks_which(tmp_path: Path) -> None:
    more = '<define-gate name="other"><or><event name="b"/></or></define-gate>'
    path = a_file(tmp_path, '<or><event name="a"/></or>', data=EVENTS + more)
    with pytest.raises(InputError, match="2 gates that no other names"):
        read_open_psa(path)
    assert probability_of(read_open_psa(path, "other").compiled()).value == 0.2


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "leaves", "gates", "sets", "chance"),
    [
        ("baobab2", 32, 40, 4_805, "7.13018E-04"),
        ("das9202", 49, 36, 27_778, "1.01154E-02"),
        ("das9203", 51, 30, 16_200, "1.34880E-03"),
        ("isp9603", 91, 95, 3_434, "3.23326E-03"),
        ("isp9606", 89, 41, 1_776, "5.43174E-02"),
    ],
)
def test_published_trees_give_their_published_answers(
    name: str, leaves: int, gates: int, sets: int, chance: str
) -> None:
    tree = read_open_psa(Path(os.environ["THREAD_DATA"]) / "fault-trees" / f"{name}.xml").compiled()
    answer = probability_of(tree)
    assert (tree.leaves, len(tree.gates)) == (leaves, gates)
    assert (answer.method, f"{answer.value:.5E}") == (Method.EXACT, chance)
    assert cut_sets_of(tree).total == sets
