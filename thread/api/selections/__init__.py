"""How is a query answered without a general executor? Compiled once, it is a few Python functions over the answer.

A plan knows what nearly every query consists of. What it does not know, and every answer in which something is
wrong, goes to graphql-core, which is therefore the one authority on errors and on how nulls travel.
"""

from thread.api.selections.plans import Operation

__all__ = ["Operation"]
