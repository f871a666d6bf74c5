"""A relay that counts what goes through it, to be put between a service and a server that it asks."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from types import TracebackType

BLOCK_BYTES = 1 << 16
POLL_SECONDS = 0.02


class Relay(ThreadingTCPServer):
    """Listens on a port of its own of loopback and passes everything on. `total` are the bytes both ways so far.

    Used with `with`: at its end every connection is closed, also one that a client keeps open.
    """

    def __init__(self, port: int) -> None:
        """`port` is the server's, on this machine."""
        super().__init__(("127.0.0.1", 0), _Connection)
        self.target = ("127.0.0.1", port)
        self.port: int = self.server_address[1]
        self.total = 0
        self._counting = threading.Lock()
        self._open: set[socket.socket] = set()

    def add(self, count: int) -> None:
        """Count some bytes."""
        with self._counting:
            self.total += count

    def reset(self) -> None:
        """Count from nothing."""
        with self._counting:
            self.total = 0

    def verify_request(self, request: object, client_address: object) -> bool:
        """Remember a connection that begins, so that the end of the relay is its end. Runs where `shutdown` waits."""
        assert isinstance(request, socket.socket)
        with self._counting:
            self._open.add(request)
        return True

    def shutdown_request(self, request: object) -> None:
        """Close a connection that has come to its end."""
        assert isinstance(request, socket.socket)
        with self._counting:
            self._open.discard(request)
        super().shutdown_request(request)

    def __enter__(self) -> Relay:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": POLL_SECONDS}).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        with self._counting:
            for client in self._open:
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
        self.server_close()  # Waits for the threads of all connections.


class _Connection(BaseRequestHandler):
    """One client's connection, and the one to the server that belongs to it."""

    server: Relay
    request: socket.socket

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as server:
            back = threading.Thread(target=self._pass, args=(server, self.request))
            back.start()
            self._pass(self.request, server)
            back.join()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(BLOCK_BYTES):
                self.server.add(len(block))
                target.sendall(block)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
