"""`kilde keys`, and a service that sees what it does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.service.command_line.test_commands import KILDE, kilde, one_line

TEXT = "Bread\n\nA baker kneads the dough in the morning.\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet, beside a folder with one text."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "bread.txt").write_text(TEXT, "utf-8")
    return tmp_path / ".kilde"


def test_a_key_is_made_listed_and_revoked(data: Path) -> None:
    """The key alone on stdout, once; the list has its name, scopes and state, and never the key."""
    made = kilde("keys", "create", "the importer", "--scope", "documents", "--expires", "9999-01-01", data=data)
    secret = made.stdout.strip()
    assert (made.returncode, secret.startswith("kilde_"), made.stdout.count("\n")) == (0, True, 1)
    assert "not shown again" in made.stderr
    assert "the importer" in made.stderr
    listed = kilde("keys", "list", data=data)
    assert "the importer" in listed.stdout
    assert "until 9999-01-01" in listed.stdout
    assert secret not in listed.stdout
    assert kilde("keys", "revoke", "the importer", data=data).returncode == 0
    [row] = json.loads(kilde("keys", "list", "--json", data=data).stdout)
    assert (row["name"], row["scopes"], row["revoked"] is None) == ("the importer", ["documents"], False)


def test_a_site_key_says_where_it_goes(data: Path) -> None:
    """It may ask and search, and goes into the widget's tag."""
    made = kilde("keys", "create", "www", "--origin", "https://www.example.org/", data=data)
    assert f'data-site="{made.stdout.strip()}"' in made.stderr
    [row] = json.loads(kilde("keys", "list", "--json", data=data).stdout)
    assert (row["scopes"], row["origins"]) == (["ask", "search"], ["https://www.example.org"])


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["create", "a", "--origin", "example.org"], 1),
        (["create", "a", "--expires", "2020-01-01"], 1),
        (["create", "a", "--scope", "everything"], 2),
        (["revoke", "nobody"], 1),
    ],
)
def test_what_cannot_be_is_one_line(data: Path, arguments: list[str], status: int) -> None:
    """What was expected and what was found; 2 for wrong usage."""
    done = kilde("keys", *arguments, data=data)
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr
    assert status == 2 or one_line(done.stderr)


def test_serve_refuses_to_be_open_to_others(data: Path) -> None:
    """One line that says what to do, and nothing is indexed or listened on."""
    done = kilde("serve", "--host", "0.0.0.0", data=data, seeds=data.parent / "texts")  # noqa: S104  # it is refused
    assert done.returncode == 1
    assert one_line(done.stderr)
    assert "kilde keys create" in done.stderr
    assert "KILDE_ACCESS=open" in done.stderr


@pytest.fixture
def served(data: Path) -> Iterator[str]:
    """A running service that asks for keys; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data.parent),
        "KILDE_DATA_DIR": str(data),
        "KILDE_SEEDS": str(data.parent / "texts"),
        "KILDE_ACCESS": "keys",
    }
    command = [KILDE, "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{url}/readyz", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
        process.kill()


def test_a_running_service_sees_keys_come_and_go(data: Path, served: str) -> None:
    """A key that is made while it runs holds at once, or two seconds later; revoked, it does not, as soon."""
    made = kilde("keys", "create", "a", data=data).stdout.strip()
    headers = {"authorization": f"Bearer {made}"}

    def status() -> int:
        return httpx.get(f"{served}/documents", headers=headers, timeout=30).status_code

    def becomes(wanted: int) -> bool:
        deadline = time.monotonic() + 30
        while status() != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        return status() == wanted

    assert httpx.get(f"{served}/documents", timeout=30).status_code == 401
    assert becomes(200)
    kilde("keys", "revoke", "a", data=data)
    assert becomes(401)
