"""Where is the log kept? Stores behind one contract; ``open_store`` finds the one that an address names."""

import re
from importlib.metadata import entry_points
from typing import Final, Protocol, cast

from thread.clock import Clock
from thread.errors import InputError, known_near
from thread.stores.base import Capability, CurrentGraph, Store

__all__ = ["Capability", "CurrentGraph", "Opener", "Store", "open_store"]

GROUP: Final = "thread.stores"
"""Entry-point group: a name is a scheme of addresses, the object an ``Opener``."""


class Opener(Protocol):
    """What an entry point of the group is: opens the store at an address."""

    def __call__(self, address: str, clock: Clock, read_only: bool = False, /) -> Store: ...


def open_store(address: str, clock: Clock, read_only: bool = False) -> Store:
    """The store at an address: a directory (embedded), ``memory:``, or ``scheme://…`` of an installed store.

    Raises:
        InputError: ``bad-config``: no store of this scheme is installed.
        StoreError: ``store-locked``, ``store-damaged``, ``store-newer``, ``store-failed``.
    """
    scheme = re.match(r"([a-z][a-z0-9]+)(?:\+[a-z0-9]+)?:", address)
    name = scheme.group(1) if scheme else "embedded"
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        raise InputError(
            f'No store is installed for "{name}:".',
            code="bad-config",
            hint=known_near(name, found, "stores"),
            scheme=name,
        )
    opener = cast(Opener, found[name].load())
    return opener(address, clock, read_only)
