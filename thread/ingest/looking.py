"""What is in a file of which nothing is known? Its records, columns and first rows, before there is a mapping."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from thread.ingest import model
from thread.ingest.csvfile import open_csv
from thread.ingest.jsonfile import open_json
from thread.ingest.rows import Row


def opened(path: Path, most: int) -> tuple[str | None, Sequence[str], Iterator[Row]]:
    """Where the records of a file are if it is JSON, its columns, and its first rows.

    Raises:
        InputError: ``bad-file``.
    """
    form = model.Table.model_construct(file=path.name).format

    def ignore(*_: object) -> None:
        """What cannot be read is for the import to report."""

    if form in ("json", "jsonl"):
        known: dict[tuple[Path, str], Any] = {}
        first = open_json(path, (), known, lines=form == "jsonl")
        documents = islice((d for _, d in first.documents(lambda _: None) if isinstance(d, (dict, list))), most)
        at, records = _records(list(documents))
        names = list(dict.fromkeys(name for record in records[:1000] for name in _paths(record, "", 2)))
        file = open_json(path, names, known, lines=form == "jsonl", rows=at)
        return at, names, islice(file.rows(ignore), most)
    if form == "xlsx":
        from thread.ingest.excel import open_excel

        sheet = open_excel(path, None, ())
        return None, sheet.header, islice(sheet.rows(ignore), most)
    table = open_csv(path, (), delimiter="\t" if form == "tsv" else None)
    return None, table.header, islice(table.rows(ignore), most)


def _records(documents: list[Any]) -> tuple[str | None, list[dict[str, Any]]]:
    """Where the records are: the longest list of them near the top of a document, else the documents."""
    found: list[tuple[int, str | None, list[Any]]] = []
    if len(documents) == 1 and isinstance(documents[0], dict):
        for key, value in documents[0].items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                found.append((len(value), f"{_quoted(key)}[]", value))
    flat = [item for document in documents for item in (document if isinstance(document, list) else [document])]
    _, at, records = max(found, key=lambda each: each[0], default=(0, None, flat))
    return at, [record for record in records if isinstance(record, dict)]


def _paths(record: dict[str, Any], before: str, deep: int) -> Iterator[str]:
    for key, value in record.items():
        if isinstance(value, dict) and deep:
            yield from _paths(value, f"{before}{_quoted(key)}.", deep - 1)
        elif not isinstance(value, (dict, list)) and key:
            yield before + _quoted(key)


def _quoted(key: str) -> str:
    plain = re.fullmatch(r"[^.\[\]\"^#\s](?:[^.\[\]\"^#]*[^.\[\]\"^#\s])?", key)
    return key if plain else '"' + re.sub(r'(["\\])', r"\\\1", key) + '"'
