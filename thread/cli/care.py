"""Is what we derived still what the log says? Verify and rebuild."""

from typing import TYPE_CHECKING

from thread.cli.exits import Exit
from thread.cli.frame import require_store, say, say_json, settings_of
from thread.cli.tables import plural

if TYPE_CHECKING:
    from thread.service import Verification


def verify(store: str | None, *, as_json: bool) -> Exit:
    """Compare log, projection and graph; NO where they differ.

    Takes the lock, so that the graph of a killed process follows to the end of the log before it is compared.
    """
    from thread.service import open_service

    settings = settings_of(store)
    require_store(settings)
    service = open_service(settings)
    try:
        return _tell(service.verify(), as_json)
    finally:
        service.close()


def rebuild(store: str | None, *, as_json: bool) -> Exit:
    """Drop projection and graph, fold the log anew, compare; NO where they differ."""
    from thread.service import rebuild as rebuild_store

    settings = settings_of(store)
    require_store(settings)
    return _tell(rebuild_store(settings), as_json)


def _tell(found: "Verification", as_json: bool) -> Exit:
    if as_json:
        say_json(
            {
                "sound": found.sound,
                "revision": found.revision,
                "triples": found.triples,
                "checked": list(found.checked),
                "differences": list(found.differences),
            }
        )
    elif found.sound:
        compared = ", ".join(found.checked)
        say(f"sound: {compared} agree at revision {found.revision}, {plural(found.triples, 'triple')} compared")
    else:
        say(f"not sound at revision {found.revision}")
        for line in found.differences:
            say(f"  {line}")
        say("The log is the truth: `thread rebuild` makes the rest again.")
    return Exit.OK if found.sound else Exit.NO
