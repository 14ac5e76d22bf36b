"""Does a search find what comparing every name with the textbook's edit distance finds? At any time and revision."""
# ruff: noqa: RUF001
# Names of many scripts are what it is about.

import contextlib
import random
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reasoning.spelling import edits, found, simple_words
from thread.clock import BEGIN, END
from thread.errors import InputError, LimitError
from thread.facts import ChangeSet, Op, PartBuilder, Revision
from thread.ontology import load_ontology
from thread.projection import Projection
from thread.projection.names import asked_words, words_of
from thread.projection.names.folding import fold
from thread.reasoning.filters import AttributeFilter, FilterOp
from thread.reasoning.search import SearchQuery, search_of
from thread.reasoning.search import _distance as own_distance
from thread.terms import IDENTIFIER, LABEL, SCHEME, THR, TYPE, Iri, UpperKind

ONTOLOGY = load_ontology()
NOW = 1_000_000
LETTERS = st.text("abc1-_ .", min_size=1, max_size=12)


class Thread:
    """A projection that is told names, one commit at a time."""

    def __init__(self) -> None:
        self.projection, self.builder = Projection(ONTOLOGY), PartBuilder()

    def thing(self, name: str, kind: str = UpperKind.ASSET) -> str:
        self.builder.attribute(f"urn:t:{name}", TYPE, Iri(kind))
        return f"urn:t:{name}"

    def label(self, name: str, text: str, since: int = BEGIN, until: int = END) -> None:
        self.builder.attribute(f"urn:t:{name}", LABEL, text, since, until)

    def identifier(self, name: str, value: str, op: Op = Op.ASSERT) -> None:
        self.builder.attribute(f"urn:t:{name}", IDENTIFIER, value, qualifiers=((SCHEME, "tag"),), op=op)

    def commit(self) -> None:
        ordinal = self.projection.revision.ordinal + 1
        staged = self.projection.stage(ChangeSet(f"r{ordinal}", "tests", self.builder.parts()))
        self.projection.publish(staged, Revision(ordinal, ordinal))

    def search(self, text: str, at: int = NOW, known: int | None = None) -> tuple[dict[str, int], bool]:
        view = self.projection.view(at, known)
        answer = search_of(view, SearchQuery(text))
        hits = answer.page(0, answer.total)
        order = [(-hit.worth, hit.node) for hit in hits]
        assert order == sorted(order)
        return {view.iri(hit.node): hit.worth for hit in hits}, answer.typos and bool(hits)


@st.composite
def asked_of(draw: st.DrawFn, names: list[str]) -> str:
    """Words of some names: as they are, cut short, or with an edit or two; now and then any word."""
    known = sorted({word for name in names for word in simple_words(name)[0]}) or ["abc"]
    word = draw(st.sampled_from(known))
    for _ in range(draw(st.integers(0, 2))):
        at, sign = draw(st.integers(0, len(word))), draw(st.sampled_from("abc1"))
        rest = word[at:]
        ways = [word[:at] + sign + rest, word[:at] + rest[1:], word[:at] + sign + rest[1:], word[: at + 1], word]
        ways.append(word[:at] + rest[1:2] + rest[:1] + rest[2:])
        word = draw(st.sampled_from(ways)) or word
    return word


@given(st.lists(st.lists(LETTERS, min_size=1, max_size=2), min_size=1, max_size=12), st.data())
@settings(max_examples=150, deadline=None)
def test_a_search_finds_what_comparing_every_name_finds(names: list[list[str]], data: st.DataObject) -> None:
    words = asked_of([name for called in names for name in called])
    asked = data.draw(st.lists(words, min_size=1, max_size=2))
    thread = Thread()
    for number, (label, *others) in enumerate(names):
        thread.thing(str(number))
        thread.label(str(number), label)
        for value in others:
            thread.identifier(str(number), value)
    thread.commit()
    expected = found(" ".join(asked), {f"urn:t:{number}": called for number, called in enumerate(names)})
    assert thread.search(" ".join(asked)) == expected


@given(st.lists(st.tuples(st.integers(0, 4), LETTERS, st.integers(0, 9)), min_size=1, max_size=14), st.data())
@settings(max_examples=80, deadline=None)
def test_every_revision_and_instant_keeps_its_own_names(steps: list[tuple[int, str, int]], data: st.DataObject) -> None:
    asked = data.draw(asked_of([label for _, label, _ in steps]))
    thread = Thread()
    told: list[dict[int, list[tuple[int, str]]]] = [{}]
    for at, (number, label, since) in enumerate(steps):
        thread.thing(str(number))
        thread.label(str(number), label, since)
        thread.commit()
        now = {key: list(value) for key, value in told[-1].items()}
        if (number, label, since) not in steps[:at]:  # what a source has said already counts once
            now[number] = [(t, text) for t, text in now.get(number, []) if t != since] + [(since, label)]
        if thread.projection.revision.ordinal == len(told):
            told.append(now)
        if at % 2:
            thread.search(asked)  # an index that has followed until here
    for ordinal, labels in enumerate(told):
        for instant in (-1, 4, 9):
            held = {}
            for number, texts in labels.items():
                before = [one for one in texts if one[0] <= instant]
                held[f"urn:t:{number}"] = [max(before, key=lambda one: one[0])[1]] if before else []
            assert thread.search(asked, instant, ordinal) == found(asked, held), (ordinal, instant)


