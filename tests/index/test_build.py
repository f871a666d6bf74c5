"""A build makes the library hold what the folder holds, names what it leaves out, and repeats nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index import vectors as vector_index
from index.adding import add, remove_documents
from index.build import build, folder_changed
from index.errors import IndexUnavailable, InvalidData, NoDocuments
from index.library import Library
from index.subwords import SubwordEmbedding
from index.versions import VectorBatch
from tests.index.making import TEXTS, built, find, make_prepared, make_vectors, opened, write_texts


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library, _ = built(tmp_path)
    yield library
    library.close()


def test_first_build_indexes_everything(tmp_path: Path) -> None:
    """Every document is stored, found by both legs, and the report counts it."""
    library, report = built(tmp_path)
    with library:
        assert (report.added, report.changed, report.unchanged, report.removed, report.skipped) == (3, 0, 0, 0, ())
        assert report.passages == sum(library.record.count().values()) == library.lexical.count()
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert find(library, "Vem kommer hem med torsk?", "sv")[0] == "sea"
        nearest = library.vectors.search(library.embedding.embed(["kneads the dough"])[0], ["en"], 1)
        assert nearest["en"][0][0].startswith("bread:")
        assert [info.path for info in library.record.documents()] == ["bread.txt", "sea.txt", "trains.txt"]


def test_second_build_changes_nothing(library: Library, tmp_path: Path) -> None:
    """When no file has changed, nothing is written: not the record, not an index."""
    generation = library.record.generation()
    manifest = library.upkeep.manifest()
    report = build(library, tmp_path / "texts")
    assert (report.added, report.changed, report.unchanged, report.removed) == (0, 0, 3, 0)
    assert library.record.generation() == generation
    assert library.upkeep.manifest() == manifest


def test_build_follows_the_folder(library: Library, tmp_path: Path) -> None:
    """New files come in, changed ones take the place of their old version, and those that are gone go."""
    texts = tmp_path / "texts"
    write_texts(
        texts, snow="Snow\n\nThe plough clears the road after the blizzard.\n", bread="Bread\n\nRye makes it dark.\n"
    )
    (texts / "trains.txt").unlink()
    assert folder_changed(library, texts)
    report = build(library, texts)
    assert (report.added, report.changed, report.unchanged, report.removed) == (1, 1, 1, 1)
    assert not folder_changed(library, texts)
    assert find(library, "Who clears the road after the blizzard?")[0] == "snow"
    assert "trains" not in find(library, "When does the train leave the station?")
    hits = library.retriever.search("Who kneads the dough?", language="en")
    assert not [hit for hit in hits if "kneads" in hit.passage.text]
    assert library.lexical.count() == sum(library.record.count().values()) == report.passages


def test_unusable_files_are_named_and_left_out(tmp_path: Path) -> None:
    """Empty, blank, binary, undecodable, too large and equally named files each get a reason; the rest is indexed."""
    texts = write_texts(tmp_path / "texts")
    (texts / "empty.txt").write_bytes(b"")
    (texts / "blank.txt").write_bytes(b" \n\t\n")
    (texts / "binary.txt").write_bytes(b"\0\1\2" * 100)
    (texts / "unknown.txt").write_bytes(bytes(range(0x80, 0xA0)) * 4)
    (texts / "large.txt").write_bytes(b"word " * 500)
    (texts / "bread.md").write_text("Another bread.")
    library, report = built(tmp_path, max_bytes=2000)
    with library:
        assert {skipped.path.name for skipped in report.skipped} == {
            "empty.txt", "blank.txt", "binary.txt", "unknown.txt", "large.txt", "bread.txt"
        }  # fmt: skip
        assert all(skipped.reason.startswith("expected ") for skipped in report.skipped)
        assert report.added == 3
        assert not folder_changed(library, texts)
        assert build(library, texts).skipped == report.skipped


def test_file_that_became_unreadable_keeps_its_last_version(library: Library, tmp_path: Path) -> None:
    """A document whose file can no longer be read is still found, and the file is named."""
    (tmp_path / "texts" / "bread.txt").write_bytes(b"\xff\xfe\0")
    report = build(library, tmp_path / "texts")
    assert (report.unchanged, report.removed) == (2, 0)
    assert [skipped.path.name for skipped in report.skipped] == ["bread.txt"]
    assert find(library, "Who kneads the dough?")[0] == "bread"
    assert library.record.document("bread").text == TEXTS["bread"]  # type: ignore[union-attr] # a failure is the message


def test_what_sources_say_counts_as_part_of_a_document(library: Library, tmp_path: Path) -> None:
    """A document whose entry in sources.toml changes is prepared again, though its text is the same."""
    (tmp_path / "texts" / "sources.toml").write_text('[bread]\ntitle = "On bread"\nauthor = "Ada"\n')
    assert folder_changed(library, tmp_path / "texts")
    assert build(library, tmp_path / "texts").changed == 1
    (info,) = library.record.info(["bread"]).values()
    assert (info.title, info.author) == ("On bread", "Ada")
    (tmp_path / "texts" / "sources.toml").write_text("[bread\n")
    with pytest.raises(InvalidData, match=r"sources\.toml"):
        build(library, tmp_path / "texts")


@pytest.mark.parametrize("kind", ["missing", "empty", "file"])
def test_folder_without_documents_is_refused(library: Library, tmp_path: Path, kind: str) -> None:
    """A folder that is missing, empty or a file is refused with what was expected, and the index stays."""
    folder = tmp_path / "other"
    if kind == "empty":
        folder.mkdir()
    if kind == "file":
        folder.write_text("text")
    with pytest.raises(NoDocuments, match="expected"):
        build(library, folder)
    assert len(library.record.documents()) == 3
    assert not folder_changed(library, folder)
    with opened(tmp_path / "empty library") as empty, pytest.raises(NoDocuments):
        folder_changed(empty, folder)


def test_documents_of_a_kind_that_is_not_read_are_reported(library: Library, tmp_path: Path) -> None:
    """A build names them with what to do, and goes on; where there are no others, the error names them, too."""
    (tmp_path / "texts" / "letter.odt").write_text("x")
    report = build(library, tmp_path / "texts")
    assert [(skipped.path.name, "save it as DOCX" in skipped.reason) for skipped in report.skipped] == [
        ("letter.odt", True)
    ]
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.odt").write_text("x")
    with pytest.raises(NoDocuments, match=r"found only others \(letter\.odt\)"):
        build(library, other)


def test_folder_may_be_moved(library: Library, tmp_path: Path) -> None:
    """The same files in another place are the same documents."""
    (tmp_path / "texts").rename(tmp_path / "moved")
    assert not folder_changed(library, tmp_path / "moved")


def test_added_documents_stay(library: Library, tmp_path: Path) -> None:
    """A document that was added by itself does not leave because the folder has no file of it."""
    prepared, preparation = make_prepared("upload", "Ett."), library.upkeep.preparation
    library.record.replace(prepared, make_vectors(1), preparation=preparation, origin="added")
    assert not folder_changed(library, tmp_path / "texts")
    assert build(library, tmp_path / "texts").removed == 0
    assert "upload" in library.record.versions()


def test_failing_embedding_keeps_the_old_version(tmp_path: Path) -> None:
    """When the embedding fails in the middle of a build, every document has its old version or its new one."""

    class Failing(SubwordEmbedding):
        fails_on = "nothing"

        def embed(self, texts):  # type: ignore[no-untyped-def] # as in SubwordEmbedding
            if any(self.fails_on in text for text in texts):
                raise ConnectionError("no answer")
            return super().embed(texts)

    embedding = Failing()
    library, _ = built(tmp_path, embedding=embedding)
    with library:
        changed = {"apples": "Apples\n\nThey are pressed in October.\n", "bread": "Bread\n\nRye makes it dark.\n"}
        write_texts(tmp_path / "texts", **changed)
        embedding.fails_on = "Rye"
        with pytest.raises(ConnectionError):
            build(library, tmp_path / "texts")
        embedding.fails_on = "nothing"
        assert find(library, "When are apples pressed?")[0] == "apples"
        assert find(library, "Who kneads the dough?")[0] == "bread"
        assert build(library, tmp_path / "texts").changed == 1
        assert "bread" in find(library, "What makes it dark, rye?")


def test_progress_is_told(tmp_path: Path) -> None:
    """The caller hears of every file and of the end."""
    texts = write_texts(tmp_path / "texts")
    told: list[tuple[int, int, str]] = []
    with opened(tmp_path) as library:
        build(library, texts, progress=lambda done, total, what: told.append((done, total, what)))
    assert told[:4] == [(0, 3, "Indexing"), (1, 3, "Indexing"), (2, 3, "Indexing"), (3, 3, "Indexing")]


def test_long_build_catches_up_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """During a long build documents are found before the build is done."""
    monkeypatch.setattr("index.build.CATCH_UP_AFTER", 1)
    texts = write_texts(tmp_path / "texts")
    seen: list[int] = []
    with opened(tmp_path) as library:
        build(library, texts, progress=lambda done, total, what: seen.append(library.lexical.count()))
    assert seen[0] == 0 < seen[1] < seen[2]


def test_the_last_documents_are_made_while_those_before_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is a quarter of the documents or less is not waited for, where what is there is worth it."""
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(8):
        (texts / f"text{number}.txt").write_text("Sleep\n\nThe wombat digs at night.\n", "utf-8")

    def stored_before_the_last() -> list[int]:
        seen: list[int] = []
        with opened(tmp_path / f"data{len(list(tmp_path.iterdir()))}") as library:
            build(library, texts, progress=lambda done, total, what: seen.append(library.lexical.count()))
        return seen[5:8]

    assert stored_before_the_last() == [0, 0, 0]
    monkeypatch.setattr("index.build.LAST", 6)
    assert stored_before_the_last() == [0, 6, 6]
    monkeypatch.setattr("index.build.LAST", 500)
    monkeypatch.setattr("index.build.LAST_CHARACTERS", 1)
    assert stored_before_the_last() == [0, 6, 6]


