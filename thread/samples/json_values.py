"""What is an answer made of? Plain values that a JSON file holds."""

from collections.abc import Iterable

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def listed(items: Iterable[str]) -> list[Json]:
    """Names as a JSON list."""
    return [str(item) for item in items]
