"""Which words are like a word, and who carries them? Scans over all words, and walks over what they name, compiled.

All helpers that these kernels call lie in this file or in ``thread/projection/kernels`` (see ``compiled``).
"""
# mypy: disable-error-code="no-untyped-def"
# numba takes the types from the signatures.

import numpy as np

from thread.projection.compiled import helper, kernel
from thread.projection.layout import ROW, SPAN

EXACT, PREFIX, PREFIX_SPAN, ONE_OFF, TWO_OFF, LONG_NAME = 100, 70, 20, 60, 40, 9


@helper
def letter(byte):
    """An ASCII letter or digit in lower case, 0 for any other sign."""
    if 97 <= byte <= 122 or 48 <= byte <= 57:
        return byte
    return byte + 32 if 65 <= byte <= 90 else 0


@kernel("int64", "uint8[]", "int64[]", "int32[]", "int64", "int64", "uint8[]!", "int64[]!", "int32[]!", "uint8[]!")
def ascii_words(heap, ends, texts, most, longest, out, bounds, owners, counts):  # noqa: C901  one loop over bytes
    """The words of ASCII texts one after the other in ``out``; ``counts`` is 255 for texts that have other signs.

    ``most`` bytes of each text are read. Returns how many words there are.
    """
    words, at = 0, 0
    bounds[0] = 0
    for k in range(len(texts)):
        first = ends[texts[k]]
        last = min(ends[texts[k] + 1], first + most)
        plain = True
        for i in range(first, last):
            if heap[i] >= 128:
                plain = False
        if not plain:
            counts[k] = 255
            continue
        parts_of_name = 0
        i = first
        while i < last:
            b = heap[i]
            if b == 32 or 9 <= b <= 13 or 28 <= b <= 31:
                i += 1
                continue
            chunk, parts = i, 0
            inside = False
            while i < last:
                b = heap[i]
                if b == 32 or 9 <= b <= 13 or 28 <= b <= 31:
                    break
                c = letter(b)
                if c != 0:
                    if not inside:
                        inside = True
                        parts += 1
                    if at - bounds[words] < longest:
                        out[at] = c
                        at += 1
                elif inside:
                    inside = False
                    owners[words] = k
                    words += 1
                    bounds[words] = at
                i += 1
            if inside:
                owners[words] = k
                words += 1
                bounds[words] = at
            parts_of_name += parts
            if parts > 1:
                for j in range(chunk, i):
                    c = letter(heap[j])
                    if c != 0 and at - bounds[words] < longest:
                        out[at] = c
                        at += 1
                owners[words] = k
                words += 1
                bounds[words] = at
        counts[k] = min(parts_of_name, 254)
    return words


@helper
def decoded(heap, first, last, into):
    """The code points of UTF-8 bytes; how many there are."""
    n, i = 0, first
    while i < last:
        b = np.int64(heap[i])
        if b < 0x80:
            into[n] = b
            i += 1
        elif b < 0xE0:
            into[n] = (b & 0x1F) << 6 | (np.int64(heap[i + 1]) & 0x3F)
            i += 2
        elif b < 0xF0:
            into[n] = (b & 0x0F) << 12 | (np.int64(heap[i + 1]) & 0x3F) << 6 | (np.int64(heap[i + 2]) & 0x3F)
            i += 3
        else:
            high = (b & 0x07) << 18 | (np.int64(heap[i + 1]) & 0x3F) << 12
            into[n] = high | (np.int64(heap[i + 2]) & 0x3F) << 6 | (np.int64(heap[i + 3]) & 0x3F)
            i += 4
        n += 1
    return n


@helper
def sketch_of(points, n):
    """64 bits: which signs occur, and which occur twice. One edit changes at most two of them."""
    once, twice = np.uint64(0), np.uint64(0)
    for i in range(n):
        c = points[i]
        place = c - 48 if 48 <= c <= 57 else 10 + c % 22
        bit = np.uint64(1) << np.uint64(place)
        twice |= once & bit
        once |= bit
    return once | twice << np.uint64(32)


