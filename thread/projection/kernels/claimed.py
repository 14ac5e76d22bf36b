"""Which slots do some rows belong to, and what does each source hold now? Compiled."""
# mypy: disable-error-code="no-untyped-def"
# numba takes the types from the signatures.

from thread.projection.compiled import kernel
from thread.projection.kernels.claims import slot_head
from thread.projection.layout import CLAIM, ROW


@kernel("int64", CLAIM, ROW, "int32[]", "int64[]", "uint8[]", "int32[]", "int32[]!")
def slot_heads(claims, rows, heads, table, singles, some, found):
    """The newest claim of the slot of each of some rows. Returns 0; -1: look again with newer claims."""
    for i in range(len(some)):
        claim = claims[rows[some[i]].claim]
        found[i] = slot_head(table, heads, claims, claim, singles[claim.predicate] != 0)
        if found[i] < 0:
            return -1
    return 0
