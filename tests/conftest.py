"""What holds for all tests? Examples are judged by what they give, never by how long they took; and they are
the same in every run, so that what landed once goes on passing."""

from hypothesis import settings

settings.register_profile("thread", deadline=None, derandomize=True)
settings.load_profile("thread")
