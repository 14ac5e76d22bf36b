"""How soon is a hostile request refused, and what does a plain client notice? Over real sockets, on one machine.

    python -m tests.bench.hostile

Prints, for each attack of ``tests/api/hostile.py``, the time from the last byte sent to the first byte of the answer
(median of five); then the p50 and p99 of a plain client, alone and while one client sends all attacks without a pause
and thirty others send a byte now and then, in turn second by second. Server and clients are processes of their own and
share the machine's cores.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import socket
import statistics
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event

from tests.api.hostile import ATTACKS, Attack

RUNS = 5
ROUNDS = 12
ACCEPT = "application/graphql-response+json"
SLOW = 30
LINEAGE = "lineage { counts { total } hits { edges { degree node { iri label } } } }"
PLAIN = {"query": '{ component(key: "M-1") { iri label ' + LINEAGE + " } }"}


def serve(port: multiprocessing.Queue, stop: Event) -> None:  # type: ignore[type-arg]
    """A server of the demo plant, until it is told to stop."""
    from tests.api.plant import open_demo
    from tests.api.serving import served
    from thread.server import settle

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the access log
    service = open_demo(send_deadline_ms=2_000)
    with served(service) as address:
        settle()
        port.put(int(address.rsplit(":", 1)[1]))
        stop.wait()
    service.close()


def head(port: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    lines = {"host": f"127.0.0.1:{port}", "content-type": "application/json", "accept": ACCEPT, **dict(headers)}
    if "transfer-encoding" not in lines:
        lines["content-length"] = str(len(body))
    text = "POST /graphql HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
    return text.encode()


def chunks(body: bytes) -> bytes:
    step = 1 << 16
    pieces = [body[at : at + step] for at in range(0, len(body), step)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def refused_after(port: int, attack: Attack) -> float:
    """Seconds from the last byte sent to the first byte of the answer; 0 where the answer came before."""
    body = chunks(attack.body) if dict(attack.headers).get("transfer-encoding") else attack.body
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):  # refused before the last byte
            connection.sendall(head(port, attack.body, attack.headers) + body)
        sent = time.perf_counter()
        said = connection.recv(4096)
        took = time.perf_counter() - sent
    assert said.startswith(b"HTTP/1.1 4"), (attack.name, said[:100])
    return took


def plain(port: int, seconds: float) -> list[float]:
    """Milliseconds of each request of a plain client on one connection."""
    body = json.dumps(PLAIN).encode()
    request = head(port, body) + body
    took = []
    end = time.perf_counter() + seconds
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < end:
            began = time.perf_counter()
            connection.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            split = answer.index(b"\r\n\r\n") + 4
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            while len(answer) < split + length:
                answer += connection.recv(65536)
            took.append((time.perf_counter() - began) * 1000)
            assert answer.startswith(b"HTTP/1.1 200"), answer[:80]
            time.sleep(0.002)
    return took


def attack_on(port: int, go: Event) -> None:
    """All attacks, again and again."""
    while True:
        for attack in ATTACKS:
            go.wait()
            refused_after(port, attack)


def trickle(port: int, go: Event) -> None:
    """Connections that send a byte now and then, opened again when they are cut off."""
    open_: list[socket.socket] = []
    while True:
        go.wait()
        time.sleep(0.1)
        while len(open_) < SLOW:
            open_.append(socket.create_connection(("127.0.0.1", port)))
            open_[-1].setblocking(False)
        for connection in list(open_):
            try:
                connection.send(b"G")
                if connection.recv(1024) == b"":
                    raise ConnectionError
            except BlockingIOError:
                continue
            except OSError:
                connection.close()
                open_.remove(connection)


def beside(port: int, *workers: Callable[[int, Event], None]) -> tuple[list[float], list[float]]:
    """A plain client alone and beside others, second by second in turn, so that both meet the same machine."""
    go = multiprocessing.Event()
    running = [multiprocessing.Process(target=worker, args=(port, go), daemon=True) for worker in workers]
    for process in running:
        process.start()
    alone, together = [], []
    for _ in range(ROUNDS):
        go.clear()
        time.sleep(0.5)
        alone += plain(port, 1.0)
        go.set()
        together += plain(port, 1.0)
    for process in running:
        process.kill()
    return alone, together


def said(name: str, alone: list[float], together: list[float]) -> None:
    before, after = (statistics.quantiles(took, n=100)[98] for took in (alone, together))
    print(
        f"plain client beside {name:<28} p50 {statistics.median(alone):6.2f} -> {statistics.median(together):6.2f} ms",
        end="",
    )
    print(f"  p99 {before:7.2f} -> {after:7.2f} ms  x {after / before:.2f}")


def main() -> None:
    port_queue: multiprocessing.Queue[int] = multiprocessing.Queue()
    stop = multiprocessing.Event()
    server = multiprocessing.Process(target=serve, args=(port_queue, stop), daemon=True)
    server.start()
    port = port_queue.get(timeout=120)
    plain(port, 2.0)
    worst = []
    for attack in ATTACKS:
        times = [refused_after(port, attack) * 1000 for _ in range(RUNS)]
        worst.append((statistics.median(times), max(times), attack.name))
        print(f"{attack.name:<44} median {worst[-1][0]:7.2f} ms  worst {worst[-1][1]:7.2f} ms")
    over = [name for median, _, name in worst if median > 100]
    print(
        f"attacks {len(worst)}, slowest median {max(worst)[0]:.1f} ms ({max(worst)[2]}), over 100 ms: {over or 'none'}"
    )
    said("slow senders", *beside(port, trickle))
    said("attacks", *beside(port, attack_on))
    said("attacks and slow senders", *beside(port, attack_on, trickle))
    stop.set()
    server.join(30)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
