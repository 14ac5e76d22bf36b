"""The demo sample behind an engine, on each store."""

from __future__ import annotations

from thread.clock import FixedClock
from thread.config import Settings
from thread.samples import Sample
from thread.service import Service, open_service


def open_sample(sample: Sample, store: str) -> Service:
    """The sample in a service whose clock stands at the sample's reference time."""
    clock = FixedClock(sample.committed_at[0])
    settings = Settings.load(store=store, extensions=(sample.extension,), ranks=dict(sample.ranks))
    service = open_service(settings, clock=clock)
    sample.replay(clock, service.commit)
    return service
