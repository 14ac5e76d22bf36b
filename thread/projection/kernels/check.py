"""Is a column what was written? A checksum of whole columns, compiled: as fast as memory is read."""
# mypy: disable-error-code="no-untyped-def"
# numba takes the types from the signatures.

import numpy as np

from thread.projection.compiled import kernel


@kernel("uint64", "uint64[]", "uint64")
def checksum(words, seed):
    """Checksum of 64-bit words in eight lanes; every single changed word changes it (each step is a bijection)."""
    prime = np.uint64(0x9E3779B97F4A7C15)
    a = b = c = d = e = f = g = h = seed
    whole = len(words) // 8 * 8
    for at in range(0, whole, 8):
        a = (a ^ words[at]) * prime
        b = (b ^ words[at + 1]) * prime
        c = (c ^ words[at + 2]) * prime
        d = (d ^ words[at + 3]) * prime
        e = (e ^ words[at + 4]) * prime
        f = (f ^ words[at + 5]) * prime
        g = (g ^ words[at + 6]) * prime
        h = (h ^ words[at + 7]) * prime
    for at in range(whole, len(words)):
        a = (a ^ words[at]) * prime
    total = np.uint64(len(words))
    for lane in (a, b, c, d, e, f, g, h):
        total = (total ^ (lane ^ (lane >> np.uint64(32)))) * prime
    return total ^ (total >> np.uint64(29))
