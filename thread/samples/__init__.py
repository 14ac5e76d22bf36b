"""Which plant can everybody try? Seeded samples with planted truths and the answers that they must give."""

from thread.samples.answers import Answers
from thread.samples.sample import PRESETS, Sample, generate, stream, write_answers

__all__ = ["PRESETS", "Answers", "Sample", "generate", "stream", "write_answers"]
