"""Starts a real PostgreSQL server for the tests, on a port of its own, from the binaries that the system has."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text


class Server:
    """A PostgreSQL server in a temporary folder."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._data, self._binaries = folder / "data", binaries
        self._log = folder / "log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def make(self) -> None:
        """Make the cluster of databases."""
        # A collation that is not Python's, so that nothing comes to rely on the order of the server.
        self._run(
            "initdb", "-U", "kilde", "--auth=trust", "--locale=C.UTF-8", "--encoding=UTF8", "-N", "-D", self._data
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = f"-p {self.port} -h 127.0.0.1 -k '' -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", self._data, "-l", self._log, "-o", settings)

    def stop(self, how: str = "fast") -> None:
        """Stop the server: "fast", or "immediate" as by a crash."""
        self._run("pg_ctl", "stop", "-w", "-t", "60", "-m", how, "-D", self._data)

    def freeze(self) -> None:
        """Stop every process of the server where it is, so that nobody is answered and nobody is told."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        first = int((self._data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        parents = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        for pid in (first, *(pid for pid, parent in parents.items() if parent == first)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def new_database(self) -> str:
        """Make an empty database; return its URL."""
        name = f"test_{uuid.uuid4().hex}"
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)

    def url(self, database: str) -> str:
        """The URL of a database."""
        return f"postgresql+psycopg://kilde@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: Any) -> None:
        command = [self._binaries / program, *arguments]
        # The server's own output keeps the pipe open: only what goes wrong is read, from its log.
        done = subprocess.run(
            [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_user()
        )
        log = self._log.read_text()[-2000:] if self._log.exists() else ""
        assert done.returncode == 0, f"{program} ended with {done.returncode}: {log}"


@contextmanager
def server() -> Iterator[Server]:
    """A running server; skips the test where the system has none."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("needs PostgreSQL's server (Debian: postgresql)")
    # Not pytest's own folder: the server's user, who must not be root, cannot reach it.
    with tempfile.TemporaryDirectory(prefix="kilde-postgresql-") as name:
        folder = Path(name)
        if user := _user().get("user"):
            shutil.chown(folder, user)
        running = Server(folder, binaries)
        running.make()
        running.start()
        try:
            yield running
        finally:
            running.stop("immediate")


def _user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "postgres", "group": pwd.getpwnam("postgres").pw_gid, "cwd": "/"} if os.geteuid() == 0 else {}


def _binaries() -> Path | None:
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    return max(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")),
        key=lambda path: int(path.parent.name),
        default=None,
    )