def test_names_that_are_hard_on_a_store(tmp_path: Path) -> None:
    """File names with colons, quotes, blanks, emoji and folders make documents that are found and removed again."""
    texts = tmp_path / "texts"
    (texts / "in ner").mkdir(parents=True)
    names = ["a:b:1-2", 'it\'s "so"', "blåbær 🫐", "% _ *"]
    for name in names:
        (texts / "in ner" / f"{name}.txt").write_text(f"Title\n\nThe wombat digs at night, says {name}.\n", "utf-8")
    library, report = built(tmp_path)
    with library:
        assert report.added == len(names)
        assert set(find(library, "When does the wombat dig?")) == set(names)
        (texts / "in ner" / f"{names[0]}.txt").unlink()
        assert build(library, texts).removed == 1
        assert set(find(library, "When does the wombat dig?")) == set(names[1:])


def test_uploads_come_in_between_two_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that is added during a build is stored before its end, stays, and outweighs a file of its name."""
    monkeypatch.setattr("index.build.CATCH_UP_AFTER", 1)
    texts = write_texts(tmp_path / "texts")
    upload = tmp_path / "upload.txt"
    upload.write_text("Trains\n\nThe engine driver polishes the whistle.\n", encoding="utf-8")
    outcomes: list[str] = []
    with opened(tmp_path) as library:

        def progress(done: int, _: int, __: str) -> None:
            if done == 2 and not outcomes:
                outcomes.extend(
                    add(library, upload, name, path=f"{name}.txt", timeout_seconds=60) for name in ("trains", "guest")
                )

        report = build(library, texts, progress=progress)
        assert outcomes == ["added", "added"]
        assert (report.added, report.removed, [one.path.name for one in report.skipped]) == (2, 0, ["trains.txt"])
        assert {info.id for info in library.record.documents()} == {"bread", "sea", "trains", "guest"}
        assert set(find(library, "Who polishes the whistle?")[:2]) == {"trains", "guest"}
        again = build(library, texts)
        assert (again.added, again.removed, len(again.skipped)) == (0, 0, 1)


def test_uploads_come_in_while_vectors_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vector index is written without the writer lock, of one moment; what comes in meanwhile is found at once."""
    write = vector_index.write
    outcomes: list[object] = []
    upload = tmp_path / "upload.txt"
    upload.write_text("Guests\n\nThe engine driver polishes the whistle.\n", encoding="utf-8")
    with opened(tmp_path) as library, ThreadPoolExecutor(1) as another:

        def slow_write(place: Path, batches: Iterable[VectorBatch], counts: Mapping[str, int]) -> None:
            if not outcomes:
                added = another.submit(add, library, upload, "guest", path="guest.txt", timeout_seconds=60)
                removed = another.submit(remove_documents, library, ["bread"], timeout_seconds=60)
                outcomes.extend([added.result(), removed.result()])
            write(place, batches, counts)

        monkeypatch.setattr("index.upkeep.vector_index.write", slow_write)
        monkeypatch.setattr("index.upkeep.BUILT_AT_OPENING", 0)
        report = build(library, write_texts(tmp_path / "texts"))
        assert outcomes == ["added", []]
        assert report.passages == sum(library.record.count().values())
        assert {info.id for info in library.record.documents()} == {"sea", "trains", "guest"}
        assert library.conditions()["vectors"] == "ok"
        assert {path.name for path in (tmp_path / "data" / "derived").glob("vectors-*")} == {"vectors-1"}
        near = library.vectors.search(library.embedding.embed(["a whistle and dough"])[0], ["en", "sv"])
        found = {name.partition(":")[0] for hits in near.values() for name, _ in hits}
        assert found == {"sea", "trains", "guest"}


def test_a_second_build_waits_for_the_first(library: Library, tmp_path: Path) -> None:
    """Two that go through folders would take turns with their documents; single documents are another thing."""
    with library.building(), opened(tmp_path) as other:
        with pytest.raises(IndexUnavailable, match="being written by process"), other.building(0):
            pass
        with other.writing(0):
            pass


def test_a_file_that_was_refused_is_not_read_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named with its reason by every build, and read again when it changes."""
    texts = tmp_path / "texts"
    (texts / "noise.txt").write_bytes(b"\x00\x01\x02" * 100)
    first = build(library, texts)
    read: list[str] = []
    for place in ("index.folder.read_document", "index.making.read_document", "index.load.extract"):
        monkeypatch.setattr(place, lambda path, *_, **__: read.append(str(path)))
    assert not folder_changed(library, texts)
    assert build(library, texts).skipped == first.skipped != ()
    assert read == []
    monkeypatch.undo()
    (texts / "noise.txt").write_text("Noise\n\nThe kettle whistles.\n", encoding="utf-8")
    assert folder_changed(library, texts)
    report = build(library, texts)
    assert (report.added, report.skipped) == (1, ())