@given(st.text("abcä泵", max_size=9), st.text("abcä泵", max_size=9))
@settings(max_examples=200)
def test_the_two_ways_of_counting_edits_agree_with_the_table(one: str, other: str) -> None:
    assert own_distance(one, other) == edits(one, other)


@given(st.lists(st.text("abcdé泵1234567890", min_size=4, max_size=20), min_size=1, max_size=20), st.data())
@settings(max_examples=60, deadline=None)
def test_a_name_with_an_edit_or_two_is_found_in_any_script(names: list[str], data: st.DataObject) -> None:
    thread = Thread()
    for number, name in enumerate(names):
        thread.thing(str(number))
        thread.label(str(number), name)
    thread.commit()
    chosen = fold(data.draw(st.sampled_from(names)))
    at = data.draw(st.integers(0, len(chosen) - 2))
    rest = chosen[at + 1 :]
    ways = [rest, "x" + chosen[at] + rest, "x" + rest, rest[:1] + chosen[at] + rest[1:]]
    changed = chosen[:at] + data.draw(st.sampled_from(ways))
    if len(changed) >= 4:
        view = thread.projection.view(NOW)
        nodes, worth = view.named(asked_words(changed), typos=True)
        met = dict(zip(view.iris(nodes), worth.tolist(), strict=True))
        same = {f"urn:t:{number}" for number, name in enumerate(names) if fold(name) == chosen}
        assert {met.get(iri, 0) >= 60 for iri in same} == {True}


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Müller GmbH", "mueller"),
        ("Müller GmbH", "MULLER"),
        ("Mueller GmbH", "Müller"),
        ("Schweißroboter", "schweissroboter"),
        ("GROẞE HALLE", "große halle"),
        ("Ångström Ørsted", "angstrom orsted"),
        ("Cafe\u0301", "café"),
        ("مضخّة المياه", "مضخة"),
        ("\u200fמַשְׁאֵבָה 7", "משאבה"),
        ("冷却水泵 3", "水泵"),
        ("循環ポンプ", "ポンプ"),
        ("Łódź plant", "lodz"),
        ("İSTANBUL", "istanbul"),
        ("Насос П-101", "насос п101"),
        ("ﬁlter Ⅳ", "filter iv"),
        ("23-KA-9101", "23ka9101"),
        ("23KA9101", "23-KA-9101"),
        ("P 101", "P-101"),
        ("=BIW1+ST10-R110", "r110"),
        ("पंप इकाई", "पंप"),
    ],
)
def test_what_people_type_meets_what_is_written(name: str, asked: str) -> None:
    thread = Thread()
    thread.thing("it")
    thread.label("it", name)
    thread.commit()
    hits, typos = thread.search(asked)
    assert (list(hits), typos) == (["urn:t:it"], False)


@given(st.text(st.characters(max_codepoint=127), max_size=300))
@settings(max_examples=150, deadline=None)
def test_plain_names_are_read_alike_by_both_readers(name: str) -> None:
    thread = Thread()
    thread.thing("it")
    thread.label("it", name)
    thread.commit()
    index = thread.projection.names.follow(thread.projection.view(NOW).state)  # type: ignore[attr-defined]
    heap, ends = index.heap.tobytes(), index.ends
    held = {heap[ends[k] : ends[k + 1]].decode() for k in range(index.words)}
    words, count = words_of(name)
    assert held == set(words)
    assert not words or set(index.late_counts[: index.late].tolist()) == {min(count, 254)}


