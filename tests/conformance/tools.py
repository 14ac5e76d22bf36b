"""Judges that are written for Node: pinned in package-lock.json, installed once into a cache folder.

``make test`` installs them; ``python -m tests.conformance.tools`` does so by hand. Where Node is missing the suites
are skipped with the way to get it; with ``CI=true`` they fail.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
SHIPPED: Final = (
    "package.json",
    "package-lock.json",
    "eslint.config.mjs",
    "graphql.config.json",
    "audit.mjs",
    "compare.mjs",
)
MISSING: Final = "Node and npm are not installed: apt-get install nodejs npm, then python -m tests.conformance.tools"
OLDEST: Final = (18, 18)


def missing() -> str | None:
    """Why the judges cannot be run here; None: they can."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return MISSING
    said = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    version = tuple(int(part) for part in said.removeprefix("v").split(".")[:2])
    return None if version >= OLDEST else f"Node {said} is older than {'.'.join(map(str, OLDEST))}. {MISSING}"


def installed() -> Path:
    """The folder that holds the judges; the first call installs them. Safe in several processes."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = ROOT / ".cache" / "conformance" / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        for name in SHIPPED:
            shutil.copy(HERE / name, folder / name)
        if not (folder / "installed").exists():
            subprocess.run(
                ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                cwd=folder,
                check=True,
                env={**os.environ, "npm_config_omit_lockfile_registry_resolved": "true"},
            )
            (folder / "installed").touch()
    return folder


def run(folder: Path, *command: str, allowed: tuple[int, ...] = (0,)) -> str:
    """What a judge prints; other exit codes than the allowed ones are failures of the judge itself."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in allowed, (
        f"{' '.join(command[:3])} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    )
    return done.stdout


if __name__ == "__main__":
    why = missing()
    if why is not None and os.environ.get("CI") == "true":
        sys.exit(why)
    print(f"NOT INSTALLED, suites will be skipped: {why}" if why else installed())
