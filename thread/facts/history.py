"""Which words say a log as RDF? One node a revision, one a claim; ``export`` writes them, ``ingest`` reads them."""

from typing import Final

NS: Final = "urn:thread:history#"
"""Namespace of the words; a file that holds it near its start is a history."""
NODE: Final = "urn:thread:history:"
"""Before the name of a revision; that of a claim follows its revision's."""

RECORDED_AT: Final = NS + "recordedAt"
REQUEST: Final = NS + "request"
SOURCE: Final = NS + "source"
ACTOR: Final = NS + "actor"
REASON: Final = NS + "reason"
RUN: Final = NS + "run"
WITHDRAWS: Final = NS + "withdraws"
CONTENT: Final = NS + "content"
DIGEST: Final = NS + "digest"
LAST: Final = NS + "last"
"""Ordinal of the last revision, said by the end of a file."""
STATEMENTS: Final = NS + "statements"
"""How many statements stand before the end."""
PARTS: Final = NS + "parts"
"""Sizes of the parts of the change set, as in ``10000 52``."""

REVISION: Final = NS + "revision"
SAYS: Final = NS + "says"
"""``holds``, ``ended`` or ``retracted``."""
VALID_FROM: Final = NS + "validFrom"
VALID_TO: Final = NS + "validTo"
ORIGIN: Final = NS + "origin"
ROW: Final = NS + "row"
INDIVIDUAL: Final = NS + "individual"
"""True where the object is an IRI that is a value, not an entity."""

DECIMAL: Final = NS + "decimal"
"""Datatype of a decimal whose text ``xsd:decimal`` has no room for, as in ``1E+3``."""
INSTANT: Final = NS + "instant"
"""Datatype of a time beyond the calendar, in microseconds since 1970."""

SAYINGS: Final = ("holds", "ended", "retracted")
"""By the number of an ``Op``."""
END_NAME: Final = NODE + "end"
"""The node that ends a file and says how much there is, so that one that was cut off or thinned out is known."""


def revision_name(ordinal: int) -> str:
    """Name of a revision; names sort as revisions do.

    >>> revision_name(12)
    'urn:thread:history:0000000012'
    """
    return f"{NODE}{ordinal:010d}"


def claim_name(ordinal: int, number: int) -> str:
    """Name of the fact with this number (from 1) of a revision; it sorts after the revision's, before the next.

    >>> claim_name(12, 3)
    'urn:thread:history:0000000012_00000003'
    """
    return f"{NODE}{ordinal:010d}_{number:08d}"
