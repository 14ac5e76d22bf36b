"""What does a reader hold? One consistent snapshot of all columns, and how rows become statements."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thread.facts import Qualifiers, Value, ValueType
from thread.facts.columns import decode_value
from thread.projection.layout import OPEN
from thread.projection.tables import Edges
from thread.projection.texts import Texts
from thread.projection.view import Statement
from thread.projection.words import Words, unpack_qualifiers
from thread.terms import EntityId, Iri

Records = npt.NDArray[np.void]
Numbers = npt.NDArray[np.int32]


class State(NamedTuple):
    """The columns up to a revision. Records that came later may lie behind; their revisions tell."""

    words: Words
    ordinal: int
    iris: Texts
    texts: Texts
    notes: Texts
    claims: Records
    rows: Records
    spans: Records
    nodes: Records
    more: Records
    actors: Records
    sources: tuple[str, ...]
    steps: Records
    closures: Numbers
    tables: tuple[Edges, Edges, Edges]

    def rows_until(self, ordinal: int) -> int:
        """How many rows there were after a revision."""
        return int(self.steps["rows"][ordinal])

    def claim_of(self, rows: Numbers) -> Records:
        """The claims that rows name."""
        claims: Records = self.claims[self.rows["claim"][rows]]
        return claims

    def values(self, claims: Records) -> list[Value]:
        """The values of attribute claims, in order."""
        kinds, numbers, words = claims["type"], claims["value"], self.words
        if not len(claims):
            return []
        kind, predicate = int(kinds[0]), int(claims["predicate"][0])
        alike = (kinds == kind).all() and ((claims["predicate"] == words.kind_at) == (predicate == words.kind_at)).all()
        if not alike:  # a few of each sort: sort by sort
            return [self.values(claims[at : at + 1])[0] for at in range(len(claims))]
        if predicate == words.kind_at:
            return [words.kind_iris[number] for number in numbers.tolist()]
        if kind == ValueType.TEXT:
            return list(self.texts.texts(numbers))
        if kind == ValueType.INTEGER:
            return list(numbers.tolist())
        if kind == ValueType.REAL:
            return list(np.ascontiguousarray(numbers).view(np.float64).tolist())
        if kind == ValueType.BOOLEAN:
            return [bool(number) for number in numbers.tolist()]
        if kind in (ValueType.DECIMAL, ValueType.IRI):
            make = Decimal if kind == ValueType.DECIMAL else Iri
            return [make(text) for text in self.texts.texts(numbers)]
        values = [decode_value(ValueType(kind), number, ()) for number in numbers.tolist()]
        return [value for value in values if value is not None]

    def qualifiers(self, number: int) -> Qualifiers:
        """The qualifiers that a number stands for."""
        return unpack_qualifiers(self.notes.text(number)) if number >= 0 else ()

    def statements(self, rows: Numbers | Sequence[int], known: int) -> list[Statement]:
        """Rows as statements, in order; what was closed after ``known`` is open."""
        numbers = np.asarray(rows, dtype=np.int32)
        some = self.rows[numbers]
        times = self.spans[some["span"]]
        return self._say(
            self.claims[some["claim"]],
            times["valid_from"].tolist(),
            times["valid_to"].tolist(),
            times["recorded_from"].tolist(),
            [closed if closed <= known else OPEN for closed in some["recorded_to"].tolist()],
        )

    def claim_statements(self, claims: Numbers | Sequence[int], known: int) -> list[Statement]:
        """Claims themselves as statements: what a source said, answered or not."""
        some = self.claims[np.asarray(claims, dtype=np.int32)]
        return self._say(
            some,
            some["valid_from"].tolist(),
            some["valid_to"].tolist(),
            some["recorded_from"].tolist(),
            [closed if closed <= known else OPEN for closed in some["recorded_to"].tolist()],
        )

    def _say(
        self, claims: Records, starts: list[int], ends: list[int], made: list[int], closed: list[int]
    ) -> list[Statement]:
        links = claims["type"] == ValueType.LINK
        subjects = self.iris.texts(claims["subject"])
        objects = iter(self.iris.texts(claims["value"][links]))
        values = iter(self.values(claims[~links]))
        actors = self.actors[claims["actor"]]
        runs, origins = self.texts.texts(actors["run"]), self.texts.texts(claims["origin"])
        noted: dict[int, Qualifiers] = {}
        found = []
        for i, (predicate, link, note, row, source) in enumerate(
            zip(
                claims["predicate"].tolist(),
                links.tolist(),
                claims["qualifiers"].tolist(),
                claims["row"].tolist(),
                actors["source"].tolist(),
                strict=True,
            )
        ):
            if note not in noted:
                noted[note] = self.qualifiers(note)
            found.append(
                Statement(
                    EntityId(subjects[i]),
                    self.words.iris[predicate],
                    EntityId(next(objects)) if link else None,
                    None if link else next(values),
                    noted[note],
                    starts[i],
                    ends[i],
                    made[i],
                    closed[i],
                    self.sources[source],
                    runs[i],
                    origins[i],
                    row,
                )
            )
        return found
