"""How does a person start the service? With its log on stderr and its addresses on stdout."""

import logging
import sys

from thread.cli.frame import say, settings_of
from thread.cli.logs import log_to_stderr


def serve(store: str | None, host: str | None, port: int | None) -> None:
    """Serve a store until stopped. A directory that does not exist becomes an empty store."""
    from thread.server import serve as run

    settings = settings_of(store, host=host, port=port)
    log_to_stderr(logging.INFO)
    run(settings, ready=tell)


def tell(address: str) -> None:
    """Say where the service answers and how it is stopped."""
    say(f"GraphQL   {address}/graphql")
    say(f"GraphiQL  {address}/graphiql")
    say("stop      Ctrl-C")
    sys.stdout.flush()
