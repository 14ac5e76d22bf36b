"""How are kernels compiled? Ahead, without the GIL, and kept on disk; numba is imported here and nowhere else."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Compiled = Callable[..., Any]


_HERE = Path(__file__).resolve().parent


def kernels_cache(folder: Path) -> None:
    """Keep all compiled kernels of this process in a folder; call it before the first projection is made.

    Without it they lie beside the source files, or in the user's cache where those cannot be written.
    """
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)


def _cache_folder() -> str:
    """Where compiled kernels of just these sources lie; empty: where numba thinks best.

    numba looks at the one file that a kernel is in: a helper in another file could change unnoticed.
    """
    sources = [*sorted((_HERE / "kernels").glob("*.py")), _HERE / "layout.py", Path(__file__)]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return str(Path(given) / digest)
    beside = _HERE / "kernels" / "__pycache__"
    writable = os.access(beside if beside.exists() else beside.parent, os.W_OK)
    return str(beside / digest) if writable else ""


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

    def compile_(function: Compiled) -> Compiled:
        config: Any = numba.config
        before, config.CACHE_DIR = config.CACHE_DIR, _cache_folder()
        try:
            compiled: Compiled = numba.njit(signature, nogil=True, cache=True)(function)
        finally:
            config.CACHE_DIR = before
        return compiled

    return compile_


def helper(function: Compiled) -> Compiled:
    """Compile a function into the kernels that call it."""
    import numba

    compiled: Compiled = numba.njit(nogil=True)(function)
    return compiled
