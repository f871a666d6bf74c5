"""Two libraries with data folders of their own share a record on PostgreSQL and find the same."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.adding import add, remove_documents
from index.database import writing_documents
from index.errors import IndexUnavailable
from index.library import Library
from tests.index.making import find, opened
from tests.postgresql import Server


@pytest.fixture
def replicas(postgresql_server: Server, tmp_path: Path) -> Iterator[tuple[Library, Library]]:
    url = postgresql_server.new_database()
    with opened(tmp_path / "one", database_url=url) as one, opened(tmp_path / "two", database_url=url) as two:
        yield one, two


@pytest.fixture
def put(tmp_path: Path) -> Callable[[Library, str, str], None]:
    def put(library: Library, name: str, text: str) -> None:
        file = tmp_path / f"{library.data_dir.parent.name}-{name}.txt"
        file.write_text(text, encoding="utf-8")
        add(library, file, name, path=f"{name}.txt")

    return put


def test_what_one_changes_the_other_finds(
    replicas: tuple[Library, Library], put: Callable[[Library, str, str], None]
) -> None:
    """Once it has looked, a replica finds what the other has added, and no more what it has removed."""
    one, two = replicas
    assert not two.look_after()
    put(one, "bread", "A baker kneads the dough in the morning.")
    assert two.look_after()
    assert find(two, "Who kneads the dough?") == ["bread"]
    assert not two.look_after()
    put(two, "bread", "A smith heats the iron at noon.")
    assert one.look_after()
    (hit,) = one.retriever.search("Who heats the iron?", language="en")
    assert "smith" in hit.passage.text
    remove_documents(one, ["bread"])
    two.look_after()
    assert find(two, "Who heats the iron?") == []


def test_both_change_at_once_and_nothing_is_missed(
    replicas: tuple[Library, Library], put: Callable[[Library, str, str], None]
) -> None:
    """Documents that both add at the same time are all found by both, also those of the other one's last moment."""
    words = ["river", "mountain", "library", "garden", "kitchen", "winter"]

    def put_all(library: Library, which: str) -> None:
        for word in words:
            put(library, f"{which}-{word}", f"The {word} of {which} is painted green.")

    with ThreadPoolExecutor() as pool:
        list(pool.map(put_all, replicas, ("Anna", "Birgit")))
    for library in replicas:
        library.look_after()
        assert library.lexical.count() == 2 * len(words)
        for word in words:
            assert set(find(library, f"painted {word}")[:2]) == {f"Anna-{word}", f"Birgit-{word}"}


def test_looking_keeps_out_of_the_way(replicas: tuple[Library, Library]) -> None:
    """While somebody else writes in a data folder, looking after the indexes neither waits nor fails."""
    one, _ = replicas
    with one.writing():
        assert one.look_after() in (True, False)


def test_second_writer_is_told_of_the_other(replicas: tuple[Library, Library]) -> None:
    """A replica that cannot write because another one does says so, and can when that one is done."""
    one, two = replicas
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with writing_documents(one.record.engine, 1.0):
            held.set()
            done.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    with pytest.raises(IndexUnavailable, match="another replica"), two.writing(0.2):
        pass
    done.set()
    holder.join()
    with two.writing(5.0):
        pass
