"""Documents change while others ask: each answer is of one moment, and what a crash leaves is put right."""

from __future__ import annotations

import json
import os
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from index import load, staging
from index.adding import InvalidId, add, check_id, remove_documents
from index.build import build, folder_changed
from index.library import Library
from index.record import Record
from index.records import Filters
from index.upkeep import Upkeep
from tests.index.making import built, find, opened, write_texts

VERSION = re.compile(r"version(\d+)x")


def text_of(version: int, language: str = "en") -> str:
    """A document whose every passage names its version; its length and its first words differ between versions."""
    said = "The wombat digs" if language == "en" else "Vombaten gräver"
    parts = [f"{said} tunnel {part} of version{version}x at night." for part in range(3 + version % 3)]
    return "Wombats\n\n" + "\n\n".join(parts) + "\n"


def add_text(library: Library, folder: Path, name: str, text: str) -> str:
    """Add a text as a document."""
    file = folder / "incoming.txt"
    file.write_text(text, encoding="utf-8")
    return add(library, file, name, path=f"{name}.txt")


@pytest.mark.parametrize("readers", ["the same process", "another library"])
def test_a_search_during_updates_sees_one_whole_version(tmp_path: Path, readers: str) -> None:
    """While a document changes again and again, every search finds it, in one version, and that a present one."""
    library, _ = built(tmp_path)
    updates = 25
    add_text(library, tmp_path, "wombat", text_of(0))
    asked = library if readers == "the same process" else opened(tmp_path)
    stop, faults, searches = threading.Event(), [], [0]
    stored = [0]

    def ask() -> None:
        while not stop.is_set():
            before = stored[0]
            hits = asked.retriever.search("Where does the wombat dig a tunnel?", language="en", limit=20)
            after = stored[0] + 1
            texts = [hit.passage.text for hit in hits if hit.passage.document_id == "wombat"]
            seen = {int(found) for text in texts for found in VERSION.findall(text)}
            searches[0] += 1
            if len(seen) != 1 or not before <= min(seen) <= after:
                faults.append(f"{seen} between {before} and {after}")

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for version in range(1, updates + 1):
        assert add_text(library, tmp_path, "wombat", text_of(version, "en" if version % 4 else "sv")) == "replaced"
        stored[0] = version
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults
    assert searches[0] > updates
    assert library.lexical.count() == sum(library.record.count().values())
    if asked is not library:
        asked.close()
    library.close()


@pytest.mark.parametrize("step", ["staged", "stored"])
def test_what_a_crash_between_the_steps_leaves_is_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """After a crash before or after the record has the new version, the next opening has one version, whole."""
    library, _ = built(tmp_path)
    add_text(library, tmp_path, "wombat", text_of(1))

    class Crash(BaseException):
        """Nothing may catch it, as nothing catches a kill."""

    def crash(*_: object, **__: object) -> None:
        raise Crash

    if step == "staged":
        monkeypatch.setattr(type(library.record), "replace_all", crash)
    else:
        monkeypatch.setattr(staging, "settle", crash)
    with pytest.raises(Crash):
        add_text(library, tmp_path, "wombat", text_of(2))
    monkeypatch.undo()
    library.close()
    with opened(tmp_path) as again:
        (version,) = {1 if step == "staged" else 2}
        hits = again.retriever.search("Where does the wombat dig?", language="en", filters=Filters())
        seen = {found for hit in hits for found in VERSION.findall(hit.passage.text)}
        assert seen == {str(version)}
        assert again.lexical.count() == sum(again.record.count().values())
        assert not again.upkeep.manifest().lexical.pending  # type: ignore[union-attr] # it was just opened


