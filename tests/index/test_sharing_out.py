"""Files that are shared out to processes by what language they look like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index import sharing_out
from index.making import ToMake
from index.sharing_out import Share, SharingOut
from index.versions import Version
from tests.index.analysing import lexicon

TEXTS = {
    "en": "The bread is baked in the morning, and what is left of it is sold at half of the price.",
    "sv": "Brödet bakas på morgonen, och det som blir kvar av det säljs till halva priset för de som kommer sent.",
    "nn": "Brødet vert baka om morgonen, og det som ikkje vert selt, kan dei som kjem seint få til halv pris.",
}


def written(folder: Path, languages: Sequence[str]) -> list[ToMake]:
    for number, language in enumerate(languages):
        (folder / f"{number:04}.txt").write_bytes(TEXTS[language].encode().ljust(200))
    return [to_make(folder, f"{number:04}") for number in range(len(languages))]


def to_make(folder: Path, name: str) -> ToMake:
    return ToMake(folder / f"{name}.txt", Version("", f"{name}.txt", None, "p", "folder"))


def placed(files: Sequence[ToMake], together: list[list[Share]]) -> Iterator[ToMake]:
    """Every file by its place among those that were shared out together."""
    for shares in together:
        own = {place: file for share in shares for place, file in zip(share.places, share.files, strict=True)}
        assert sorted(own) == list(range(len(own)))
        yield from (own[place] for place in range(len(own)))


@pytest.mark.parametrize("count", [0, 1, 7, 300])
def test_every_file_is_shared_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """At its own place, in tasks that are not too large, also one that is not there."""
    monkeypatch.setattr(sharing_out, "FILES_A_TASK", 8)
    files = written(tmp_path, [("en", "sv", "nn")[number % 3] for number in range(count)])
    files[2:2] = [to_make(tmp_path, "gone")] * (count > 2)
    together = list(SharingOut(lexicon(), 2).of(files))
    assert list(placed(files, together)) == files
    assert all(0 < len(share.files) <= 8 for shares in together for share in shares)


def test_large_files_are_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their bytes, so that what waits to be given back stays small."""
    monkeypatch.setattr(sharing_out, "BYTES_A_TASK", 100)
    files = written(tmp_path, ["en"] * 20)
    together = list(SharingOut(lexicon(), 2).of(files))
    assert list(placed(files, together)) == files
    assert all(len(share.files) <= 2 for shares in together for share in shares)
    assert max(sum(len(share.files) for share in shares) for shares in together) < 10


def test_files_of_a_language_go_to_one_process(tmp_path: Path) -> None:
    """As far as both have as much to do; languages that share words are beside one another."""
    files = written(tmp_path, ["nn", "en"] * 20)
    owners: dict[int, set[str]] = {0: set(), 1: set()}
    for shares in SharingOut(lexicon(), 2).of(files):
        for share in shares:
            owners[share.process].update("nn" if place % 2 == 0 else "en" for place in share.places)
    assert owners == {0: {"en"}, 1: {"nn"}}