def test_words_may_be_met_by_several_names_of_one_thing() -> None:
    thread = Thread()
    for name in ("a", "b"):
        thread.thing(name)
        thread.label(name, "Motor")
    thread.identifier("a", "M-77")
    thread.commit()
    assert thread.search("m-77 mot") == ({"urn:t:a": (100 - 1 + 82) // 2}, False)


def test_a_name_that_was_withdrawn_is_found_in_the_past_only() -> None:
    thread = Thread()
    thread.thing("a")
    thread.identifier("a", "OLD-1")
    thread.commit()
    thread.identifier("a", "OLD-1", Op.RETRACT)
    thread.commit()
    assert (thread.search("old-1")[0], thread.search("old-1", known=1)[0]) == ({}, {"urn:t:a": 99})


def test_the_index_is_saved_and_goes_on_from_there(tmp_path: Path) -> None:
    thread = Thread()
    for number in range(50):
        thread.thing(str(number))
        thread.label(str(number), f"Pump {number}")
    thread.commit()
    thread.projection.save(tmp_path)
    again = Projection.load(tmp_path, ONTOLOGY)
    assert again is not None
    other = Thread()
    other.projection = again
    done = again.names.follow(again.view(NOW).state).done  # type: ignore[attr-defined]
    assert done == 100
    for one in (thread, other):
        one.thing("new")
        one.label("new", "Pump 4711")
        one.commit()
        assert one.search("pump 47") == ({"urn:t:47": 99, "urn:t:new": (99 + 79) // 2}, False)
    assert again.names.bytes == sum(c.nbytes for c in again.names._kept().values())


def test_a_large_import_and_many_small_commits_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thread.projection.names.index._LEAST_LATE", 64)  # the base is merged again and again
    random.seed(7)
    names = [f"{random.choice(['Pump', 'Valve', 'Motor'])} {random.randrange(10**5)}" for _ in range(6_000)]
    whole, parted = Thread(), Thread()
    for number, name in enumerate(names):
        for one in (whole, parted):
            one.thing(str(number))
            one.label(str(number), name)
        if number % 1_000 == 999:
            parted.commit()
            parted.search("x")
    whole.commit()
    for asked in ("pump 12345", "valve", "motr 99", names[5], names[17][:-1]):
        assert whole.search(asked) == parted.search(asked)
        assert whole.search(asked)[0] == found(asked, {f"urn:t:{n}": [name] for n, name in enumerate(names)})[0]


FILTERS = [
    (FilterOp.EQ, ["7.50"], {"a", "d"}),
    (FilterOp.NE, ["7.5"], {"b", "c"}),
    (FilterOp.IN, ["7.5", "9"], {"a", "b", "d"}),
    (FilterOp.LT, ["9"], {"a", "d"}),
    (FilterOp.LTE, ["9.0"], {"a", "b", "d"}),
    (FilterOp.GT, ["7.5"], {"b"}),
    (FilterOp.GTE, ["7.5"], {"a", "b", "d"}),
    (FilterOp.EXISTS, [], {"a", "b", "d"}),
    (FilterOp.EXISTS, ["false"], {"c"}),
    (FilterOp.PREFIX, ["7"], {"a", "d"}),
    (FilterOp.CONTAINS, ["."], {"a", "d"}),
    (FilterOp.CONTAINS, ["50"], {"a"}),
]


@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize(("op", "values", "expected"), FILTERS)
def test_values_are_compared_as_what_they_are_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch, few: int, op: FilterOp, values: list[str], expected: set[str]
) -> None:
    monkeypatch.setattr("thread.reasoning.filters._FEW", few)
    thread = Thread()
    for name, age in (("a", "7.50"), ("d", "7.5"), ("b", "9"), ("c", None)):
        thread.thing(name)
        if age is not None:
            thread.builder.attribute(f"urn:t:{name}", THR + "age", Decimal(age))
    thread.commit()
    view = thread.projection.view(NOW)
    answer = search_of(view, SearchQuery("", where=(AttributeFilter("age", op, tuple(values)),)))
    assert {view.iri(hit.node)[-1] for hit in answer.page(0, 9)} == expected


@pytest.mark.parametrize(
    "where",
    [
        AttributeFilter("agge", FilterOp.EQ, ("1",)),
        AttributeFilter("age", FilterOp.EQ, ()),
        AttributeFilter("age", FilterOp.LT, ("1", "2")),
        AttributeFilter("age", FilterOp.LT, ("NaN",)),
        AttributeFilter("age", FilterOp.GT, ("Infinity",)),
        AttributeFilter("age", FilterOp.EQ, ("old",)),
        AttributeFilter("age", FilterOp.EXISTS, ("perhaps",)),
        AttributeFilter("occurredAt", FilterOp.LT, ("yesterday",)),
    ],
)
def test_a_condition_that_is_none_is_refused_though_nothing_is_there(where: AttributeFilter) -> None:
    with pytest.raises(InputError):
        search_of(Thread().projection.view(NOW), SearchQuery("x", where=(where,)))


@pytest.mark.parametrize("text", ["x" * 201, "a " * 13])
def test_a_text_without_end_is_refused(text: str) -> None:
    with pytest.raises(LimitError):
        search_of(Thread().projection.view(NOW), SearchQuery(text))


def test_a_text_of_signs_is_refused() -> None:
    with pytest.raises(InputError, match="no letter or digit"):
        search_of(Thread().projection.view(NOW), SearchQuery("-- ?"))


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_answered_or_refused(text: str) -> None:
    thread = Thread()
    for number, name in enumerate(("Pump", "泵", "مضخة", text[:100])):
        thread.thing(str(number))
        thread.label(str(number), name.encode(errors="replace").decode())
    thread.commit()
    with contextlib.suppress(InputError, LimitError):
        assert all(0 < worth <= 100 for worth in thread.search(text)[0].values())


def test_of_equally_good_ones_the_first_that_was_told_comes_first() -> None:
    thread = Thread()
    for name in ("z", "a", "m"):
        thread.thing(name)
        thread.label(name, "Pump")
    thread.commit()
    view = thread.projection.view(NOW)
    answer = search_of(view, SearchQuery("pump"))
    assert [view.iri(hit.node) for hit in answer.page(0, 9)] == ["urn:t:z", "urn:t:a", "urn:t:m"]
    places = [
        answer.position(hit.worth, hit.node, behind=behind) for hit in answer.page(0, 9) for behind in (False, True)
    ]
    assert places == [0, 1, 1, 2, 2, 3]
    assert np.array_equal(view.named(())[0], [])
