"""Where are the files that ship with the package? In a checkout beside it, in a wheel inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Path of a shipped file or folder, e.g. ``ontology/thread.ttl`` or ``schema/queries``.

    Raises:
        FileNotFoundError: the installation is not whole.
    """
    for root in (_PACKAGE / "_shipped", _PACKAGE.parent):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"{name} is not part of this installation; install digital-thread again.")
