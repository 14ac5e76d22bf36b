"""How does everything leave again? A view, or the whole log, in formats that others read; nothing is stored here."""

from thread.export.model import Thing, Things

__all__ = ["Thing", "Things"]
