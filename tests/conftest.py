"""What holds for all tests? Examples are judged by what they give, never by how long they took on a busy machine."""

from hypothesis import settings

settings.register_profile("thread", deadline=None)
settings.load_profile("thread")
