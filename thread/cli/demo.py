"""What does the thread look like with a plant in it? A sample store, and the service over it."""

import shutil
from pathlib import Path

from thread.cli.frame import say, settings_of
from thread.cli.logs import log_to_stderr
from thread.cli.serving import tell
from thread.cli.tables import plural
from thread.errors import StoreError


def demo(directory: Path, port: int | None, load_only: bool) -> None:
    """Make the sample's store where there is none yet, say what to ask, and serve it until stopped.

    Raises:
        StoreError: the directory holds something else.
    """
    from thread.config import FILE

    log_to_stderr()
    if not (directory / FILE).is_file():
        _make(directory)
    else:
        say(f"The sample plant is in {directory} already.")
    if load_only:
        return
    from thread.server import serve

    serve(settings_of(str(directory), port=port), ready=lambda address: _tell(address, directory))


def _make(directory: Path) -> None:
    from thread.samples import generate
    from thread.service import load_sample, open_service

    say(f"Making a welding line with two years of history in {directory} ...")
    building = directory.with_name(directory.name + ".new")
    shutil.rmtree(building, ignore_errors=True)  # left by a run that was stopped
    load_sample(generate("demo"), building)
    try:
        building.rename(directory)
    except OSError as error:
        raise StoreError(f"{directory} is not empty.", hint="Name another directory with --store.") from error
    service = open_service(settings_of(str(directory)), read_only=True)
    try:
        info = service.info()
        size = f"{plural(info.entities, 'entity', 'entities')}, {plural(info.links, 'link')}"
        say(f"{size}, revision {info.revision.ordinal}.")
    finally:
        service.close()


def _tell(address: str, directory: Path) -> None:
    say(f"ask       thread impact P-1 P-2 --store {directory}")
    tell(address)
