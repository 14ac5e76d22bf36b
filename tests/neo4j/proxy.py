"""What can happen to a connection? A TCP proxy in front of Bolt that breaks it at a chosen place, once per arming."""

import socket
import struct
import threading
import time
from contextlib import suppress
from enum import StrEnum

_COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""Bolt's COMMIT: one chunk of two bytes, and the end of the message."""


class Fault(StrEnum):
    """What happens, and when."""

    NONE = "none"
    BEFORE_SEND = "before-send"
    """Cut as soon as the client says anything."""
    MID_TRANSACTION = "mid-transaction"
    """Cut when the client wants to commit; the server never hears of it."""
    AFTER_COMMIT = "after-commit"
    """The server commits; its answer is lost with the connection."""
    STALL = "stall"
    """The server commits; its answer never comes, and the connection stays open."""
    RESET = "reset"
    """As mid-transaction, by a reset."""
    DRIP = "drip"
    """All bytes pass, a few at a time."""


class Proxy:
    """Listens on loopback, forwards to a port, and breaks one connection each time it is armed."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.fired = 0
        self._armed = Fault.NONE
        self._guard = threading.Lock()
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def arm(self, fault: Fault) -> None:
        """Break the next connection that comes to the place of the fault."""
        with self._guard:
            self._armed = fault

    def close(self) -> None:
        """Close everything."""
        self._listener.close()
        for each in self._sockets:
            each.close()

    def _take(self, *faults: Fault) -> Fault | None:
        with self._guard:
            if self._armed not in faults:
                return None
            fault, self._armed = self._armed, Fault.NONE
            self.fired += 1
            return fault

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
                except OSError:
                    client.close()
                    continue
                server.settimeout(None)
                self._sockets += [client, server]
                _Pair(self, client, server).start()


class _Pair:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._mute: Fault | None = None
        self._slow = False

    def start(self) -> None:
        threading.Thread(target=self._to_server, daemon=True).start()
        threading.Thread(target=self._to_client, daemon=True).start()

    def _to_server(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(65536):
                if self._proxy._take(Fault.BEFORE_SEND):
                    break
                self._slow = self._proxy._take(Fault.DRIP) is not None or self._slow
                if _COMMIT in data:
                    if fault := self._proxy._take(Fault.MID_TRANSACTION, Fault.RESET):
                        if fault is Fault.RESET:
                            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                        break
                    self._mute = self._proxy._take(Fault.AFTER_COMMIT, Fault.STALL)
                self._send(self._server, data)
        self._end()

    def _to_client(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(65536):
                if self._mute is Fault.AFTER_COMMIT:
                    break
                if self._mute is None:
                    self._send(self._client, data)
        if self._mute is not Fault.STALL:
            self._end()

    def _send(self, to: socket.socket, data: bytes) -> None:
        if not self._slow:
            return to.sendall(data)
        for start in range(0, len(data), 64):
            to.sendall(data[start : start + 64])
            time.sleep(0.0005)
        return None

    def _end(self) -> None:
        for each in (self._client, self._server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
