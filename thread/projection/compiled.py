"""How are kernels compiled? Ahead, without the GIL, and kept on disk; numba is imported here and nowhere else."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Compiled = Callable[..., Any]


def kernels_cache(folder: Path) -> None:
    """Keep compiled kernels in a folder; call it before the first projection is made.

    Without it they lie beside the source files, or in the user's cache where those cannot be written.
    """
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


Word = str | np.dtype[Any] | tuple[np.dtype[Any]]
"""A scalar type, ``type[]`` or ``type[]!`` for an array (``!``: written to), a dtype for records, ``(dtype,)`` where
records are written to."""


def kernel(result: Word, *arguments: Word) -> Callable[[Compiled], Compiled]:
    """Compile a function for these types.

    An array that is not written to may be mapped read-only, or not (numba: the reverse is a TypeError).
    """
    import numba
    from numba import types

    def typed(word: Word) -> Any:
        if isinstance(word, tuple):
            return types.Array(numba.from_dtype(word[0]), 1, "C")
        if isinstance(word, np.dtype):
            return types.Array(numba.from_dtype(word), 1, "C", readonly=True)
        if word.endswith("[]!"):
            return types.Array(getattr(types, word[:-3]), 1, "C")
        if word.endswith("[]"):
            return types.Array(getattr(types, word[:-2]), 1, "C", readonly=True)
        return getattr(types, word)

    signature = typed(result)(*[typed(word) for word in arguments])
    compiled: Callable[[Compiled], Compiled] = numba.njit(signature, nogil=True, cache=True)
    return compiled


def helper(function: Compiled) -> Compiled:
    """Compile a function into the kernels that call it."""
    import numba

    compiled: Compiled = numba.njit(nogil=True)(function)
    return compiled
