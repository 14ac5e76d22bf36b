"""What do the commands about parts ask for ``--json``? One GraphQL document a command."""

from typing import Final

_ENTITY: Final = "iri kind label"
_COMPLETENESS: Final = "completeness { complete revision reasons { code message count nodes { iri label } } }"
_LINE: Final = f"""parent {{ {_ENTITY} }} child {{ {_ENTITY} }} position {{ {_ENTITY} }} design {{ {_ENTITY} }}
    quantity findNumber"""
_PLACE: Final = """place { where exposureHours atLeast position { iri label } asset { iri label }
    location { iri label } stays { position { iri label } since until overlaps } }"""
PART_DOCUMENTS: Final[dict[str, str]] = {
    "structure": f"""query Structure($of: ID!, $view: StructureView!, $at: AsOfInput, $first: Int!) {{
  structure(of: $of, view: $view, at: $at) {{
    of {{ {_ENTITY} }} missing design {{ {_ENTITY} }}
    parts(first: $first) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      edges {{ level quantity node {{ {_ENTITY} }} }} }}
    lines(first: $first) {{ totalCount edges {{ node {{ {_LINE} }} }} }}
    undetermined {{ {_LINE} }}
    {_COMPLETENESS} }} }}""",
    "where-used": f"""query WhereUsed($of: ID!, $at: AsOfInput, $first: Int!) {{
  whereUsed(design: $of, at: $at) {{
    design {{ {_ENTITY} }} missing
    designs(first: $first) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      edges {{ level quantity node {{ {_ENTITY} }} path {{ length nodes {{ iri label }} }} }} }}
    counts {{ where count }}
    units(first: $first) {{ totalCount edges {{ node {{ {_ENTITY} }} {_PLACE} }} }}
    {_COMPLETENESS} }} }}""",
    "diff": f"""query Diff($left: StructureInput!, $right: StructureInput!, $first: Int!) {{
  diff(left: $left, right: $right) {{
    left {{ {_ENTITY} }} right {{ {_ENTITY} }} missing counts {{ kind count }}
    entries(first: $first) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      edges {{ kind quantity left {{ {_LINE} }} right {{ {_LINE} }} concessions {{ {_ENTITY} }}
        causes {{ node {{ {_ENTITY} }} link {{ relation source target evidence }} }} }} }}
    {_COMPLETENESS} }} }}""",
    "recall": f"""query Recall($of: ID!, $at: AsOfInput, $first: Int!) {{
  recall(of: $of, at: $at) {{
    of {{ {_ENTITY} }} missing counts {{ where count }}
    items(first: $first) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      edges {{ action outermost node {{ {_ENTITY} }} {_PLACE} }} }}
    batches {{ totalCount nodes {{ {_ENTITY} }} }} products {{ totalCount nodes {{ {_ENTITY} }} }}
    orders {{ totalCount nodes {{ {_ENTITY} }} }} workOrders {{ totalCount nodes {{ {_ENTITY} }} }}
    failures {{ totalCount nodes {{ {_ENTITY} }} }}
    {_COMPLETENESS} }} }}""",
    "trace": f"""query Trace($of: ID!, $at: AsOfInput) {{
  trace(of: $of, at: $at) {{
    of {{ {_ENTITY} }} missing
    batches {{ degree node {{ {_ENTITY} }} }} suppliers {{ degree node {{ {_ENTITY} }} }}
    parts {{ degree node {{ {_ENTITY} }} }} processSteps {{ degree node {{ {_ENTITY} }} }}
    gaps {{ message node {{ {_ENTITY} }} }}
    {_COMPLETENESS} }} }}""",
    "change": f"""query Change($of: ID!, $new: ID, $effective: EffectivityInput!, $at: AsOfInput, $first: Int!) {{
  change(old: $of, new: $new, effective: $effective, at: $at) {{
    old {{ {_ENTITY} }} new {{ {_ENTITY} }} missing way {{ length nodes {{ iri label }} }}
    counts {{ role verdict count }}
    rows(first: $first) {{ totalCount pageInfo {{ hasNextPage endCursor }}
      edges {{ role verdict why node {{ {_ENTITY} }} }} }}
    {_COMPLETENESS} }} }}""",
    "common-cause": f"""query CommonCause($of: [ID!]!, $since: DateTime, $at: AsOfInput, $first: Int!) {{
  commonCause(of: $of, since: $since, at: $at) {{
    missing failures {{ event {{ {_ENTITY} }} item {{ {_ENTITY} }} occurredAt }} comparable
    suspects(limit: $first) {{ entity {{ {_ENTITY} }} by support failed {{ nodes {{ {_ENTITY} }} }}
      without {{ nodes {{ {_ENTITY} }} }} exposed unharmed chance }}
    {_COMPLETENESS} }} }}""",
    "coverage": f"""query Coverage($of: ID!, $out: [ID!], $at: AsOfInput) {{
  coverage(of: $of, out: $out, at: $at) {{
    of {{ {_ENTITY} }} missing
    rows {{ thing {{ {_ENTITY} }} mode {{ {_ENTITY} }} before after
      sensors {{ before after sensor {{ {_ENTITY} }} }} }}
    {_COMPLETENESS} }} }}""",
}
"""By command; names are those of the schema."""
