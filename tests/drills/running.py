"""A real `kilde serve` in processes of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import httpx

from tests.conftest import ROOT

KILDE = Path(sys.executable).with_name("kilde")
START_SECONDS = 180


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def environment(data: Path, **settings: str) -> dict[str, str]:
    """What a command is started with: nothing of the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KILDE_", "OPENAI_"))}
    given = {"KILDE_DATA_DIR": str(data), "KILDE_SEEDS": str(ROOT / "seeds"), "OPENBLAS_NUM_THREADS": "1"}
    return {**kept, **given, **{f"KILDE_{name.upper()}": value for name, value in settings.items()}}


class Service:
    """`kilde serve` over a data folder; `log` is the file that it logs to."""

    def __init__(self, data: Path, *arguments: str, log: Path | None = None, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log or data.parent / f"{data.name}.log"
        self._command = [str(KILDE), "serve", "--port", str(self.port), *arguments]
        self._environment: Mapping[str, str] = environment(data, **settings)
        self.process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=self.url, timeout=30)

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=dict(self._environment), cwd=self.log.parent, stderr=log, start_new_session=True
            )
        self.wait_until_ready()

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait for /readyz. Raises AssertionError with the log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            with suppress(httpx.TransportError):
                if self.client.get("/readyz").status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the service is not ready:\n{self.log.read_text(encoding='utf-8')[-4000:]}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process that was started."""
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, seconds: float = 60) -> int:
        """Wait for its end; return its exit status."""
        assert self.process is not None
        return self.process.wait(seconds)

    def kill(self) -> None:
        """Kill all of its processes at once, as a power cut does."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self) -> Service:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self.kill()


def workers(service: Service) -> list[int]:
    """The processes that the first one of a service has started to answer questions; the youngest last."""
    return children(service, "spawn_main", own=True)


def children(service: Service, command: str, *, own: bool = False) -> list[int]:
    """The processes of a service, without the first, whose command line has these words; the youngest last.

    With `own` only those that the first one has started itself.
    """
    assert service.process is not None
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == service.process.pid:
            continue
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            # Its session is that of the process that was started; the dead that nobody has waited for do not count.
            if int(state[3]) != service.process.pid or state[0] == "Z" or command not in words:
                continue
            if not own or int(state[1]) == service.process.pid:
                found.append(int(folder.name))
    return sorted(found)


def heaps_of_threads(pid: int) -> int:
    """How many heaps a process has of glibc's for other threads than the first.

    One begins at a multiple of 64 MB, has no name, and is followed by what it may grow into, up to the next multiple; a
    large piece that was mapped by itself may also begin there.
    """
    heaps, former = 0, None
    for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
        span, rights, *_, name = [*line.split(), ""][:6]
        start, end = (int(bound, 16) for bound in span.split("-"))
        heaps += not name and rights == "---p" and former == start and end % (1 << 26) == 0
        former = end if not name and rights == "rw-p" and start % (1 << 26) == 0 else None
    return heaps
