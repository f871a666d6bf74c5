"""Files of the indexes are spoilt under a service that runs: no wrong answer, nothing lost, nobody has to help."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import manifest as manifests
from index.analysis import Analyzer
from index.lexicon import load_lexicon
from index.library import Library, open_library
from tests.index.making import TEXTS, built, find, shared_analyzer


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine")
    built(folder)[0].close()
    return folder


@pytest.fixture
def running(pristine: Path, tmp_path: Path) -> Iterator[tuple[Library, Path]]:
    """A library as a service has it, and where its indexes are."""
    shutil.copytree(pristine, tmp_path / "place")
    with open_library(tmp_path / "place" / "data", analyzer=shared_analyzer(), vector_index_above=0) as library:
        library.warm_up()
        yield library, tmp_path / "place" / "data" / "derived"


def same_length(path: Path) -> None:
    """Garbage in the place of what was there, as a failing disk leaves it."""
    with path.open("r+b") as file:
        file.write(os.urandom(path.stat().st_size))


def replaced(path: Path) -> None:
    """Another file of that name."""
    aside = path.with_name(path.name + ".new")
    aside.write_bytes(os.urandom(3000))
    aside.replace(path)


def gone(path: Path) -> None:
    path.unlink()


FILES = (
    "lexical-*/rows-*.packed",
    "lexical-*/en/meta.json",
    "lexical-*/en/.managed.json",
    "lexical-*/en/*.idx",
    "lexical-*/en/*.term",
    "lexical-*/en/*.store",
    "lexical-*/en/*.fast",
    "lexical-*/sv/*.idx",
)
VECTORS = (
    "vectors-*/*/data_level0.bin",
    "vectors-*/*/header.bin",
    "vectors-*/*/length.bin",
    "vectors-*/chroma.sqlite3",
)


def check_answers(library: Library) -> None:
    """Whatever is found is in the record, to the letter (`find` compares), and what is asked for is found."""
    assert "bread" in find(library, "Who kneads the dough?")
    assert "sea" in find(library, "Vem kommer hem med torsk?", "sv")
    vector = library.embedding.embed(["the train leaves the station"])[0]
    assert library.vectors.search(vector, ["en"], 1)["en"][0][0].startswith("trains:")


def until_mended(library: Library, former: dict[str, str]) -> None:
    """Wait until another index stands in the place of each spoilt one, and all is well."""
    deadline = time.monotonic() + 120
    while True:
        check_answers(library)
        if library.conditions() == {"record": "ok", "lexical": "ok", "vectors": "ok"} and folders(library) != former:
            return
        assert time.monotonic() < deadline, library.conditions()
        time.sleep(0.05)


def folders(library: Library) -> dict[str, str]:
    manifest = library.upkeep.manifest()
    legs = {"lexical": manifest.lexical, "vectors": manifest.vectors}
    return {part: leg.folder if leg else "" for part, leg in legs.items()}


@pytest.mark.parametrize("spoil", [same_length, replaced, gone])
@pytest.mark.parametrize("pattern", [*FILES, *VECTORS])
def test_a_spoilt_file_is_noticed_and_the_index_built_anew(
    running: tuple[Library, Path], pattern: str, spoil: Callable[[Path], None]
) -> None:
    """Answers go on, right, from the first moment; soon both indexes are whole again."""
    library, derived = running
    before = folders(library)
    found = sorted(derived.glob(pattern))
    assert found, pattern
    for path in found:
        spoil(path)
    until_mended(library, before)


@pytest.mark.parametrize("spoil", [same_length, replaced, gone])
def test_spoilt_words_cost_only_time(running: tuple[Library, Path], spoil: Callable[[Path], None]) -> None:
    """The cache of analysed words is written with every change and never believed where it is damaged."""
    library, derived = running
    for path in derived.glob("lexical-*/words-*.json"):
        spoil(path)
    check_answers(library)
    library.close()
    with open_library(derived.parent, analyzer=Analyzer(load_lexicon())) as reopened:
        check_answers(reopened)
        assert set(reopened.conditions().values()) == {"ok"}


@pytest.mark.parametrize("spoil", [same_length, replaced, gone])
def test_a_spoilt_manifest_is_written_anew(running: tuple[Library, Path], spoil: Callable[[Path], None]) -> None:
    """What it named is built anew, and answers go on from what is open."""
    library, derived = running
    spoil(derived / "manifest.json")
    until_complete(library, derived)


@pytest.mark.parametrize("what", ["lexical-*", "vectors-*", "lexical-*/en", "manifest.json", ""])
def test_what_is_deleted_comes_back(running: tuple[Library, Path], what: str) -> None:
    """Folders of the indexes, their manifest, or all of it."""
    library, derived = running
    before = folders(library)
    for path in [derived] if not what else derived.glob(what):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    until_mended(library, before) if what not in ("manifest.json", "") else until_complete(library, derived)


def until_complete(library: Library, derived: Path) -> None:
    """Wait until there is a manifest again that names whole indexes."""
    deadline = time.monotonic() + 120
    while manifests.read(derived) is None or set(library.conditions().values()) != {"ok"}:
        check_answers(library)
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert {info.id for info in library.record.documents()} == set(TEXTS)
    assert library.lexical.count() == sum(library.record.count().values())


def test_a_disk_that_cannot_be_written_is_waited_for(
    running: tuple[Library, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the index cannot be built anew, answers go on with what is left; when it can, it is, without help."""
    from index import caretaker, vectors

    library, derived = running
    before = folders(library)
    monkeypatch.setattr(caretaker, "TRY_AGAIN_SECONDS", 0.2)
    tries = []

    def full(*_: object) -> None:
        tries.append(1)
        raise vectors.IndexUnavailable("no space left on device")

    with monkeypatch.context() as during:
        during.setattr("index.upkeep.vector_index.write", full)
        shutil.rmtree(next(derived.glob("vectors-*")))
        deadline = time.monotonic() + 60
        while len(tries) < 3:
            check_answers(library)
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert "built anew" in library.conditions()["vectors"]
    until_mended(library, before)
