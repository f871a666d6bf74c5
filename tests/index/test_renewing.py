"""An index that holds mostly what was removed is made anew while documents are stored, and nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index import lexical_upkeep
from index.adding import add, remove_documents
from index.errors import IndexBusy
from index.library import Library
from index.lock import RENEWING_NAME, writer_lock
from index.packed import count_rows
from tests.index.making import TEXTS, find, opened, write_texts


@pytest.fixture
def worn(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library whose documents were all replaced three times, one after the other."""
    monkeypatch.setattr(lexical_upkeep, "MIN_WORN", 0)
    with opened(place) as library:
        for number in range(3):
            texts = write_texts(tmp_path / str(number), **{k: f"{v}Edition {number}.\n" for k, v in TEXTS.items()})
            for name in TEXTS:
                add(library, texts / f"{name}.txt", name, path=f"{name}.txt")
        yield library


def folders(library: Library) -> list[str]:
    return sorted(path.name for path in (library.data_dir / "derived").glob("lexical-*"))


def test_who_stores_a_document_does_not_wait_for_it(worn: Library) -> None:
    """Storing leaves a worn index as it is; looking after it makes it anew, and the old one goes."""
    assert folders(worn) == ["lexical-1"]
    assert worn.upkeep.is_worn()
    assert worn.look_after()
    assert folders(worn) == ["lexical-2"]
    assert count_rows(worn.lexical.folder) == worn.lexical.count() == sum(worn.record.count().values())
    assert find(worn, "Who kneads the dough?")[0] == "bread"
    assert not worn.look_after()


def test_what_is_stored_meanwhile_is_found(worn: Library, tmp_path: Path) -> None:
    """While the new index is written, a document comes, one goes and one changes."""
    texts = write_texts(
        tmp_path / "new",
        guest="Guests\n\nThe engine driver polishes the whistle.\n",
        bread="Bread\n\nThe baker's apprentice sings loudly.\n",
    )
    calls = 0

    def stopped() -> bool:
        nonlocal calls
        calls += 1
        if calls == 1:
            for name in ("guest", "bread"):
                add(worn, texts / f"{name}.txt", name, path=f"{name}.txt")
            remove_documents(worn, ["sea"])
        return False

    assert worn.upkeep.renew(stopped)
    assert folders(worn) == ["lexical-2"]
    assert find(worn, "Who polishes the whistle?")[0] == "guest"
    assert find(worn, "Who sings loudly?")[0] == "bread"
    assert {info.id for info in worn.record.documents()} == {"bread", "guest", "trains"}
    assert worn.lexical.count() == sum(worn.record.count().values())
    assert worn.conditions()["lexical"] == "ok"


def test_a_service_that_stops_leaves_it(worn: Library) -> None:
    """What was begun is removed, and the next one begins again."""
    assert not worn.upkeep.renew(lambda: True)
    assert folders(worn) == ["lexical-1"]
    assert find(worn, "Who kneads the dough?")[0] == "bread"
    assert worn.upkeep.renew(lambda: False)


def test_what_a_killed_process_left_is_in_nobodys_way(worn: Library) -> None:
    """Half an index is removed, and never searched."""
    left = worn.data_dir / "derived" / "lexical-ahead" / "en"
    left.mkdir(parents=True)
    (left / "meta.json").write_text("{")
    assert worn.look_after()
    assert folders(worn) == ["lexical-2"]
    assert find(worn, "Who kneads the dough?")[0] == "bread"


def test_one_process_at_a_time_does_it(worn: Library) -> None:
    """Another one is at it: this one looks again later."""
    with writer_lock(worn.data_dir, timeout_seconds=0, file_name=RENEWING_NAME):
        with pytest.raises(IndexBusy):
            worn.upkeep.renew(lambda: False)
        assert not worn.look_after()
    assert folders(worn) == ["lexical-1"]


def test_a_sound_index_is_left_alone(place: Path) -> None:
    """There is nothing to do where little was removed."""
    with opened(place) as library:
        assert not library.upkeep.renew(lambda: False)
        assert not library.look_after()
        assert folders(library) == ["lexical-1"]
