"""How does a Python program ask the service? A thin typed client over HTTP; the standard library is all it needs.

>>> from thread.client import Client
>>> client = Client("http://127.0.0.1:8420")  # nothing is sent yet
"""

from thread.client.answers import Answer, Entity, Found, Frames, Graph, Hit, MissingLibrary
from thread.client.client import Client
from thread.client.errors import ClientError, Problem, Refused, Unavailable
from thread.client.sending import Patience

__all__ = [
    "Answer",
    "Client",
    "ClientError",
    "Entity",
    "Found",
    "Frames",
    "Graph",
    "Hit",
    "MissingLibrary",
    "Patience",
    "Problem",
    "Refused",
    "Unavailable",
]
