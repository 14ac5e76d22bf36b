"""Golden files: compared, or with THREAD_GOLDEN=write (``make golden``) written anew."""

import os
from pathlib import Path


def assert_golden(path: Path, text: str) -> None:
    """The text is what the file holds."""
    if os.environ.get("THREAD_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing; make golden writes it"
    assert path.read_text(encoding="utf-8") == text, (
        f"{path.name} is not current; make golden rewrites it, read the diff"
    )
