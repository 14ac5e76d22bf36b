"""The JSON Schema that is printed is the one of the model."""

import json
import os

from thread.ingest import mapping_schema
from thread.ingest.loading import words_of_language
from thread.resources import resource

PRINTED = resource("schema") / "mapping.schema.json"


def test_the_printed_schema_is_current() -> None:
    if os.environ.get("THREAD_GOLDEN") == "write":
        PRINTED.write_text(mapping_schema())
    assert PRINTED.read_text() == mapping_schema()


def test_every_word_of_the_language_is_explained_in_the_schema() -> None:
    schema = json.loads(mapping_schema())
    parts = [schema, *schema["$defs"].values()]
    words = {name for part in parts for name in part.get("properties", {})}
    assert words == set(words_of_language())
