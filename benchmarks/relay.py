"""A relay that counts what goes through it, to be put between a service and a server that it asks."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType

BLOCK_BYTES = 1 << 16


class Relay:
    """Listens on a port of its own of loopback and passes everything on. `total` are the bytes both ways so far."""

    def __init__(self, port: int) -> None:
        """`port` is the server's, on this machine."""
        self._target = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._counting = threading.Lock()
        self.port: int = self._listening.getsockname()[1]
        self.total = 0

    def reset(self) -> None:
        """Count from nothing."""
        with self._counting:
            self.total = 0

    def __enter__(self) -> Relay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._target)
                for ends in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(BLOCK_BYTES):
                with self._counting:
                    self.total += len(block)
                target.sendall(block)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
