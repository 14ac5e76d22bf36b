"""How is a thread moved to another store? ``thread copy``."""

import sys

from thread.cli.exits import Exit
from thread.cli.frame import remark, require_store, say, say_json, settings_of
from thread.cli.tables import plural


def copy(target: str, store: str | None, *, as_json: bool) -> Exit:
    """Copy the log; progress goes to a terminal only."""
    from thread.service.copying import copy_log

    settings = settings_of(store)
    require_store(settings)

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty() and (done % 50 == 0 or done == total):
            remark(f"{done} of {total} revisions")

    found = copy_log(settings.store, target, tell)
    if as_json:
        say_json({"revision": found.revision.ordinal, "copied": found.copied, "already": found.already})
    else:
        say(f"{plural(found.copied, 'revision')} copied, {found.already} were there; the digests agree")
        say("Copy thread.toml and the ontology's extensions by hand: they are settings, not history.")
    return Exit.OK