def test_an_update_asks_nothing_of_all_other_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither passages are counted nor documents listed: what a change costs does not grow with the collection."""
    library, _ = built(tmp_path)
    add_text(library, tmp_path, "wombat", text_of(1))

    def everything(*_: object, **__: object) -> None:
        raise AssertionError("expected the document alone to be read")

    for name in ("count", "documents", "prepared_otherwise", "all_passages", "versions"):
        monkeypatch.setattr(Record, name, everything)
    assert add_text(library, tmp_path, "wombat", text_of(2)) == "replaced"
    assert "wombat" in find(library, "version2x")


def test_naming_documents_under_way_opens_nothing(tmp_path: Path) -> None:
    """Searches go on with what is open until something has changed; then they open it."""
    library, _ = built(tmp_path)
    with library:
        retriever, upkeep = library.retriever, library.upkeep
        assert isinstance(upkeep, Upkeep)
        manifest = upkeep.manifest()
        assert manifest.lexical is not None
        upkeep.switch(replace(manifest, lexical=replace(manifest.lexical, pending=("bread",))))
        assert library.retriever is retriever
        assert upkeep.behind()
        assert add_text(library, tmp_path, "wombat", text_of(1)) == "added"
        assert library.retriever is not retriever
        assert not upkeep.behind()


def test_an_added_document_outweighs_the_folders(tmp_path: Path) -> None:
    """It stays over builds, a file of its name is named and left out, and comes in once the document is removed."""
    library, _ = built(tmp_path)
    with library:
        assert add_text(library, tmp_path, "bread", "Bread\n\nThe added loaf is sour.\n") == "replaced"
        assert add_text(library, tmp_path, "bread", "Bread\n\nThe added loaf is sour.\n") == "unchanged"
        assert not folder_changed(library, tmp_path / "texts")
        report = build(library, tmp_path / "texts")
        assert (report.changed, report.removed, report.unchanged) == (0, 0, 2)
        assert "the added one stays" in report.skipped[0].reason
        assert find(library, "Which loaf is sour?")[0] == "bread"
        assert remove_documents(library, ["bread", "nothing"]) == ["nothing"]
        assert "bread" not in find(library, "Which loaf is sour?")
        assert build(library, tmp_path / "texts").added == 1
        assert find(library, "Who kneads the dough?")[0] == "bread"


@pytest.mark.parametrize("name", ["", "  ", "a/b", "../x", "..", ".", "a\nb", "a\0", "x" * 201, "\ud800", "a\u2028b"])
def test_what_no_document_may_be_called(name: str) -> None:
    """Slashes, control characters, and too much or too little are refused in words."""
    with pytest.raises(InvalidId, match="expected"):
        check_id(name)


@pytest.mark.parametrize("name", ["blåbær 🫐", "a.b", "...", "% _ *", "-x", "👩\u200d🚀", "C:\\x"])
def test_names_that_are_only_names(tmp_path: Path, name: str) -> None:
    """Blanks, emoji, dots and backslashes are part of a name; nothing is written where they might point."""
    library, _ = built(tmp_path)
    with library:
        before = sorted(tmp_path.iterdir())
        assert add_text(library, tmp_path, name, "Jam\n\nThe lingonberry boils for an hour.\n") == "added"
        assert find(library, "How long does the lingonberry boil?")[0] == name
        assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "incoming.txt"])
        assert remove_documents(library, [name]) == []


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is written to once meanwhile is taken as it then is; one that never rests is named and left out."""
    texts = write_texts(tmp_path / "texts")
    real, times = load.state, {(texts / "bread.txt").stat().st_ino: 1, (texts / "sea.txt").stat().st_ino: 99}

    def state(file: IO[bytes]) -> tuple[int, int]:
        found, inode = real(file), os.fstat(file.fileno()).st_ino
        if times.get(inode, 0) > 0:
            times[inode] -= 1
            with Path(file.name).open("ab") as other:
                other.write(b"It goes on.\n")
        return found

    monkeypatch.setattr(load, "state", state)
    library, report = built(tmp_path)
    with library:
        assert [skipped.path.name for skipped in report.skipped] == ["sea.txt"]
        assert "keeps changing" in report.skipped[0].reason
        assert library.record.document("bread").text == (texts / "bread.txt").read_text("utf-8")  # type: ignore[union-attr] # there


def test_several_processes_make_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents, passages and vectors do not depend on how many processes prepare them, nor do the reasons."""
    monkeypatch.setattr("index.making.WORTH_PROCESSES", 2)
    texts = write_texts(tmp_path / "texts")
    (texts / "empty.txt").write_bytes(b"")
    with opened(tmp_path / "one") as one, opened(tmp_path / "two") as two:
        reports = [build(one, texts), build(two, texts, workers=2)]
        assert reports[0].skipped == reports[1].skipped
        assert list(one.record.all_passages()) == list(two.record.all_passages())
        alone, together = (next(library.record.vectors(library.embedding.name)).vectors for library in (one, two))
        assert (alone == together).all()
        kept = [_words(library.lexical.folder) for library in (one, two)]
        assert kept[0] == kept[1]
        assert "morning" in kept[0]["words-en.json"]
        assert find(two, "Who kneads the dough?")[0] == "bread"


def _words(folder: Path) -> dict[str, set[str]]:
    """The analysed words that are kept beside an index, by file."""
    return {path.name: set(json.loads(path.read_text("utf-8"))[1]) for path in folder.glob("words-*.json")}
