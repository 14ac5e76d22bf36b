"""How is the thread asked and told from a terminal? One module per command; nothing heavy until it is needed."""

from thread.cli.app import main

__all__ = ["main"]
