"""Nothing is fetched from the network: not by indexing, asking or chatting."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SEEDS

KILDE = Path(sys.executable).with_name("kilde")
FAMILY_OF_ADDRESS = re.compile(r"sa_family=(AF_\w+)")
REFUSE = """
import socket, sys
def refuse(event, arguments):
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise RuntimeError(f"{event} {arguments!r}")
    if event == "socket.connect" and arguments[0].family != socket.AF_UNIX:
        raise RuntimeError(f"{event} {arguments[1]!r}")
sys.addaudithook(refuse)
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    found = {"PATH": os.environ["PATH"], "HOME": str(home), "KILDE_SEEDS": str(SEEDS)}
    return {**found, "KILDE_DATA_DIR": str(home / "data"), **more}


COMMANDS = [
    (["index", "build"], ""),
    (["ask", "what do the authors think about ROI?"], ""),
    (["ask", "ROI"], ""),
    (["chat"], "hva mener forfatterne om tillit?\n\n"),
]


def test_no_command_asks_python_for_a_connection(tmp_path: Path) -> None:
    """With an audit hook that refuses every look-up and every connection, index, ask and chat work as always."""
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(REFUSE, encoding="utf-8")
    for arguments, given in COMMANDS:
        done = subprocess.run(
            [KILDE, *arguments],
            input=given,
            capture_output=True,
            text=True,
            env=environment(tmp_path, PYTHONPATH=str(hook)),
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "socket." not in done.stderr


def test_the_hook_would_notice(tmp_path: Path) -> None:
    """The audit hook of the test above does refuse a connection."""
    (tmp_path / "sitecustomize.py").write_text(REFUSE, encoding="utf-8")
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(tmp_path, PYTHONPATH=str(tmp_path)),
        check=False,
    )
    assert "RuntimeError: socket." in done.stderr


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_command_asks_the_kernel_for_a_connection(tmp_path: Path) -> None:
    """Compiled parts cannot go round Python: traced, no command connects or sends to an internet address."""
    for place, (arguments, given) in enumerate(COMMANDS):
        trace = tmp_path / f"trace{place}"
        subprocess.run(
            ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", trace, KILDE, *arguments],
            input=given,
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            timeout=240,
            check=True,
        )
        families = set(FAMILY_OF_ADDRESS.findall(trace.read_text(encoding="utf-8", errors="replace")))
        assert families <= {"AF_UNIX", "AF_NETLINK"}
