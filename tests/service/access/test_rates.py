"""Limits on how often somebody may come, counted in this process or in a real Redis."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.access.rates import Rates, network
from service.settings import InvalidSettings

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of this test's own: its URL, and its process."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no Redis: apt-get install redis-server")
    folder: Path = tmp_path_factory.mktemp("redis")
    path = folder / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not answers(path):
        time.sleep(0.02)
    yield f"redis+unix://{path}", process
    process.kill()
    process.wait()


def answers(path: Path) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@pytest.fixture(params=["memory", "redis"])
def storage(request: pytest.FixtureRequest) -> str:
    """Where is counted."""
    return "" if request.param == "memory" else str(request.getfixturevalue("redis")[0])


async def test_the_third_of_two_is_refused(storage: str) -> None:
    """Each caller is counted alone; who is refused is told when to come again, and within the window."""
    rates = Rates("2/minute", "", storage)
    standings = [await rates.key("k1") for _ in range(3)]
    assert [standing and standing.allowed for standing in standings] == [True, True, False]
    last = standings[2]
    assert last is not None
    assert (last.limit, last.remaining, last.window_seconds) == (2, 0, 60)
    assert 1 <= last.reset_seconds <= 60
    other = await rates.key("k2")
    assert other is not None
    assert other.allowed
    assert await rates.address("192.0.2.1") is None


async def test_several_limits_hold_at_once(storage: str) -> None:
    """The one that is used up refuses, whichever that is, and the caller is told of it."""
    rates = Rates("", "100/minute; 3/hour", storage)
    standings = [await rates.address("192.0.2.1", "site") for _ in range(4)]
    assert [standing and standing.allowed for standing in standings] == [True, True, True, False]
    assert standings[3] is not None
    assert (standings[3].limit, standings[3].window_seconds) == (3, 3600)


async def test_processes_share_what_redis_counts(redis: tuple[str, object]) -> None:
    """What one has counted another knows."""
    for expected in (True, True, False):
        standing = await Rates("2/minute", "", redis[0]).key("shared")
        assert standing is not None
        assert standing.allowed is expected


async def test_without_redis_each_process_counts_for_itself(tmp_path: Path) -> None:
    """A Redis that does not answer refuses nobody, and lets nobody come without end."""
    rates = Rates("2/minute", "", f"redis+unix://{tmp_path}/nobody.sock")
    standings = [await rates.key("k1") for _ in range(3)]
    assert [standing and standing.allowed for standing in standings] == [True, True, False]


@pytest.mark.parametrize("written", ["often", "60", "60/fortnight", "60/minute; x"])
def test_a_limit_that_is_none_is_refused(written: str) -> None:
    """The message names the setting and what it expected."""
    with pytest.raises(InvalidSettings, match=r"KILDE_RATE_LIMIT_ADDRESS: expected .*60/minute"):
        Rates("", written)


def test_a_storage_that_is_none_is_refused_unseen() -> None:
    """A URL may hold a password: it is not repeated."""
    with pytest.raises(InvalidSettings, match="KILDE_RATE_LIMIT_STORAGE") as caught:
        Rates("", "", "mysql://user:hunter2@host")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_as_what_one_caller_has(address: str, counted: str) -> None:
    """Of IPv6 a whole network of 64 bits, because whoever has one address of it has them all."""
    assert network(address) == counted
