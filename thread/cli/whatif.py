"""What would change? Scenarios in a few words each, set side by side where several are given; nothing is written."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from thread.cli.asking import IMPACT, execute, tell_errors
from thread.cli.exits import Exit
from thread.cli.frame import AsOf, instant, reading, remark, say, say_json
from thread.cli.impact import lines, named
from thread.cli.tables import emphasis, folded
from thread.cli.wording import Speaker, moment
from thread.errors import InputError

if TYPE_CHECKING:
    from thread.reasoning.whatif import ChangeKind
    from thread.service.scenarios import Assume

AGAINST: Final = "vs"
"""The word between two scenarios."""
_FORMS: Final = (
    (r"fail (?P<ref>.+)", "fail"),
    (r"out(?:OfService| of service)? (?P<ref>.+)", "outOfService"),
    (r"operate (?P<ref>.+) (?P<state>open|closed)", "operate"),
    (r"(?P<state>open|close) (?P<ref>.+)", "operate"),
    (r"remove (?P<ref>.+)", "remove"),
    (r"replace (?P<ref>.+)", "replace"),
    (r"(?:setHealth|set health|health) (?P<ref>.+?)(?: to)? (?P<score>[0-9.]+)", "setHealth"),
    (r"install (?P<ref>.+) (?:in|into) (?P<into>.+)", "install"),
    (r"(?:openWorkOrder|order)(?: on)? (?P<refs>.+?)(?: from (?P<start>\S+))?(?: to (?P<end>\S+))?", "openWorkOrder"),
)
_KNOWN: Final = (
    "fail X, out X, operate X open, operate X closed, remove X, replace X, health X 0.4, install X into Y, "
    "order on X, Y from TIME to TIME"
)
_SCENARIO: Final = f"""name problems {{ code message hint path }} restored {{ iri label }} orders {{ iri label }}
    impact {{ {IMPACT} }}"""
_FAR: Final = "2199-01-01"
"""A window of GraphQL has an end."""


def whatif(changes: list[str], store: str | None, as_of: AsOf, *, first: int, as_json: bool) -> Exit:
    """Print what each scenario does; NO where a change cannot be."""
    scenarios = [[parsed(text) for text in scenario] for scenario in _parted(changes)]
    if as_json:
        return _as_json(scenarios, store, as_of, first)
    failed = False
    with reading(store, as_of) as (service, context):
        for number, scenario in enumerate(scenarios):
            assumed = service.what_if(context, scenario)
            assert assumed.scenario is not None
            speaker = Speaker(service.view(assumed))
            failed = failed or bool(assumed.scenario.problems)
            for place, error in assumed.scenario.problems:
                remark(f"{error} (change {place + 1})")
            if number:
                say()
            headline = f"What if {'; '.join(_parted(changes)[number])}? {moment(context.valid_at)}:"
            say("\n".join(emphasis(line) for line in folded(headline)))
            from thread.reasoning.impact import ImpactQuery

            answer = service.scenario_impact(assumed, ImpactQuery())
            for line in _all(named(answer.restored, "live again", speaker), lines(answer, speaker, first)):
                say(line)
    return Exit.NO if failed else Exit.OK


def _all(*parts: Iterator[str]) -> Iterator[str]:
    for part in parts:
        yield from part


def _parted(changes: Sequence[str]) -> list[list[str]]:
    """The scenarios: what stands between the words ``vs``."""
    parts: list[list[str]] = [[]]
    for text in changes:
        if text.strip() == AGAINST:
            parts.append([])
        else:
            parts[-1].append(text)
    return parts


def parsed(text: str) -> "Assume":
    """One change in words.

    Raises:
        InputError: it is none that is known.
    """
    from thread.reasoning.whatif import ChangeKind

    for form, kind in _FORMS:
        found = re.fullmatch(form, text.strip(), re.IGNORECASE)
        if found:
            return _assume(ChangeKind(kind), {name: value for name, value in found.groupdict().items() if value})
    raise InputError(f'"{text[:80]}" is no change that is known.', hint=f"Known: {_KNOWN}.")


def _assume(kind: "ChangeKind", said: dict[str, str]) -> "Assume":
    from thread.clock import END
    from thread.service.scenarios import Assume

    refs = tuple(ref.strip() for ref in said["refs"].split(",")) if "refs" in said else (said["ref"],)
    state = {"CLOSE": "CLOSED"}.get(said.get("state", "").upper(), said.get("state", "").upper())
    window = None
    if "start" in said:
        window = (instant(said["start"]), instant(said["end"]) if "end" in said else END)
    score = said.get("score", "1")
    try:
        value = float(score)
    except ValueError as error:
        raise InputError(f"{score} is no number.", code="bad-value", hint="0 failed to 1 as new.") from error
    return Assume(kind, refs, state, value, said.get("into", ""), window)


def _as_json(scenarios: "list[list[Assume]]", store: str | None, as_of: AsOf, first: int) -> Exit:
    """One scenario as an object, several as a list."""
    names = [f"s{number}" for number in range(len(scenarios))]
    given = "".join(f", ${name}: [ChangeInput!]!" for name in names)
    fields = "\n".join(f"  {name}: whatIf(changes: ${name}, at: $at) {{ {_SCENARIO} }}" for name in names)
    variables: dict[str, Any] = {"first": first, "at": as_of.as_input()}
    variables |= {n: [_input(change) for change in made] for n, made in zip(names, scenarios, strict=True)}
    with reading(store) as (service, _):
        found = execute(service, f"query WhatIf($first: Int!, $at: AsOfInput{given}) {{\n{fields}\n}}", variables)
    if found.get("errors"):
        return tell_errors(found)
    answers = list(found["data"].values())
    say_json(answers[0] if len(answers) == 1 else answers)
    return Exit.NO if any(answer["problems"] for answer in answers) else Exit.OK


def _input(change: "Assume") -> dict[str, Any]:
    from thread.clock import END, to_text

    kind, ref = change.kind.value, change.refs[0]
    given: Any = ref
    match kind:
        case "operate":
            given = {"id": ref, "state": change.state}
        case "setHealth":
            given = {"id": ref, "score": change.score}
        case "install":
            given = {"component": ref, "into": change.into}
        case "openWorkOrder":
            given = {"on": list(change.refs)}
            if change.window is not None:
                start, end = change.window
                given["window"] = {"start": to_text(start), "end": to_text(end if end < END else instant(_FAR))}
    return {kind: given}
