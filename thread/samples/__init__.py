"""Which plant can everybody try? Seeded samples with planted truths; see ``generate``."""

from thread.samples.sample import Sample, generate

__all__ = ["Sample", "generate"]
