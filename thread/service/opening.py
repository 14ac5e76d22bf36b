"""How does a service come up? Map the saved projection, replay the tail of the log, let the graph follow."""

import os
import shutil
from pathlib import Path

from thread.clock import Clock, FixedClock, to_datetime
from thread.config import FILE, Settings
from thread.errors import StoreError
from thread.ontology import load_ontology
from thread.projection import Projection
from thread.projection.compiled import kernels_cache
from thread.samples import Sample
from thread.service.checking import Verification
from thread.service.replaying import Progress, replay
from thread.service.service import Service
from thread.service.sparql import forget_copies
from thread.stores import open_store
from thread.stores.base import Learns, Store


def open_service(
    settings: Settings,
    *,
    read_only: bool = False,
    clock: Clock | None = None,
    saved: bool = True,
    progress: Progress | None = None,
) -> Service:
    """The service over the store that the settings name, current to the last revision.

    Args:
        read_only: read beside a running writer; takes no lock, commits are refused.
        clock: instead of the one in the settings.
        saved: False folds the whole log and takes no saved projection.
    Raises:
        StoreError: ``store-locked``, ``store-newer``, ``store-damaged``.
        InputError: ``bad-ontology``, ``bad-config``.
    Cost: mapping the saved projection, then the commits after it; without one, the whole log.
    """
    if settings.directory is not None and not os.access(Path(__file__).parent, os.W_OK):
        kernels_cache(settings.directory / "kernels")  # installed where nothing can be written
    if settings.directory is not None and not read_only:
        forget_copies(settings.directory)
    ontology = load_ontology(settings.extension_paths())
    clock = clock or settings.make_clock()
    store = open_store(settings.store, clock, read_only=read_only)
    try:
        if isinstance(store, Learns):
            store.learn(ontology)
        projection = Projection(ontology, settings.ranks)
        if saved:
            projection = restore_projection(settings, store, projection)
        replay(store, projection, progress)
        if not read_only and store.graph.applied[0] > store.revision.ordinal:
            raise StoreError(
                f"The graph shows revision {store.graph.applied[0]}, the log ends at {store.revision.ordinal}.",
                code="store-damaged",
                hint="Acknowledged changes are missing from the log: restore the store from a backup.",
            )
    except BaseException:
        store.close()
        raise
    return Service(settings, ontology, store, projection, clock, read_only=read_only)


def restore_projection(settings: Settings, store: Store, empty: Projection) -> Projection:
    """The saved projection where there is one that is whole and of this log, else the empty one.

    Raises:
        StoreError: ``store-damaged``: the saved projection is ahead of the log.
    """
    if settings.projection_directory is None:
        return empty
    saved = Projection.load(settings.projection_directory, empty.ontology, settings.ranks)
    if saved is None:
        return empty
    if saved.revision.ordinal > store.revision.ordinal:
        raise StoreError(
            f"The projection is of revision {saved.revision.ordinal}, the log ends at {store.revision.ordinal}.",
            code="store-damaged",
            hint="Acknowledged changes are missing from the log: restore the store from a backup.",
        )
    return saved if saved.revision.digest == _digest_at(store, saved.revision.ordinal) else empty


def _digest_at(store: Store, ordinal: int) -> str | None:
    if ordinal == 0:
        return ""
    if ordinal == store.revision.ordinal:
        return store.revision.digest
    commit = next(store.changes(ordinal - 1), None)
    return commit.revision.digest if commit else None


def rebuild(settings: Settings, clock: Clock | None = None) -> Verification:
    """Drop the projection and the graph, fold the log anew, save, and verify.

    Raises:
        StoreError: ``store-locked``: a process holds the store; stop it first.
    """
    service = open_service(settings, clock=clock, saved=False)
    try:
        service.show_anew()
        service.save()
        return service.verify()
    finally:
        service.close()


def load_sample(sample: Sample, directory: Path) -> Settings:
    """Write a sample plant as a store of its own; its clock stands at the sample's reference time.

    Raises:
        StoreError: the directory holds a store already.
    """
    if directory.exists() and any(directory.iterdir()):
        raise StoreError(f"{directory} is not empty.", hint="Choose another directory, or delete this one.")
    ontology = directory / "ontology" / sample.extension.name
    ontology.parent.mkdir(parents=True)
    shutil.copyfile(sample.extension, ontology)
    reference = to_datetime(sample.reference_time)
    assert reference is not None
    ranks = "".join(f'"{source}" = {rank}\n' for source, rank in sorted(sample.ranks.items()))
    (directory / FILE).write_text(
        f"# A sample plant: its clock stands still.\nclock = {reference.isoformat()}\n"
        f'extensions = ["{ontology.relative_to(directory).as_posix()}"]\n\n[ranks]\n{ranks}'
    )
    settings = Settings.load(store=str(directory))
    fill_with_sample(settings, sample)
    return settings


def fill_with_sample(settings: Settings, sample: Sample) -> None:
    """Commit a sample's change sets at the instants at which the plant would have recorded them."""
    clock = FixedClock(sample.reference_time)
    service = open_service(settings, clock=clock)
    try:
        sample.replay(clock, service.commit)
    finally:
        service.close()
