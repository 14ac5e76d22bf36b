"""How is the log folded? Commit by commit, into a projection that has not seen them."""

from collections.abc import Callable

from thread.projection import Projection
from thread.stores.base import Store

Progress = Callable[[int, int], None]
"""Called with (done, total) revisions."""


def replay(store: Store, projection: Projection, progress: Progress | None = None) -> None:
    """Fold the commits that a projection has not seen. Cost: their facts."""
    start, total = projection.revision.ordinal, store.revision.ordinal
    for commit in store.changes(start):
        projection.publish(projection.stage(commit.change_set), commit.revision)
        if progress:
            progress(commit.revision.ordinal - start, total - start)
