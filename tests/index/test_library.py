"""Opening a library rebuilds what is missing, stale or made with other settings, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index import lexical_upkeep
from index import upkeep as upkeeping
from index.build import build
from index.errors import IndexUnavailable
from index.library import Library
from index.packed import count_rows
from index.subwords import SubwordEmbedding
from tests.index.making import TEXTS, built, find, opened, write_texts


class Letters:
    """Another embedding: how often each letter comes."""

    name = "letters"
    dimensions = 26

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        counts = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], dtype=np.float32)
        counts /= np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1)
        return counts


def assert_complete(library: Library) -> None:
    """Every passage is in both indexes, and every document is found by words and by vector."""
    assert library.lexical.count() == sum(library.record.count().values())
    assert find(library, "Who kneads the dough?")[0] == "bread"
    assert find(library, "Vem kommer hem med torsk?", "sv")[0] == "sea"
    found = library.vectors.search(library.embedding.embed(["the train leaves the station"])[0], (), 1000)
    assert {name for pairs in found.values() for name, _ in pairs} == {
        passage.id for batch in library.record.all_passages() for passage in batch
    }
    assert library.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"}


def stamps(place: Path) -> dict[str, int]:
    """When each file of the indexes was last written, Chroma's own SQLite apart: it notes every opening."""
    folder = place / "data" / "derived"
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("chroma.sqlite3")
    }


def test_opening_again_writes_nothing(place: Path) -> None:
    """A library that is up to date is opened and searched without writing to its indexes."""
    before = stamps(place)
    with opened(place) as library:
        assert_complete(library)
    assert stamps(place) == before


def test_empty_library_is_opened(tmp_path: Path) -> None:
    """A new data folder is made, with nothing to find, and opening it again rebuilds nothing."""
    with opened(tmp_path / "deep" / "down") as library:
        assert find(library, "Who kneads the dough?") == []
        assert library.vectors.search(library.embedding.embed(["dough"])[0]) == {}
        assert library.conditions()["lexical"] == "ok"
    before = stamps(tmp_path / "deep" / "down")
    opened(tmp_path / "deep" / "down").close()
    assert stamps(tmp_path / "deep" / "down") == before


@pytest.mark.parametrize(
    "missing", ["derived", "derived/manifest.json", "derived/lexical-1", "derived/vectors-1", "derived/lexical-1/en"]
)
def test_missing_index_is_rebuilt(place: Path, missing: str) -> None:
    """Whatever is missing of the indexes comes back from the record at opening."""
    path = place / "data" / missing
    path.unlink() if path.is_file() else shutil.rmtree(path)
    with opened(place) as library:
        assert_complete(library)
    assert len(list((place / "data" / "derived").iterdir())) == 3


