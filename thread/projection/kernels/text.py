"""Which id has a text? Interning into a heap and an open-addressing table, compiled.

An entry of a table is ``tag << 32 | id``, -1 where it is free; ``tag`` is 31 bits of the hash.
"""
# mypy: disable-error-code="no-untyped-def"
# numba takes the types from the signatures.

import numpy as np

from thread.projection.compiled import helper, kernel


@helper
def finish(h):
    """The 31 bits of a hash that make a tag."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    return np.int64(h & np.uint64(0x7FFFFFFF))


@helper
def tag_of(text, start, end):
    """The tag of some bytes (FNV-1a, finished as in MurmurHash3)."""
    h = np.uint64(14695981039346656037)
    for i in range(start, end):
        h = (h ^ np.uint64(text[i])) * np.uint64(1099511628211)
    return finish(h)


@helper
def place_of(table, tag, text, start, end, heap, ends, limit):
    """Where in the table a text is, or the free place where it would be."""
    mask = len(table) - 1
    place = tag & mask
    while True:
        entry = table[place]
        if entry < 0:
            return place
        if entry >> 32 == tag:
            found = entry & 0xFFFFFFFF
            if found < limit and ends[found + 1] - ends[found] == end - start:
                first = ends[found]
                i = start
                while i < end and heap[first + i - start] == text[i]:
                    i += 1
                if i == end:
                    return place
        place = (place + 1) & mask


@kernel("int64", "uint8[]", "uint8[]", "int64[]", "int64[]", "int64")
def find_text(text, heap, ends, table, limit):
    """The id of a text below the limit, -1 if there is none."""
    place = place_of(table, tag_of(text, 0, len(text)), text, 0, len(text), heap, ends, limit)
    return table[place] & 0xFFFFFFFF if table[place] >= 0 else -1


@kernel("int64", "uint8[]", "int64[]", "uint8[]", "int32[]!", "uint8[]!", "int64[]!", "int64[]!", "int64")
def intern_texts(text, bounds, wanted, ids, heap, ends, table, count):
    """Ids of many texts, one after the other in ``text``; 2 makes a new id where there is none, 1 gives -1, 0 skips.

    Room for all of them must be there. Returns how many ids there are afterwards.
    """
    for k in range(len(wanted)):
        if wanted[k] == 0:
            continue
        start, end = bounds[k], bounds[k + 1]
        tag = tag_of(text, start, end)
        place = place_of(table, tag, text, start, end, heap, ends, count)
        if table[place] >= 0:
            ids[k] = table[place] & 0xFFFFFFFF
        elif wanted[k] == 1:
            ids[k] = -1
        else:
            first = ends[count]
            for i in range(start, end):
                heap[first + i - start] = text[i]
            ends[count + 1] = first + end - start
            table[place] = tag << 32 | count
            ids[k] = count
            count += 1
    return count


@kernel("void", "int64[]", "int64[]!")
def rehash(old, new):
    """Move all entries to a larger table, in the order of their ids where they meet."""
    mask = len(new) - 1
    for k in range(len(old)):
        entry = old[k]
        if entry < 0:
            continue
        place = (entry >> 32) & mask
        while new[place] >= 0:
            if (new[place] & 0xFFFFFFFF) > (entry & 0xFFFFFFFF):
                new[place], entry = entry, new[place]
                # the one that gives way moves on along its own path
            place = (place + 1) & mask
        new[place] = entry


@kernel("void", "int64[]!", "uint8[]", "int64[]", "int64", "int64")
def forget_texts(table, heap, ends, first, count):
    """Take the newest ids out of the table again, the last one first."""
    mask = len(table) - 1
    for found in range(count - 1, first - 1, -1):
        tag = tag_of(heap, ends[found], ends[found + 1])
        place = tag & mask
        while table[place] != (tag << 32 | found):
            place = (place + 1) & mask
        table[place] = -1


@kernel("void", "uint8[]", "int64[]", "int32[]!", "uint8[]", "int64[]", "int64[]", "int64")
def find_texts(text, bounds, ids, heap, ends, table, limit):
    """The ids of many texts, one after the other in ``text``; -1 where there is none below the limit."""
    for k in range(len(ids)):
        start, end = bounds[k], bounds[k + 1]
        place = place_of(table, tag_of(text, start, end), text, start, end, heap, ends, limit)
        ids[k] = table[place] & 0xFFFFFFFF if table[place] >= 0 else -1
