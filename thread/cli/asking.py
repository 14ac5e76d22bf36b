"""How do commands ask? References become nodes; for programs, one GraphQL document per command is run."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from thread.cli.exits import Exit
from thread.cli.frame import AsOf, reading, remark, say_json
from thread.cli.part_documents import PART_DOCUMENTS

if TYPE_CHECKING:
    from thread.service import Context, Service

_ENTITY: Final = "id iri kind label identifiers { scheme scope value ambiguous } validFrom validTo"
_COMPLETENESS: Final = """completeness { complete exhaustedToDepth visitedNodes visitedLinks revision
    reasons { code message count nodes { iri label } } }"""
_PATH: Final = "length nodes { iri label } links { source target relation validFrom validTo }"
IMPACT: Final = f"""targets {{ {_ENTITY} }} missing
    counts {{ kind entityKind count }}
    effects(first: $first) {{ pageInfo {{ hasNextPage endCursor }}
      edges {{ effect degree before after dark node {{ {_ENTITY} }} because {{ {_PATH} }}
        gates {{ medium required remaining exhausted group {{ iri label }} sharedPoint {{ iri label }} }} }} }}
    collisions {{ kind overlapStart overlapEnd orders {{ iri label }} shares {{ iri label }} }}
    undatedOrders {{ iri label }} alreadyDown {{ iri label }} heldUpByLoop {{ iri label }}
    observedByNothing {{ iri label }} newSinglePoints {{ medium count node {{ iri label }} }}
    {_COMPLETENESS}"""
"""What of an impact; ``$first`` effects."""
HEALTH: Final = f"""entity {{ {_ENTITY} }} score low known own grade at stale model"""
"""What of a health."""
DOCUMENTS: Final[dict[str, str]] = {
    **PART_DOCUMENTS,
    "show": f"""query Show($ref: String!, $at: AsOfInput) {{
  lookup(ref: $ref, at: $at) {{
    problem {{ code message hint }}
    entities {{ {_ENTITY} version
      conflicts {{ predicate value source }}
      relations(direction: BOTH, first: 500) {{ totalCount
        edges {{ name relation inverse validFrom validTo node {{ iri kind label }} }} }} }} }} }}""",
    "search": f"""query Search($text: String!, $kinds: [EntityKind!], $where: [AttributeFilter!], $at: AsOfInput,
    $first: Int!) {{
  search(text: $text, kinds: $kinds, where: $where, at: $at, first: $first) {{
    totalCount withTypos revision pageInfo {{ hasNextPage endCursor }}
    edges {{ score matched node {{ {_ENTITY} }} }} }} }}""",
    "sources": """query Sources($at: AsOfInput, $first: Int!) {
  sources(at: $at) { conflictCount
    sources { name rank facts inConflict refusedRows runCount
      runs { name revision recordedAt actor reason told facts readRows refusedRows withdrawnAt
        refusedBy { code rows } files { name told facts } } }
    conflicts(first: $first) { byRank
      answered { subject predicate object value validFrom validTo source run file row revision }
      outvoted { subject predicate object value validFrom validTo source run file row revision } } } }""",
    "audit": """query Audit($of: ID!, $predicates: [String!], $incoming: Boolean!, $at: AsOfInput, $first: Int!) {
  audit(of: $of, predicates: $predicates, incoming: $incoming, at: $at) { missing of { iri kind label }
    changes(last: $first) { totalCount
      edges { kind effect revision recordedAt source requestId actor reason
        fact { subject predicate object value validFrom validTo source run file row }
        replaced { value validFrom validTo source revision }
        instead { value validFrom validTo source revision } } } } }""",
    "lineage": f"""query Lineage($of: [ID!]!, $input: LineageInput!, $at: AsOfInput, $first: Int!) {{
  lineage(from: $of, input: $input, at: $at) {{
    roots {{ {_ENTITY} }} missing
    hits(first: $first) {{ edges {{ degree via hasMore node {{ {_ENTITY} }} }} pageInfo {{ hasNextPage endCursor }} }}
    counts {{ total byKind {{ kind count }} byDegree {{ degree count }} }}
    {_COMPLETENESS} }} }}""",
    "health": f"""query Health($of: [ID!]!, $at: AsOfInput) {{
  health(of: $of, at: $at) {{ {HEALTH} }} }}""",
    "explain": f"""query Explain($of: [ID!]!, $at: AsOfInput, $first: Int!) {{
  health(of: $of, at: $at) {{ {HEALTH} exact
    contributions(limit: $first) {{ delta weight rule relation source {{ iri kind label }}
      path {{ {_PATH} }} evidence {{ iri kind label }} }}
    certificate {{ {_PATH} }} repairs {{ score node {{ iri label }} }}
    missingEvidence {{ iri label }} }} }}""",
    "siblings": f"""query Siblings($of: ID!, $sharing: [Sharing!], $at: AsOfInput, $first: Int!) {{
  siblings(of: $of, sharing: $sharing, at: $at) {{
    of {{ {_ENTITY} }} missing shared {{ by origins {{ iri label }} }} counts {{ where count }}
    hits(first: $first) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      edges {{ sharing node {{ {_ENTITY} }} place {{ where exposureHours atLeast
        position {{ iri label }} asset {{ iri label }} location {{ iri label }}
        stays {{ position {{ iri label }} since until overlaps }} }} }} }}
    {_COMPLETENESS} }} }}""",
    "impact": f"""query Impact($of: [ID!]!, $input: ImpactInput!, $at: AsOfInput, $first: Int!) {{
  impact(of: $of, input: $input, at: $at) {{ {IMPACT} }} }}""",
    "risk": f"""query Risk($of: [ID!]!, $horizon: String!, $order: Int!, $first: Int!, $at: AsOfInput) {{
  risk(of: $of, horizon: $horizon, at: $at) {{
    entity {{ {_ENTITY} }} horizonHours probability low high method downNow uncalibrated
    contributions(limit: $first) {{ entity {{ iri kind label }} cause members {{ iri label }} probability share birnbaum
      criticality diagnostic achievement reduction rule ageHours hazardRatio path {{ {_PATH} }}
      laws {{ shape scaleHours saidBy {{ iri label }} }} }}
    singlePoints {{ iri kind label }}
    cutSets(order: $order, limit: $first) {{ counts sets {{ order entities {{ iri label }} }} }}
    commonCauses {{ entity {{ iri label }} by beta members {{ iri label }} }}
    beliefs {{ entity {{ iri label }} members prior failures expected posterior }}
    {_COMPLETENESS} }} }}""",
    "first": f"""query First($of: [ID!], $horizon: String!, $first: Int!, $at: AsOfInput) {{
  first(of: $of, horizon: $horizon, at: $at) {{ totalCount tops {{ weight entity {{ iri kind label }} }}
    candidates(limit: $first) {{ entity {{ iri kind label }} priority before after cost ageHours
      mattersTo {{ birnbaum entity {{ iri label }} }} path {{ {_PATH} }} }}
    {_COMPLETENESS} }} }}""",
}
"""What ``--json`` asks: the same schema as any client, so the same names."""


def find_all(service: "Service", context: "Context", refs: Sequence[str]) -> list[int]:
    """The node of each reference.

    Raises:
        NotFound: nothing has that name.
        InputError: ``ambiguous-reference``: several have; lists them.
    """
    return [service.lookup(context, ref).one() for ref in refs]


def execute_document(name: str, variables: Mapping[str, Any], store: str | None, as_of: AsOf | None) -> Exit:
    """Run the document of a command and print its one field as JSON; NO where a reference names nothing."""
    with reading(store) as (service, _):
        found = execute(service, DOCUMENTS[name], variables if as_of is None else {**variables, "at": as_of.as_input()})
    if found.get("errors"):
        return tell_errors(found)
    answer = next(iter(found["data"].values()))
    say_json(answer)
    if isinstance(answer, list):
        return Exit.OK if all(answer) else Exit.NO
    missing = answer.get("missing") or answer.get("problem") or answer.get("totalCount") == 0
    return Exit.NO if missing else Exit.OK


def execute(
    service: "Service", document: str, variables: Mapping[str, Any], operation: str | None = None
) -> dict[str, Any]:
    """The answer of a service to a GraphQL document, as a server would send it."""
    from thread.api.engine import Engine

    result = Engine(service).execute(document, variables, operation)
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    if result.extensions:
        answer["extensions"] = dict(result.extensions)
    return answer


def tell_errors(answer: Mapping[str, Any]) -> Exit:
    """Say the errors of a GraphQL answer as commands do, and how the command ends."""
    from thread.cli.exits import exit_of_code

    code = "bad-query"
    for error in answer["errors"]:
        said = error.get("extensions", {})
        code = str(said.get("code", "bad-query")).lower().replace("_", "-")
        remark(f"{code}: {error['message']}" + (f" {said['hint']}" if said.get("hint") else ""))
    return exit_of_code(code)
