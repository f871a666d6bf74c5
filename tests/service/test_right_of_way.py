"""Answers let searches go first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from index.records import Filters
from service import right_of_way
from service.assistant import Assistant
from service.records import ChatRequest
from service.right_of_way import RightOfWay

PATIENT, IMPATIENT = 60.0, 0.01


@contextmanager
def searching(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A search that is being worked out until the event is set."""
    begun, go_on = threading.Event(), threading.Event()
    search = assistant.searching._search

    def slow(*given: Any) -> Any:
        begun.set()
        go_on.wait()
        return search(*given)

    monkeypatch.setattr(assistant.searching, "_search", slow)
    thread = threading.Thread(target=lambda: assistant.searching.search(uuid4().hex, 3, Filters()))
    thread.start()
    begun.wait()
    try:
        yield go_on
    finally:
        go_on.set()
        thread.join()


def test_an_answer_waits_for_the_search_beside_it(seeds_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not there before the search is."""
    monkeypatch.setattr(right_of_way, "PATIENCE_SECONDS", PATIENT)
    answered = threading.Event()

    def ask() -> None:
        seeds_assistant.ask(ChatRequest("What happened to Kodak?", keep=False))
        answered.set()

    with searching(seeds_assistant, monkeypatch) as search:
        thread = threading.Thread(target=ask)
        thread.start()
        assert not answered.wait(1.0)
        search.set()
        assert answered.wait(PATIENT)
        thread.join()


def test_an_answer_does_not_wait_for_ever(seeds_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where searches never cease, it is given all the same, and it is the same."""
    request = ChatRequest("What happened to Kodak?", keep=False)
    alone = seeds_assistant.ask(request).answer
    monkeypatch.setattr(right_of_way, "PATIENCE_SECONDS", IMPATIENT)
    with searching(seeds_assistant, monkeypatch):
        assert seeds_assistant.ask(request).answer == alone


def test_only_answers_stand_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is not within an answer goes on at once, and so does an answer where nobody searches."""
    monkeypatch.setattr(right_of_way, "PATIENCE_SECONDS", PATIENT)
    way = RightOfWay()
    waited: list[object] = []
    monkeypatch.setattr(way._changed, "wait_for", lambda *given: waited.append(given))
    with way.taken():
        way.stand_aside()
    with way.respected():
        way.stand_aside()
        with way.taken():
            pass
        way.stand_aside()
    assert waited == []
    with way.taken(), way.respected():
        way.stand_aside()
    assert len(waited) == 1


def test_the_last_of_several_searches_lets_answers_go_on() -> None:
    """One that ends while another is being worked out changes nothing."""
    way = RightOfWay()
    done = threading.Event()

    def answer() -> None:
        with way.respected():
            way.stand_aside()
        done.set()

    one, other = way.taken(), way.taken()
    one.__enter__()
    other.__enter__()
    thread = threading.Thread(target=answer)
    thread.start()
    one.__exit__(None, None, None)
    other.__exit__(None, None, None)
    assert done.wait(PATIENT)
    thread.join()
