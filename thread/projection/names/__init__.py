"""Who is called like this? An index of the words in labels and identifiers, exact, by their beginning, with typos."""

from thread.projection.names.folding import Asked, asked_words, words_of
from thread.projection.names.index import Index, Names

__all__ = ["Asked", "Index", "Names", "asked_words", "words_of"]
