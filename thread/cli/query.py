"""How is a GraphQL document asked from a terminal? Of the store in this process, or of a server."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thread.cli.asking import execute, tell_errors
from thread.cli.exits import Exit
from thread.cli.frame import read_text, reading, remark, say_json
from thread.errors import InputError


def query(
    document: str,
    variables: str | None,
    url: str | None,
    store: str | None,
    *,
    as_csv: bool = False,
    rows: str | None = None,
) -> Exit:
    """Print the whole answer, data, errors and extensions, or one list of it as CSV; errors are said on stderr too.

    Raises:
        InputError: ``bad-file``, ``bad-query``: the document or the variables cannot be read.
        StoreError: ``unavailable``: the server does not answer.
    """
    text, given = _document(document), _variables(variables)
    if url is not None:
        from thread.cli.remote import ask

        answer = ask(url, text, given)
    else:
        with reading(store) as (service, _):
            answer = execute(service, text, given)
    if not as_csv and rows is None:
        say_json(answer)
        return tell_errors(answer) if answer.get("errors") else Exit.OK
    return tell_errors(answer) if answer.get("errors") else _tell_rows(answer["data"], rows)


def _tell_rows(data: Mapping[str, Any], rows: str | None) -> Exit:
    """Print a list of an answer as CSV; NO where the answer says that it is not the whole one."""
    from thread.cli.flat import cut, to_csv

    sys.stdout.write(to_csv(data, rows))
    missing = list(dict.fromkeys(cut(data)))
    for sentence in missing:
        remark(sentence)
    return Exit.NO if missing else Exit.OK


def _document(name: str) -> str:
    return sys.stdin.read() if name == "-" else read_text(Path(name))


def _variables(given: str | None) -> dict[str, Any]:
    if given is None:
        return {}
    text = read_text(Path(given[1:])) if given.startswith("@") else given
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError(
            f"The variables are not JSON: {error}.", code="bad-query", hint='E.g. {"ref": "P-101"}.'
        ) from error
    if not isinstance(found, dict):
        raise InputError("The variables are not a JSON object.", code="bad-query", hint='E.g. {"ref": "P-101"}.')
    return found
