"""What does a service do that is killed? Commits numbered changes, saves its projection, says which are in.

Run as ``python -m tests.crash.service_writer DIRECTORY``; killed from outside.
"""

import sys
from pathlib import Path

from thread.cli.logs import log_to_stderr
from thread.config import Settings
from thread.facts import ChangeSet, Fact, PartBuilder, kind_fact
from thread.service import Service, open_service
from thread.terms import LABEL, THR, EntityId, UpperKind

SAVE_EVERY = 4


def entity(number: int) -> EntityId:
    return EntityId(f"urn:plant:{number}")


def change_of(number: int) -> ChangeSet:
    """An asset, its label, a need of the one before; the label of the one before is changed as well."""
    builder = PartBuilder(limit=2)
    builder.fact(kind_fact(entity(number), UpperKind.ASSET))
    builder.fact(Fact(entity(number), LABEL, value=f"new {number}"))
    if number > 1:
        builder.fact(Fact(entity(number), THR + "dependsOn", entity(number - 1)))
        builder.fact(Fact(entity(number - 1), LABEL, value=f"old {number - 1}"))
    return ChangeSet(f"request-{number}", "writer", builder.parts())


def run(service: Service) -> None:
    """Commit until killed."""
    number = service.info().revision.ordinal
    while True:
        number += 1
        outcome = service.commit(change_of(number))
        sys.stdout.write(f"{outcome.revision.ordinal}\n")
        sys.stdout.flush()
        if number % SAVE_EVERY == 0:
            service.save()


if __name__ == "__main__":
    log_to_stderr()  # standard output is what was acknowledged
    run(open_service(Settings.load(store=str(Path(sys.argv[1])))))
