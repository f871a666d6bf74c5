"""The page of plans follows from the figures, and each figure says where it comes from."""

from __future__ import annotations

import json
import re
import socket
from importlib.util import find_spec

import httpx
import pytest

from benchmarks.relay import Relay
from benchmarks.scaling_page import BEGIN, END, FIGURES, PAGE, SIZES, number, plan, size, tables
from tests.conftest import ROOT
from tests.loopback import Reply, answering

FOUND = json.loads(FIGURES.read_text(encoding="utf-8"))


def test_the_page_follows_from_the_figures() -> None:
    """What stands between the marks is what `python -m benchmarks.scaling_page` writes."""
    written = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()
    assert written == tables(FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_a_figure_names_where_it_comes_from(name: str) -> None:
    """A command that exists, a file of the repository, somebody else's page, or that it is assumed."""
    source = FOUND[name]["from"]
    assert FOUND[name]["value"] > 0
    assert FOUND[name]["what"]
    modules = re.findall(r"python -m ([\w.]+)", source)
    files = re.findall(r"`([\w/]+\.py)`", source)
    assert modules or files or source.startswith("assumed:") or "https://" in source or "chapter" in source
    assert all(find_spec(module) for module in modules)
    assert all((ROOT / file).is_file() for file in files)
    assert name.startswith("assumed") != bool(modules)


def test_plans_grow_with_the_passages() -> None:
    """Ten times the passages take ten times the disk, and not more of what questions alone take."""
    value = {name: float(one["value"]) for name, one in FOUND.items()}
    small, large = (plan(value, passages) for passages in SIZES[:2])
    assert small.keys() == large.keys()
    assert (
        large["conversations kept, a day of 100 questions/s"] == small["conversations kept, a day of 100 questions/s"]
    )
    doubled = plan(value | {"record_passages_bytes": value["record_passages_bytes"] * 10}, SIZES[0])
    assert doubled["PostgreSQL, disk"] != small["PostgreSQL, disk"]


@pytest.mark.parametrize(
    ("value", "written"), [(0.0123, "0.0123"), (7, "7"), (12.345, "12.3"), (1234, "1,230"), (987_654, "988,000")]
)
def test_numbers_have_three_digits_that_mean_something(value: float, written: str) -> None:
    """More would pretend to know more."""
    assert number(value) == written


@pytest.mark.parametrize(
    ("count", "written"), [(12, "12 bytes"), (1_500, "1.5 kB"), (2_000_000, "2 MB"), (3.2e12, "3.2 TB")]
)
def test_sizes_have_a_unit(count: float, written: str) -> None:
    """Decimal units, as disks and networks are sold."""
    assert size(count) == written


def test_relay_counts_both_ways() -> None:
    """What is asked and what is answered arrives, and is counted."""
    with answering(lambda request: Reply(200, request.body * 2)) as url, Relay(int(url.rpartition(":")[2])) as relay:
        answer = httpx.post(f"http://127.0.0.1:{relay.port}/", content=b"x" * 10_000)
        assert answer.content == b"x" * 20_000
        assert 30_000 < relay.total < 32_000
        relay.reset()
        assert relay.total == 0


def test_relay_ends_what_clients_keep_open() -> None:
    """A connection that is not closed is closed with the relay, and none of its sockets is left to the collector."""
    with answering(lambda request: Reply(200, b"{}")) as url, httpx.Client() as client:
        with Relay(int(url.rpartition(":")[2])) as relay:
            kept = socket.create_connection(("127.0.0.1", relay.port))
            assert client.post(f"http://127.0.0.1:{relay.port}/").status_code == 200
        with kept:
            assert not kept.recv(1)
        with pytest.raises(ConnectionError):
            socket.create_connection(("127.0.0.1", relay.port))
