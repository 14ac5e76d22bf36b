"""What do the claims of a change set do to the claims that stand? Slots, chains, assertion, end, retraction.

A slot holds the claims of one (subject, predicate) where that is single-valued, else of one (subject, predicate,
object or value). Its claims form a chain, newest first. Claims are appended; closing writes ``recorded_to``.
"""
# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: C901
# numba takes the types from the signatures; a kernel is one loop, since calls with many arrays cost more than they do.

import numpy as np

from thread.projection.compiled import helper, kernel
from thread.projection.kernels.text import finish
from thread.projection.layout import CLAIM, OPEN

POSITION, CLAIMS, SLOTS, CLOSED, TOUCHED, NEED = range(6)
"""Places of a cursor: the next pending claim, how many claims, slots, closed claims and touched slots there are, and
how much more room is needed."""
ADDED, SUPPORTED, REPEATED, ENDED, RETRACTED, UNMATCHED = range(6, 12)
"""Places of a cursor that count what became of each pending claim."""
ROOM = 16
"""Room that has to be there before a claim is looked at; more is asked for where a slot needs it."""


@helper
def slot_tag(claim, single):
    """The tag of the slot that a claim belongs to."""
    h = np.uint64(claim.subject) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(claim.predicate)
    if not single:
        h = (h ^ (h >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        h += np.uint64(claim.value) * np.uint64(0x94D049BB133111EB) + np.uint64(claim.type)
    return finish(h)


@helper
def slot_place(table, heads, claims, claim, single):
    """Where in the table the slot of a claim is, or the free place where it would be."""
    tag, mask = slot_tag(claim, single), len(table) - 1
    place = tag & mask
    while True:
        entry = table[place]
        if entry < 0:
            return place
        if entry >> 32 == tag:
            first = claims[heads[entry & 0xFFFFFFFF]]
            same = first.subject == claim.subject and first.predicate == claim.predicate
            if same and (single or (first.value == claim.value and first.type == claim.type)):
                return place
        place = (place + 1) & mask


@helper
def slot_head(table, heads, claims, claim, single):
    """Newest claim of the slot of a claim; -1 where the columns at hand are older than the table: look again.

    For readers: the writer goes on writing into the table, so nothing that it names may be trusted to be here.
    """
    tag, mask = slot_tag(claim, single), len(table) - 1
    place = tag & mask
    while True:
        entry = table[place]
        if entry < 0:
            return -1
        if entry >> 32 == tag:
            slot = entry & 0xFFFFFFFF
            head = heads[slot] if slot < len(heads) else -1
            if head < 0 or head >= len(claims):
                return -1
            first = claims[head]
            same = first.subject == claim.subject and first.predicate == claim.predicate
            if same and (single or (first.value == claim.value and first.type == claim.type)):
                return head
        place = (place + 1) & mask


@helper
def same_content(a, b):
    """Do two claims of one slot say the same, times aside?"""
    return a.value == b.value and a.type == b.type and a.qualifiers == b.qualifiers


@helper
def standing(claims, head, known):
    """Claims of a chain that stand at a revision, oldest first."""
    count, at = 0, head
    while at >= 0:
        count += claims[at].recorded_from <= known and known < claims[at].recorded_to
        at = claims[at].older
    found, at = np.empty(count, np.int32), head
    while at >= 0:
        if claims[at].recorded_from <= known and known < claims[at].recorded_to:
            count -= 1
            found[count] = at
        at = claims[at].older
    return found


@helper
def by_start(claims, live):
    """Claims sorted by start, the earlier claim first where they start together."""
    starts = np.empty(len(live), np.int64)
    for i in range(len(live)):
        starts[i] = claims[live[i]].valid_from
    return live[np.argsort(starts, kind="mergesort")]


@helper
def outranks(claims, sources, ranks, a, b):
    """Does claim ``a`` answer before claim ``b``? By rank, then the later one."""
    first, second = ranks[sources[claims[a].actor]], ranks[sources[claims[b].actor]]
    return first > second or (first == second and a > b)


@helper
def is_overruled(claims, sources, live, i, high):
    """Does the same source say something else of the same fact later? Up to ``high`` all start together."""
    one = claims[live[i]]
    for j in range(i + 1, high):
        other = claims[live[j]]
        if sources[other.actor] == sources[one.actor] and same_content(one, other):
            return True
    return False


@helper
def settled_end(claims, sources, ranks, live, low, high, i):
    """The end of a claim's identity as the highest-ranked, then latest, of its claims has it."""
    best = live[i]
    for j in range(low, high):
        rival = same_content(claims[live[i]], claims[live[j]]) and outranks(claims, sources, ranks, live[j], best)
        if rival and not is_overruled(claims, sources, live, j, high):
            best = live[j]
    return claims[best].valid_to


@helper
def ends_of(claims, sources, ranks, live, single, settle, ends):
    """Per claim, sorted by start, where it ends; its start where it says nothing or its source said otherwise later.

    Settled with the claims of other sources, or by what each source says alone. In a single-valued slot a claim ends
    at the next start of its source, and of several that start together the source's last one counts.
    """
    following, holder = np.full(len(ranks), 2**63 - 1, np.int64), np.full(len(ranks), -1, np.int64)
    high = len(live)
    while high > 0:
        start, low = claims[live[high - 1]].valid_from, high - 1
        while low > 0 and claims[live[low - 1]].valid_from == start:
            low -= 1
        for i in range(high - 1, low - 1, -1):
            one = claims[live[i]]
            source, ends[i] = sources[one.actor], start
            if (single and holder[source] == high) or is_overruled(claims, sources, live, i, high):
                continue
            end = one.valid_to
            if settle:
                settled = settled_end(claims, sources, ranks, live, low, high, i)
                end = min(end, settled) if single else settled
            if end > start:
                ends[i] = min(end, following[source]) if single else end
                holder[source] = high
        for i in range(low, high):
            if ends[i] > start:
                following[sources[claims[live[i]].actor]] = start
        high = low


@helper
def put(claims, heads, closed, cursor, slot, new, start, end, replaced, ordinal):
    """Append a claim to a slot's chain; close the one of the same run that it replaces."""
    number = cursor[CLAIMS]
    claims[number] = new
    made = claims[number]
    made.valid_from, made.valid_to = start, end
    made.recorded_from, made.recorded_to = ordinal, OPEN
    made.older, made.rows = heads[slot], -1
    heads[slot] = number
    cursor[CLAIMS] = number + 1
    if replaced >= 0:
        claims[replaced].recorded_to = ordinal
        closed[cursor[CLOSED]] = replaced
        cursor[CLOSED] += 1


@helper
def own_word(claims, sources, live, new, start):
    """The newest claim of the same source on the identity, -1 if it has none."""
    for i in range(len(live) - 1, -1, -1):
        one = claims[live[i]]
        if one.valid_from == start and sources[one.actor] == sources[new.actor] and same_content(one, new):
            return live[i]
    return -1


@helper
def own_run(claims, live, new, start):
    """The claim of the same run on the identity, -1 if there is none."""
    for i in range(len(live) - 1, -1, -1):
        one = claims[live[i]]
        if one.valid_from == start and one.actor == new.actor and same_content(one, new):
            return live[i]
    return -1


@helper
def make(claims, sources, heads, closed, cursor, slot, live, new, ordinal):
    """An assertion: a new claim, unless its source says so already."""
    rival = False
    for i in range(len(live)):
        rival |= claims[live[i]].valid_from == new.valid_from and same_content(claims[live[i]], new)
    own = own_word(claims, sources, live, new, new.valid_from)
    if own >= 0 and claims[own].valid_to == new.valid_to:
        cursor[REPEATED] += 1
        return False
    if new.valid_from >= new.valid_to and not rival:
        cursor[UNMATCHED] += 1
        return False
    cursor[SUPPORTED if rival and own < 0 else ADDED] += 1
    replaced = own_run(claims, live, new, new.valid_from)
    put(claims, heads, closed, cursor, slot, new, new.valid_from, new.valid_to, replaced, ordinal)
    return True


@helper
def stop(claims, sources, ranks, heads, closed, cursor, slot, live, new, single, ordinal):
    """An end: this source's word that what is in force at ``valid_to`` stopped then."""
    instant, found = new.valid_to, 0
    starts, ends, held = np.empty(len(live), np.int64), np.empty(len(live), np.int64), by_start(claims, live)
    ends_of(claims, sources, ranks, held, single, False, ends)
    for exactly in range(2):
        for i in range(len(live)):
            one = claims[held[i]]
            if not same_content(one, new):
                continue
            before = one.valid_from < instant and instant <= ends[i]
            if before if exactly == 0 else one.valid_from == instant and instant < ends[i]:
                starts[found] = one.valid_from
                found += 1
        if found:
            break
    if found == 0:
        cursor[UNMATCHED] += 1
    made = False
    chosen = np.unique(starts[:found])
    for start in chosen:
        own = own_word(claims, sources, live, new, start)
        if own >= 0 and claims[own].valid_to == instant:
            cursor[REPEATED] += 1
            continue
        cursor[ENDED] += 1
        put(claims, heads, closed, cursor, slot, new, start, instant, own_run(claims, live, new, start), ordinal)
        made = True
    return made


@helper
def withdraw(claims, sources, closed, cursor, live, new, begin, ordinal):
    """A retraction: this source's claims on the fact were never right."""
    exactly = own_word(claims, sources, live, new, new.valid_from) >= 0
    count = 0
    for i in range(len(live)):
        one = claims[live[i]]
        if sources[one.actor] != sources[new.actor] or not same_content(one, new):
            continue
        if one.valid_from == new.valid_from or (not exactly and new.valid_from == begin):
            one.recorded_to = ordinal
            closed[cursor[CLOSED]] = live[i]
            cursor[CLOSED] += 1
            count += 1
    cursor[RETRACTED if count else UNMATCHED] += 1
    return count > 0


@kernel(
    "int64",
    CLAIM,
    "uint8[]",
    (CLAIM,),
    "int32[]!",
    "int64[]!",
    "int32[]!",
    "int32[]!",
    "uint8[]",
    "int32[]",
    "int64[]",
    "int64[]!",
    "int64",
    "int64",
)
def fold_claims(pending, ops, claims, heads, table, closed, touched, singles, sources, ranks, cursor, first, ordinal):
    """Fold pending claims one after the other, as far as there is room.

    Args:
        pending: what is said; ``predicate`` -1 for words that are not known.
        ops: ``Op`` of each.
        first: claims from here on belong to this change set.
    Returns:
        0 when all are folded; else more room is needed (``cursor[NEED]``) before it can go on.
    """
    begin = np.int64(-(2**63) + 1)
    for k in range(cursor[POSITION], len(pending)):
        cursor[POSITION] = k
        if cursor[CLAIMS] + ROOM > len(claims) or cursor[CLOSED] + ROOM > len(closed):
            cursor[NEED] = ROOM
            return 1
        if cursor[TOUCHED] + 1 > len(touched) or cursor[SLOTS] + 1 > len(heads):
            cursor[NEED] = ROOM
            return 1
        new = pending[k]
        if new.predicate < 0:
            cursor[UNMATCHED] += 1
            continue
        single = singles[new.predicate] != 0
        place = slot_place(table, heads, claims, new, single)
        if table[place] < 0:
            if ops[k] != 0 or new.valid_from >= new.valid_to:
                cursor[UNMATCHED] += 1
                continue
            slot = cursor[SLOTS]
            table[place] = slot_tag(new, single) << 32 | slot
            heads[slot] = -1
            cursor[SLOTS] += 1
            cursor[ADDED] += 1
            put(claims, heads, closed, cursor, slot, new, new.valid_from, new.valid_to, -1, ordinal)
            touched[cursor[TOUCHED]] = slot
            cursor[TOUCHED] += 1
            continue
        slot = table[place] & 0xFFFFFFFF
        live = standing(claims, heads[slot], OPEN - 1)
        if cursor[CLAIMS] + len(live) > len(claims) or cursor[CLOSED] + len(live) > len(closed):
            cursor[NEED] = len(live) + ROOM
            return 1
        known = heads[slot] >= first
        if ops[k] == 0:
            changed = make(claims, sources, heads, closed, cursor, slot, live, new, ordinal)
        elif ops[k] == 1:
            changed = stop(claims, sources, ranks, heads, closed, cursor, slot, live, new, single, ordinal)
        else:
            changed = withdraw(claims, sources, closed, cursor, live, new, begin, ordinal)
            known = False
        if changed and not known:
            touched[cursor[TOUCHED]] = slot
            cursor[TOUCHED] += 1
    cursor[POSITION] = len(pending)
    return 0


@kernel("int64", (CLAIM,), "int32[]", "int64[]", "uint8[]", "uint8[]", "int32[]!", "int32[]!", "int64[]!", "int64")
def withdraw_runs(claims, heads, table, singles, withdrawn, closed, touched, cursor, ordinal):
    """Close what stands of some actors. Returns 0; 1 where more room is needed."""
    for number in range(cursor[POSITION], cursor[CLAIMS]):
        cursor[POSITION] = number
        one = claims[number]
        if one.recorded_to != OPEN or withdrawn[one.actor] == 0:
            continue
        if cursor[CLOSED] + 1 > len(closed) or cursor[TOUCHED] + 1 > len(touched):
            cursor[NEED] = len(closed)
            return 1
        one.recorded_to = ordinal
        closed[cursor[CLOSED]] = number
        touched[cursor[TOUCHED]] = (
            table[slot_place(table, heads, claims, one, singles[one.predicate] != 0)] & 0xFFFFFFFF
        )
        cursor[CLOSED] += 1
        cursor[TOUCHED] += 1
        cursor[RETRACTED] += 1
    return 0


@kernel("void", (CLAIM,), "int32[]!", "int64[]!", "int32[]", "int32[]", "uint8[]", "int64", "int64", "int64")
def forget_claims(claims, heads, table, closed, touched, singles, first, first_slot, slots):
    """Undo a fold: reopen what it closed, cut the chains back, take its slots out of the table."""
    for i in range(len(closed)):
        claims[closed[i]].recorded_to = OPEN
    mask = len(table) - 1
    for slot in range(slots - 1, first_slot - 1, -1):
        one = claims[heads[slot]]
        tag = slot_tag(one, singles[one.predicate] != 0)
        place = tag & mask
        while table[place] != (tag << 32 | slot):
            place = (place + 1) & mask
        table[place] = -1
    for i in range(len(touched)):
        slot = touched[i]
        while slot < first_slot and heads[slot] >= first:
            heads[slot] = claims[heads[slot]].older


@kernel("int64", CLAIM, "int32[]", "int64", "int64")
def net_changes(claims, closed, first, ordinal):
    """How many claims were made and still stand, or stood before and were closed."""
    count = 0
    for number in range(first, len(claims)):
        count += claims[number].recorded_to == OPEN
    for i in range(len(closed)):
        count += claims[closed[i]].recorded_from < ordinal
    return count
