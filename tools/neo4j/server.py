"""How does a real Neo4j come up on this machine? Jars by Maven into a cache, a server on loopback, a password.

Run as ``python -m tools.neo4j.server`` (``make neo4j``): starts a server for a developer and prints how to reach it.
The tests start one of their own. Nothing is installed: the jars lie in ``~/.cache/digital-thread/neo4j-<version>``,
or under ``THREAD_CACHE``.
"""

import argparse
import fcntl
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import neo4j
from neo4j.exceptions import AuthError, DriverError, Neo4jError

HERE: Final = Path(__file__).resolve().parent
USER: Final = "neo4j"
_FIRST_PASSWORD: Final = "neo4j"  # noqa: S105  what every new server starts with, until it is changed
_MAVEN_SECONDS: Final = 900
_START_SECONDS: Final = 120
_OPENS: Final = ("nio", "io", "util.concurrent", "lang", "lang.reflect")
NEEDS: Final = (
    "Neo4j needs Java 17 or 21 and Maven; on Debian and Ubuntu: apt-get install -y openjdk-17-jre-headless maven"
)


class CannotStart(Exception):
    """Java, Maven or the jars are missing, or the server did not come up; says what to do."""


def version() -> str:
    """The version that ``pom.xml`` pins."""
    found = re.search(r"<neo4j.version>(.+?)<", (HERE / "pom.xml").read_text("utf-8"))
    assert found, "pom.xml names the version"
    return found[1]


def cache() -> Path:
    """The folder that holds the jars of this version, there or not."""
    base = os.environ.get("THREAD_CACHE") or str(Path.home() / ".cache" / "digital-thread")
    return Path(base) / f"neo4j-{version()}"


def fetch_jars() -> Path:
    """The folder of the jars, fetched by Maven where they are not in the cache: 125 MB, under a minute.

    Raises:
        CannotStart: Java or Maven is missing, or Maven failed.
    """
    if shutil.which("java") is None:
        raise CannotStart(NEEDS)
    target = cache()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs may both be the first
        if not (target / "whole").exists():
            _run_maven(target)
    return target / "lib"


def _run_maven(target: Path) -> None:
    if shutil.which("mvn") is None:
        raise CannotStart(NEEDS)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    command += [f"-DoutputDirectory={target / 'lib'}", "-DincludeScope=runtime"]
    done = subprocess.run(  # noqa: S603  our own arguments
        command, capture_output=True, text=True, check=False, timeout=_MAVEN_SECONDS
    )
    if done.returncode != 0:
        raise CannotStart(f"Maven could not fetch Neo4j: {(done.stdout + done.stderr).strip()[-2000:]}")
    (target / "whole").touch()


class Server:
    """One Neo4j in a folder of its own, on loopback, with authentication on.

    Args:
        home: holds data, configuration and log; made where it is not there.
        port: of Bolt; 0 takes a free one and keeps it over restarts.
        password: of the user ``neo4j``; a random one by default.
        heap: of Java, e.g. ``512m``.
    """

    def __init__(self, home: Path, port: int = 0, password: str = "", heap: str = "512m") -> None:
        self.home, self.heap = home, heap
        self.port = port or _free_port()
        self.password = password or secrets.token_urlsafe(18)
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address of a store on it, without credentials."""
        return f"bolt://{self.address}"

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            CannotStart: it cannot be fetched or does not come up; carries the end of its log.
        """
        jars = fetch_jars()
        self._configure()
        opens = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in _OPENS]
        java = ["java", f"-Xmx{self.heap}", "-XX:+UseSerialGC", "-cp", f"{jars}/*", "-Dfile.encoding=UTF-8"]
        java += ["-Dio.netty.tryReflectionSetAccessible=true", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", *opens]
        java += ["org.neo4j.server.CommunityEntryPoint", f"--home-dir={self.home}", f"--config-dir={self.home}/conf"]
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own arguments
                ["nice", "-n", "5", *java, "--console-mode"],  # noqa: S607  looked up on the path like java itself
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # When this process ends, however it ends, the pipe closes and the server goes with it.
        watch = f"read -r _ || kill -9 {self._process.pid}"
        self._watch = subprocess.Popen(  # noqa: S603  our own arguments
            ["/bin/sh", "-c", watch], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Stop it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut would end its process."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)  # nice replaces itself by java, so this is the server's own process
            process.wait(timeout=60)
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.communicate(b"\n")

    def _configure(self) -> None:
        (self.home / "conf").mkdir(parents=True, exist_ok=True)
        lines = [
            "server.default_listen_address=127.0.0.1",
            f"server.bolt.listen_address={self.address}",
            f"server.bolt.advertised_address={self.address}",
            "server.http.enabled=false",
            "server.https.enabled=false",
            "server.memory.pagecache.size=64m",
            "db.tx_log.rotation.retention_policy=keep_none",
            "dbms.usage_report.enabled=false",
            "dbms.security.auth_enabled=true",
        ]
        (self.home / "conf" / "neo4j.conf").write_text("\n".join(lines) + "\n")

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    pass
                return self._log_in()
            except (OSError, DriverError, Neo4jError):
                time.sleep(0.2)
        log = (self.home / "server.log").read_text("utf-8", "replace")
        raise CannotStart(f"Neo4j did not come up:\n{log[-3000:]}")

    def _log_in(self) -> None:
        try:
            with neo4j.GraphDatabase.driver(self.url, auth=(USER, self.password)) as driver:
                driver.execute_query("RETURN 1", database_="neo4j")
        except AuthError:  # a new server: its first password must be changed before anything else
            change = "ALTER CURRENT USER SET PASSWORD FROM $old TO $new"
            with neo4j.GraphDatabase.driver(self.url, auth=(USER, _FIRST_PASSWORD)) as driver:
                driver.execute_query(change, old=_FIRST_PASSWORD, new=self.password, database_="system")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def main() -> None:
    """Start a server, say how to reach it, and stop it at an interrupt."""
    parser = argparse.ArgumentParser(description="A Neo4j on loopback, until it is interrupted.")
    parser.add_argument("--home", type=Path, default=Path(".neo4j"), help="data, configuration, log, password")
    parser.add_argument("--port", type=int, default=7687)
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--fetch", action="store_true", help="only fetch the jars")
    options = parser.parse_args()
    try:
        if options.fetch:
            sys.stdout.write(f"{fetch_jars()}\n")
            return
        options.home.mkdir(parents=True, exist_ok=True)
        secret = options.home / "password"
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(secrets.token_urlsafe(18))
        server = Server(options.home.resolve(), options.port, secret.read_text().strip(), options.heap)
        server.start()
    except CannotStart as error:
        sys.exit(str(error))
    sys.stdout.write(
        f"Neo4j {version()} listens on {server.url}, user {USER}, password in {secret}.\n"
        f"  export THREAD_STORE=neo4j://{server.address} THREAD_NEO4J_USER={USER} "
        f"THREAD_NEO4J_PASSWORD=$(cat {secret})\nStop it with Ctrl-C.\n"
    )
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        signal.pause()
    except KeyboardInterrupt:
        server.stop()


if __name__ == "__main__":
    main()