def test_large_missing_index_is_not_waited_for(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions are answered while a large vector index that is missing is built behind the scenes."""
    monkeypatch.setattr(upkeeping, "BUILT_AT_OPENING", 0)
    shutil.rmtree(place / "data" / "derived" / "vectors-1")
    with opened(place) as library:
        assert find(library, "Who kneads the dough?")[0] == "bread"
        found = library.vectors.search(library.embedding.embed(["the train leaves the station"])[0], ["en"], 1)
        assert found["en"][0][0].startswith("trains:")
    assert [path.name for path in (place / "data" / "derived").glob("vectors-*/chroma.sqlite3")] == ["chroma.sqlite3"]
    with opened(place) as library:
        assert_complete(library)


def test_stale_index_catches_up(place: Path) -> None:
    """Changes that the lexical index has missed, as when a build was killed, are caught up at opening."""
    with opened(place) as library:
        library.record.remove("trains")
    with opened(place) as library:
        assert library.upkeep.manifest().lexical.generation == library.record.generation()  # type: ignore[union-attr] # there is one
        assert "trains" not in find(library, "When does the train leave the station?")
        assert library.lexical.count() == sum(library.record.count().values())


def test_indexes_of_another_record_are_not_used(place: Path, tmp_path: Path) -> None:
    """When the record is exchanged for another, the indexes are built anew, though they look up to date."""
    other = tmp_path / "other"
    write_texts(
        other / "texts", one="One\n\nThe wombat digs.\n", two="Two\n\nIt sleeps.\n", three="Three\n\nIt eats.\n"
    )
    built(other)[0].close()
    for file in (place / "data").glob("record.sqlite3*"):
        file.unlink()
    shutil.copy(other / "data" / "record.sqlite3", place / "data" / "record.sqlite3")
    with opened(place) as library:
        assert find(library, "What digs, the wombat?")[0] == "one"
        assert "bread" not in find(library, "Who kneads the dough?")


def test_another_analysis_rebuilds_the_lexical_index(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lexical index made with another analysis is built anew, and the vectors are left alone."""
    before = stamps(place)
    monkeypatch.setattr("index.analysis.Analyzer.fingerprint", "another")
    with opened(place) as library:
        assert_complete(library)
    after = stamps(place)
    assert {name for name in after if name.startswith("vectors-1")} == {n for n in before if n.startswith("vectors-1")}
    assert not any(name.startswith("lexical-1") for name in after)


def test_another_embedding_embeds_anew(place: Path) -> None:
    """With another embedding all passages are embedded anew, and vectors of two embeddings never mix."""
    with opened(place, embedding=Letters()) as library:
        assert_complete(library)
        assert library.record.count("letters") == library.record.count()
        assert library.record.count(SubwordEmbedding.name) == {}
    with opened(place) as library:
        assert_complete(library)
        assert library.record.count("letters") == {}


def test_other_chunk_settings_cut_the_stored_texts_anew(place: Path) -> None:
    """With another passage length all passages are cut anew from the stored texts, without their files."""
    shutil.rmtree(place / "texts")
    with opened(place) as library:
        before = sum(library.record.count().values())
    with opened(place, max_tokens=12) as library:
        assert sum(library.record.count().values()) > before
        assert_complete(library)
        assert {name: library.record.document(name).text for name in TEXTS} == TEXTS  # type: ignore[union-attr] # all are there


def test_settings_that_change_nothing_cost_nothing(place: Path) -> None:
    """Documents that other settings cut into the same passages are neither embedded nor indexed anew."""
    with opened(place) as library:
        generation = library.record.generation()
    with opened(place, max_tokens=151) as library:
        assert library.record.generation() == generation
        assert library.record.prepared_otherwise(library.upkeep.preparation) == []
        assert_complete(library)


def test_another_way_of_reading_waits_for_the_next_build(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stored text cannot be read anew: it stays as it is while the library opens, and a build reads the file."""
    with opened(place) as library:
        former = library.upkeep.preparation
    monkeypatch.setattr("index.basis.READING", 99)
    with opened(place, max_tokens=12) as library:
        assert library.record.prepared_otherwise(library.upkeep.preparation) == []
        stored = {version.preparation for version in library.record.details().values()}
        assert stored == {f"{library.upkeep.preparation.split(';')[0]};{former.split(';')[1]}"}
        assert build(library, place / "texts").changed == len(TEXTS)
        assert {version.preparation for version in library.record.details().values()} == {library.upkeep.preparation}
        assert build(library, place / "texts").unchanged == len(TEXTS)


def test_changes_are_few_before_the_vector_index_is_written_anew(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few changes leave the vector index alone; when they are too many it is written anew, in a new folder."""
    with opened(place) as library:
        write_texts(place / "texts", bread="Bread\n\nA baker kneads the dough. Rye makes it dark.\n")
        build(library, place / "texts")
        assert (place / "data" / "derived" / "vectors-1").is_dir()
        assert_complete(library)
        monkeypatch.setattr(upkeeping, "MIN_RECENT", 0)
        write_texts(place / "texts", bread="Bread\n\nA baker kneads the dough. Wheat makes it white.\n")
        build(library, place / "texts")
        assert not (place / "data" / "derived" / "vectors-1").exists()
        assert_complete(library)


def test_change_by_another_process_is_seen(place: Path) -> None:
    """A library that is open sees what another one has built, without being opened again."""
    with opened(place) as reading, opened(place) as writing:
        assert_complete(reading)
        write_texts(place / "texts", snow="Snow\n\nThe plough clears the road after the blizzard.\n")
        build(writing, place / "texts")
        assert find(reading, "Who clears the road after the blizzard?")[0] == "snow"
        assert_complete(reading)


def test_open_library_outlives_a_rebuild_by_another(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is open goes on when another process replaces both indexes and removes the old ones."""
    with opened(place) as reading:
        assert_complete(reading)
        with opened(place) as writing, writing.writing() as upkeep:
            manifest = upkeep.manifest()
            assert manifest.lexical
            assert manifest.vectors
            upkeep.bring_up_to_date(suspect={manifest.lexical.folder, manifest.vectors.folder})
        assert_complete(reading)


def test_library_with_other_settings_elsewhere_does_not_disturb(place: Path) -> None:
    """While another process has rebuilt the vectors by another embedding, questions are still answered by words."""
    with opened(place) as first, opened(place, embedding=Letters()) as second:
        assert_complete(second)
        assert find(first, "Who kneads the dough?")[0] == "bread"


def test_small_library_is_searched_without_chroma(place: Path) -> None:
    """A short command over few passages finds the same without importing Chroma or Alembic."""
    code = (
        "import sys; from pathlib import Path; from index.library import open_library\n"
        "with open_library(Path(sys.argv[1])) as library:\n"
        "    print(library.vectors.search(library.embedding.embed(['the train leaves'])[0], ['en'], 1))\n"
        "print(sorted({'chromadb', 'alembic', 'filelock'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(place / "data")], capture_output=True, text=True, check=True)
    found, imported = done.stdout.splitlines()
    assert "trains:" in found
    assert imported == "[]"


def test_few_subword_vectors_need_no_index(place: Path, tmp_path: Path) -> None:
    """Up to a number of passages there is no vector index and nothing lags; above it there is one; it goes again."""
    texts = place / "texts"
    few = 1000
    with opened(place, vector_index_above=few) as library:
        build(library, texts)
        assert library.upkeep.manifest().vectors is None
        assert [path.name for path in library.upkeep.folder.glob("vectors-*")] == []
        assert library.conditions()["vectors"] == "ok"
        assert library.lag() == {"lexical": 0, "vectors": 0}
        assert_complete(library)
    with opened(place, vector_index_above=1) as library:
        assert sum(library.record.count().values()) > 1
        assert library.upkeep.manifest().vectors is not None
        assert_complete(library)


def test_process_that_stays_uses_the_vector_index(place: Path) -> None:
    """After warming up, the vector index is searched however small it is, with the same result."""
    with opened(place, compare_at_most=1000) as library:
        vector = library.embedding.embed(["the train leaves the station"])[0]
        compared = library.vectors.search(vector, limit=10)
        library.warm_up()
        searched = library.vectors.search(vector, limit=10)
        assert [name for name, _ in searched["en"]] == [name for name, _ in compared["en"]]


def test_threads_ask_while_a_build_changes_everything(place: Path) -> None:
    """Questions asked during builds get whole passages that are in the record, and raise nothing."""
    with opened(place) as library, ThreadPoolExecutor(4) as pool:
        stop = False

        def ask() -> int:
            count = 0
            while not stop:
                for hit in library.retriever.search("Who kneads the dough in the morning?", language="en"):
                    assert hit.passage.text
                count += 1
            return count

        asking = [pool.submit(ask) for _ in range(3)]
        for turn in range(4):
            write_texts(place / "texts", bread=f"Bread\n\nA baker kneads the dough. It is turn {turn}.\n")
            build(library, place / "texts")
        stop = True
        assert all(future.result() > 0 for future in asking)
        assert find(library, "Who kneads the dough?")[0] == "bread"


def test_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    """A file in the place of the data folder is one line that names it."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(IndexUnavailable, match="expected a data folder at"):
        opened(tmp_path)
    (tmp_path / "data").unlink()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "derived").write_text("a file")
    with pytest.raises(IndexUnavailable, match="cannot be made"):
        opened(tmp_path)


@pytest.mark.parametrize("name", ["chroma.sqlite3", "data_level0.bin"])
def test_index_that_fails_in_use_is_rebuilt_behind_the_scenes(place: Path, name: str) -> None:
    """When Chroma's files are spoilt under an open library, searching goes on, and the index is built anew."""
    with opened(place) as library:
        for path in (place / "data" / "derived" / "vectors-1").rglob(name):
            path.write_bytes(os.urandom(5000))
        found = library.vectors.search(library.embedding.embed(["the train leaves the station"])[0], ["en"], 1)
        assert found["en"][0][0].startswith("trains:")
    with opened(place) as library:
        assert_complete(library)
        assert [path.name for path in (place / "data" / "derived").glob("vectors-*")] == ["vectors-2"]


def test_an_index_that_holds_mostly_what_was_removed_is_built_anew(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of removed passages stay in the packed files until they are the greater part."""
    monkeypatch.setattr(lexical_upkeep, "MIN_WORN", 0)
    with opened(place) as library:
        before = library.lexical.folder
        for number in range(3):
            edition = {name: f"{text}Edition {number}.\n" for name, text in TEXTS.items()}
            texts = write_texts(tmp_path / str(number), **edition)
            build(library, texts)
        assert library.lexical.folder != before
        assert count_rows(library.lexical.folder) < 3 * library.lexical.count()
        assert_complete(library)