@kernel("void", "uint8[]", "int64[]", "int64", "int64", "uint64[]!", "uint64[]!", "uint8[]!")
def sketch_words(heap, ends, first, last, sketches, starts, sizes):
    """For words ``first`` to ``last``: their sketch, their first eight bytes, their length in signs."""
    points = np.empty(80, np.int64)
    for k in range(first, last):
        low, high = ends[k], ends[k + 1]
        n = decoded(heap, low, high, points)
        sizes[k] = n
        sketches[k] = sketch_of(points, n)
        start = np.uint64(0)
        for i in range(8):
            start = start << np.uint64(8)
            if low + i < high:
                start |= np.uint64(heap[low + i])
        starts[k] = start


@helper
def bits(x):
    """How many bits are set."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (x * np.uint64(0x0101010101010101)) >> np.uint64(56)


@helper
def distance(masks, others, others_mask, asked, points, n):
    """Edits between a word and ``points``: insert, delete, replace, swap neighbours (optimal string alignment).

    Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances".
    """
    one = np.uint64(1)
    vp, vn, d0, before = ~np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    last = one << np.uint64(asked - 1)
    found = asked
    for i in range(n):
        c = points[i]
        pm = np.uint64(0)
        if c < 256:
            pm = masks[c]
        else:
            for j in range(len(others)):
                if others[j] == c:
                    pm = others_mask[j]
        swapped = (((~d0) & pm) << one) & before
        d0 = (((pm & vp) + vp) ^ vp) | pm | vn | swapped
        hp = vn | ~(d0 | vp)
        hn = d0 & vp
        if hp & last:
            found += 1
        if hn & last:
            found -= 1
        hp = (hp << one) | one
        hn = hn << one
        vp = hn | ~(d0 | hp)
        vn = hp & d0
        before = pm
    return found


@kernel(
    "int64", "uint8[]", "int64", "int64", "uint8[]", "int64[]", "uint64[]", "uint64[]", "uint8[]", "int64",
    "uint8[]!", "int32[]!", "int64"
)  # fmt: skip
def match_words(  # noqa: C901  one scan, each test where it costs least
    asked, edits, begins, heap, ends, sketches, starts, sizes, count, quality, found, met
):  # fmt: skip
    """Mark the words that are like one: itself, those that begin with it, those within some edits (-1: none of them).

    ``quality`` keeps the best of what it holds and what is found; words that are met for the first time are listed
    in ``found`` after the first ``met``. Returns how many are listed then.
    """
    points = np.empty(80, np.int64)
    n = decoded(asked, 0, len(asked), points)
    size = len(asked)
    head, mask = np.uint64(0), np.uint64(0)
    for i in range(8):
        head, mask = head << np.uint64(8), mask << np.uint64(8)
        if i < size:
            head |= np.uint64(asked[i])
            mask |= np.uint64(255)
    sketch = sketch_of(points, n)
    masks, others, others_mask = np.zeros(256, np.uint64), np.zeros(n, np.int64), np.zeros(n, np.uint64)
    for i in range(n):
        if points[i] < 256:
            masks[points[i]] |= np.uint64(1) << np.uint64(i)
        else:
            others[i] = points[i]
            for j in range(n):
                if points[j] == points[i]:
                    others_mask[i] |= np.uint64(1) << np.uint64(j)
    near = np.empty(80, np.int64)
    for k in range(count):
        q = 0
        if starts[k] & mask == head:
            low, high = ends[k], ends[k + 1]
            same = high - low >= size
            for i in range(8, size):
                if same and heap[low + i] != asked[i]:
                    same = False
            if same and high - low == size:
                q = EXACT
            elif same and begins:
                q = PREFIX + PREFIX_SPAN * n // sizes[k]
        close = q == 0 and edits > 0 and abs(np.int64(sizes[k]) - n) <= edits
        if close and np.int64(bits(sketches[k] ^ sketch)) <= 2 * edits:
            m = decoded(heap, ends[k], ends[k + 1], near)
            d = distance(masks, others, others_mask, n, near, m)
            if d == 1:
                q = ONE_OFF
            elif d == 2 and edits >= 2:
                q = TWO_OFF
        if q > quality[k]:
            if quality[k] == 0:
                found[met] = k
                met += 1
            quality[k] = q
    return met


@helper
def met(rows, spans, row, window):
    """Is a row in force? ``window`` is instant, revision, and how many rows that revision has."""
    if row >= window[2] or rows[row]["recorded_to"] <= window[1]:
        return False
    span = spans[rows[row]["span"]]
    return span["valid_from"] <= window[0] < span["valid_to"]


@kernel(
    "int64", "uint8[]", "int32[]", "int32[]", "int32[]", "int32[]", "uint8[]",
    "int32[]", "int32[]", "int32[]", "uint8[]", "int64", ROW, SPAN, "int64[]", "uint8[]!", "int32[]!"
)  # fmt: skip
def bearers_of(
    quality, found, firsts, row_of, node_of, count_of, late_words, late_rows, late_nodes, late_counts, late,
    rows, spans, window, best, nodes
):  # fmt: skip
    """The nodes that carry one of the words now, each with the best match of its names.

    A match is worth what its word is worth, less one for each further word of the name (at most nine).
    Returns how many nodes are listed; ``best`` holds what each is worth.
    """
    n = 0
    for k in range(len(found)):
        word = found[k]
        if word < len(firsts) - 1:
            for i in range(firsts[word], firsts[word + 1]):
                worth = quality[word] - min(max(np.int64(count_of[i]) - 1, 0), LONG_NAME)
                node = node_of[i]
                if node < window[3] and worth > best[node] and met(rows, spans, row_of[i], window):
                    if best[node] == 0:
                        nodes[n] = node
                        n += 1
                    best[node] = worth
    for i in range(late):
        word = late_words[i]
        if word < len(quality) and quality[word] > 0:
            worth = quality[word] - min(max(np.int64(late_counts[i]) - 1, 0), LONG_NAME)
            node = late_nodes[i]
            if node < window[3] and worth > best[node] and met(rows, spans, late_rows[i], window):
                if best[node] == 0:
                    nodes[n] = node
                    n += 1
                best[node] = worth
    return n


@kernel(
    "void", "int32[]", "int32[]", "int32[]", "uint8[]", "int32[]", "int32[]", "int32[]", "uint8[]",
    "int32[]!", "int32[]!", "int32[]!", "uint8[]!"
)  # fmt: skip
def merge_words(
    firsts, rows, nodes, counts, late_words, late_rows, late_nodes, late_counts,
    new_firsts, new_rows, new_nodes, new_counts
):  # fmt: skip
    """Bring what came late behind what each word has already; ``new_firsts`` is all zero before."""
    old, size = len(firsts) - 1, len(new_firsts) - 1
    for i in range(len(late_words)):
        new_firsts[late_words[i] + 1] += 1
    for k in range(size):
        if k < old:
            new_firsts[k + 1] += firsts[k + 1] - firsts[k]
        new_firsts[k + 1] += new_firsts[k]
    place = new_firsts[:size].copy()
    for k in range(old):
        for i in range(firsts[k], firsts[k + 1]):
            at = place[k]
            new_rows[at], new_nodes[at], new_counts[at] = rows[i], nodes[i], counts[i]
            place[k] += 1
    for i in range(len(late_words)):
        at = place[late_words[i]]
        new_rows[at], new_nodes[at], new_counts[at] = late_rows[i], late_nodes[i], late_counts[i]
        place[late_words[i]] += 1
