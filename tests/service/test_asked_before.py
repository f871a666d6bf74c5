"""Searches that were asked before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.adding import add, remove_documents
from index.records import Filters
from service.asked_before import MAX_REMEMBERED, AskedBefore
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.searching import SHORT_ONES
from service.settings import Settings

NONE = Filters()


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    """An assistant over one document of its own."""
    with open_assistant(Settings(data_dir=tmp_path / "data", seeds=tmp_path, llm_model="")) as opened:
        store(opened, tmp_path, "wombat", "The wombat digs a tunnel.")
        yield opened


def store(assistant: Assistant, folder: Path, name: str, text: str) -> None:
    file = folder / f"{name}.txt"
    file.write_text(text, encoding="utf-8")
    add(assistant.library, file, name, path=file.name)


def test_the_same_search_is_made_once_until_a_document_changes(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second search finds what the first one found without searching; after a change it finds what there is."""
    first = assistant.searching.search("wombat tunnel", 5, NONE)
    assert [hit.passage.document_id for hit in first.hits] == ["wombat"]
    with monkeypatch.context() as broken:
        broken.setattr(type(assistant.library.retriever), "search", None)
        assert assistant.searching.search("wombat tunnel", 5, NONE) is first
    store(assistant, tmp_path, "tunnel", "Another tunnel is dug by a wombat.")
    assert {hit.passage.document_id for hit in assistant.searching.search("wombat tunnel", 5, NONE).hits} == {
        "wombat",
        "tunnel",
    }
    remove_documents(assistant.library, ["wombat"])
    assert [hit.passage.document_id for hit in assistant.searching.search("wombat tunnel", 5, NONE).hits] == ["tunnel"]


def test_what_is_remembered_is_there_without_searching_while_it_holds(assistant: Assistant, tmp_path: Path) -> None:
    """Nothing is known before a search and after a change; in between it is what the search found."""
    assert assistant.searching.known("wombat", 5, NONE) is None
    found = assistant.searching.search("wombat", 5, NONE)
    assert assistant.searching.known("wombat", 5, NONE) is found
    assert assistant.searching.known("wombat", 6, NONE) is None
    store(assistant, tmp_path, "tunnel", "Another tunnel is dug by a wombat.")
    assert assistant.searching.known("wombat", 5, NONE) is None


def test_another_limit_or_filter_is_another_search(assistant: Assistant) -> None:
    """What is remembered is all of what was asked, not the words alone."""
    assert assistant.searching.search("wombat", 5, NONE).hits
    assert not assistant.searching.search("wombat", 5, Filters(documents=frozenset({"another"}))).hits


class Library:
    """A library whose moment a test sets."""

    now: object | None = 1

    def moment(self, *, at_once: bool = False) -> object | None:
        return self.now


def test_where_no_moment_can_be_told_every_search_is_made() -> None:
    """A model may answer the same question otherwise the next time."""
    library, answers = Library(), iter(range(10))
    remembered: AskedBefore[int] = AskedBefore(library)
    assert [remembered.get("a", lambda: next(answers)) for _ in range(2)] == [0, 0]
    library.now = None
    assert [remembered.get("a", lambda: next(answers)) for _ in range(2)] == [1, 2]


def test_what_is_found_while_everything_changes_is_not_remembered() -> None:
    """A search that began before a change leaves nothing to those after it."""
    library = Library()
    remembered: AskedBefore[str] = AskedBefore(library)

    def overtaken() -> str:
        library.now = 2
        remembered.get("b", lambda: "of 2")
        return "of 1"

    remembered.get("a", overtaken)
    assert remembered.get("a", lambda: "of 2") == "of 2"


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    """A million different questions do not fill the memory."""
    remembered: AskedBefore[int] = AskedBefore(Library())
    for number in range(3 * MAX_REMEMBERED):
        remembered.get(number, lambda: 1)
    assert len(remembered._state[1]) <= MAX_REMEMBERED


def test_only_searches_that_were_worked_out_quickly_make_the_next_one_short(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not those that were known; and none is after one that failed, beside an answer, or where nobody can tell."""
    searching = assistant.searching
    monkeypatch.setattr("service.searching.SHORT_SECONDS", 60.0)
    for _ in range(2 * SHORT_ONES):
        searching.search("wombat", 5, NONE)
    assert not searching.is_short
    for number in range(SHORT_ONES):
        searching.search(f"wombat {number}", 5, NONE)
    assert searching.is_short
    with monkeypatch.context() as changed:
        changed.setattr(assistant.library, "moment", lambda at_once=False: None)
        assert not searching.is_short
    with assistant.searching._way.respected():
        assert not searching.is_short
    assert searching.is_short
    with monkeypatch.context() as broken:
        broken.setattr(type(assistant.library.retriever), "search", None)
        with pytest.raises(TypeError):
            searching.search("tunnel", 5, NONE)
    assert not searching.is_short
