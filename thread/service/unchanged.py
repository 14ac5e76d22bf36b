"""Has this import been made already? Large files that are as they were need not be read again to change nothing."""

from collections.abc import Callable, Iterable
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

import numpy as np

from thread.errors import InputError
from thread.facts import Commit, FactPart
from thread.ingest import Finding, Mapping, Report
from thread.ingest.rdffile import alignment_path
from thread.ingest.rowcounts import counts_in
from thread.ontology.model import Ontology
from thread.terms import IDENTIFIER, TYPE

LARGE = 16 << 20
"""Bytes of files in all; smaller ones are read in a few seconds, and their report is told anew."""
_MARK: Final = "import:"
_READ_BACK: Final = 100_000
"""Facts of others that are looked at."""


def content_of_import(mapping: Mapping, folder: Path, ontology: Ontology) -> str:
    """What an import reads, as a digest: mapping, files, alignments, ontology; empty where the files are small.

    Cost: reads and hashes the bytes of the files.
    """
    names = {table.file for table in mapping.tables.values()} | {file.file for file in mapping.rdf.values()}
    names |= {name for spec in mapping.rdf.values() for name in spec.align if "." in name}
    paths = [folder / name for name in sorted(names) if (folder / name).is_file()]
    if sum(path.stat().st_size for path in paths) < LARGE:
        return ""
    shipped = {name for spec in mapping.rdf.values() for name in spec.align} - names
    try:
        paths += [alignment_path(name, folder) for name in sorted(shipped)]
    except InputError:
        return ""
    whole = sha256(f"{ontology.fingerprint}\0{mapping.model_dump_json()}".encode())
    for path in paths:
        with path.open("rb") as file:
            whole.update(f"\0{path.name}\0".encode() + file_digest(file, "sha256").digest())
    return _MARK + whole.hexdigest()


def report_of_unchanged(
    content: str, source: str, mapping: str, commits: Callable[[], Iterable[Commit]]
) -> Report | None:
    """A report that says so, if the last change of a source was the import of the same content; None: read the files.

    The content is read again where rows were refused then (their report is wanted), and where others have since told
    or withdrawn kinds, identifiers or links, by which rows might now mean something else.
    """
    if not content:
        return None
    last: Commit | None = None
    since: list[Commit] = []
    for commit in commits():  # parts are read when they are asked for
        if commit.change_set.source == source:
            last, since = commit, []
        elif last is not None:
            since.append(commit)
    if last is None or last.change_set.content != content or not _harmless(since):
        return None
    counts = counts_in(last.change_set.reason)
    if counts is None or counts.refused:
        return None
    message = (
        f"the files are as run {last.change_set.run_id} read them: {counts.read:,} rows. They were not read again."
    )
    note = Finding(mapping, 0, 0, "unchanged", "", "", message, "Nothing is to be done.")
    return Report((), (note,), (), {}, {"unchanged": 1})


def _harmless(since: Iterable[Commit]) -> bool:
    """Whether changes leave alone by what rows are understood."""
    left = _READ_BACK
    for commit in since:
        if commit.change_set.withdraws:
            return False
        for part in commit.change_set.parts:
            left -= part.size
            if left < 0 or not _only_values(part):
                return False
    return True


def _only_values(part: FactPart) -> bool:
    words = {part.strings[index] for index in np.unique(part.table["predicate"]).tolist()}
    return bool((part.table["type"] != 0).all()) and not words & {TYPE, IDENTIFIER}
