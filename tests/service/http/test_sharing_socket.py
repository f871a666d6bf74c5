"""Connections are shared among workers."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest

from service.http.sharing_socket import POLITE_SECONDS, SharedSocket, Shares


@pytest.fixture
def both() -> Iterator[tuple[SharedSocket, SharedSocket, Shares]]:
    """The same listening socket as two workers have it."""
    shares = Shares(2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        first = SharedSocket.of(listening.dup(), shares, 0)
        second = SharedSocket.of(listening.dup(), shares, 1)
        with first, second:
            first.setblocking(False)
            second.setblocking(False)
            yield first, second, shares


def come(listening: socket.socket, count: int) -> list[socket.socket]:
    return [socket.create_connection(listening.getsockname()) for _ in range(count)]


def test_who_has_more_leaves_a_connection_to_the_other(both: tuple[SharedSocket, SharedSocket, Shares]) -> None:
    """One after the other takes one."""
    first, second, _ = both
    clients = come(first, 3)
    taken = [first.accept()[0]]
    with pytest.raises(BlockingIOError):
        first.accept()
    taken += [second.accept()[0], second.accept()[0]]
    for one in (*clients, *taken):
        one.close()


def test_who_has_more_takes_it_where_nobody_else_does(both: tuple[SharedSocket, SharedSocket, Shares]) -> None:
    """The other worker hangs, and is waited for only for a moment; for one that is absent nobody waits."""
    first, _, shares = both
    clients = come(first, 3)
    taken = [first.accept()[0]]
    with pytest.raises(BlockingIOError):
        first.accept()
    time.sleep(POLITE_SECONDS)
    taken.append(first.accept()[0])
    shares.note(1)
    taken.append(first.accept()[0])
    with pytest.raises(BlockingIOError):
        first.accept()  # There is none.
    for one in (*clients, *taken):
        one.close()


def test_an_answer_of_two_parts_is_sent_at_once(both: tuple[SharedSocket, SharedSocket, Shares]) -> None:
    """The event loop knows the connections for TCP, and switches off the waiting for acknowledgements."""
    first, _, _ = both

    async def serve() -> int:
        connected: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            connected.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(note, sock=first):
            _, writer = await asyncio.open_connection(*first.getsockname())
            found = await connected
            writer.close()
            return found

    assert asyncio.run(serve())
