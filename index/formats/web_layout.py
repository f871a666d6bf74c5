"""Lays a page's text out: everything that it shows in its order, what is kept of it, and the rest as furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from index.formats.extracted import Blocks
from index.formats.web_mending import left_out, whole_blocks
from index.formats.web_order import NOBODY, find_kept
from index.formats.web_shown import Place, Shown
from index.records import SegmentKind

_TEXT = frozenset({"paragraph", "list_item", "quotation"})
_WORD = re.compile(r"\S+")
_NOT_MAIN = "not in the main text of the page"
_BESIDE = "beside the text of a comment"
_MARKED = "the page marks it as “{}”"


@dataclass(frozen=True, slots=True)
class Kept:
    """A block that is kept: see `Part`. `comment` is the position of the comment that it is of, None elsewhere."""

    kind: SegmentKind
    text: str
    comment: int | None = None
    name: str | None = None
    number: int = 0
    reason: str | None = None


def lay_out(kept: Sequence[Kept], page: Sequence[Shown]) -> Blocks:
    """Return what is kept, word for word as it is given, where the page shows it, and everything else between.

    A paragraph that was put together of several blocks of the page stays as many blocks as the page has it in.
    What the page does not show in these words stands behind what is kept before it. Furniture in a row is one block,
    with a line for each of the page's.
    """
    owners = _owners(kept, page)
    behind = _behind(kept, {owner for of_block in owners for owner in of_block})
    together = _run_together(kept, owners)
    numbers: dict[int | None, int] = {one.comment: one.number for one in kept if one.comment is not None}
    laid_out = _LaidOut(kept)
    title = _place_of_title(kept, owners)
    whole = whole_blocks(page, owners)
    found = set(left_out(page, owners, [one.comment is None and one.kind in _TEXT for one in kept]))
    for at, (block, of_block) in enumerate(zip(page, owners, strict=True)):
        if at in found:
            laid_out.add(block.kind, block.text)
            continue
        if at in whole:
            laid_out.keep_part(whole[at], behind[whole[at]], kept[whole[at]].kind, block.text)
            continue
        reason, number = _why(block.place), numbers.get(block.place.comment, 0)
        for owner, text in _stretches(block.text, of_block):
            if owner in together and at < title < together[owner]:
                laid_out.drop(text, _NOT_MAIN, 0)  # The name of the site.
            elif owner in together:
                laid_out.keep_part(owner, behind[owner], block.kind, text)
            elif owner != NOBODY:
                laid_out.keep(behind[owner])
            elif not block.hidden:
                laid_out.drop(text, reason, number)
    return laid_out.finished()


def _owners(kept: Sequence[Kept], page: Sequence[Shown]) -> list[list[int]]:
    """Return for each block of a page, for each of its words, the position of what is kept of it, or NOBODY."""
    owners = [[NOBODY] * len(block.text.split()) for block in page]
    blocks: dict[Place, list[int]] = {}
    for at, block in enumerate(page):
        blocks.setdefault(block.place, []).append(at)
    wanted: dict[int | None, list[int]] = {}
    for number, one in enumerate(kept):
        wanted.setdefault(one.comment, []).append(number)
    for comment, numbers in wanted.items():
        places = blocks.get(Place(comment=comment), [])
        texts = [kept[number].text for number in numbers]
        # A name may stand below what was said.
        found = find_kept(texts, [page[at].text for at in places], anywhere=comment is not None)
        for at, of_block in zip(places, found, strict=True):
            owners[at] = [owner if owner == NOBODY else numbers[owner] for owner in of_block]
    _find_title(kept, page, owners)
    return owners


def _find_title(kept: Sequence[Kept], page: Sequence[Shown], owners: list[list[int]]) -> None:
    """Look for a title from the page's data in what the page marks as furniture, or within a paragraph put together."""
    title = next((number for number, one in enumerate(kept) if one.kind == "title"), None)
    if title is None or any(title in of_block for of_block in owners):
        return
    words, together = kept[title].text.split(), _run_together(kept, owners)
    for at, block in enumerate(page):
        if block.text.split() == words and (block.place.mark or together.keys() >= set(owners[at])):
            owners[at] = [title] * len(words)
            return


def _place_of_title(kept: Sequence[Kept], owners: Sequence[Sequence[int]]) -> int:
    """Return which block of the page the title is in, 0 where in none."""
    titles = {number for number, one in enumerate(kept) if one.kind == "title"}
    return next((at for at, of_block in enumerate(owners) if not titles.isdisjoint(of_block)), 0)


def _run_together(kept: Sequence[Kept], owners: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return the paragraphs that hold several blocks of the page, every word of which is there; and the last block.

    trafilatura does so where it finds no article; the title may be among the words, and is found by itself.
    """
    title = next((one.text for one in kept if one.kind == "title"), "")
    blocks, words, last = Counter[int](), Counter[int](), dict[int, int]()
    for at, of_block in enumerate(owners):
        words.update(of_block)
        blocks.update(set(of_block))
        last.update(dict.fromkeys(of_block, at))
    return {
        number: last[number]
        for number, one in enumerate(kept)
        if one.kind == "paragraph"
        and blocks[number] > 1
        and words[number] in (len(one.text.split()), len(one.text.replace(title, " ", 1).split()))
    }


def _behind(kept: Sequence[Kept], found: Set[int]) -> dict[int, list[int]]:
    """Return for everything that was found what stands there: itself, and what was not found behind (or before) it."""
    groups: dict[int, list[int]] = {}
    last: dict[int | None, int] = {}
    waiting: dict[int | None, list[int]] = {}
    for number, one in enumerate(kept):
        if number in found:
            groups[number] = [*waiting.pop(one.comment, []), number]
            last[one.comment] = number
        elif one.comment in last:
            groups[last[one.comment]].append(number)
        else:
            waiting.setdefault(one.comment, []).append(number)
    return groups


def _stretches(text: str, owners: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Cut a text where its words belong to somebody else; owner and text of each stretch."""
    if len(set(owners)) == 1:
        yield owners[0], text
        return
    words = zip(_WORD.finditer(text), owners, strict=True)
    for owner, group in groupby(words, key=lambda pair: pair[1]):
        found = [word for word, _ in group]
        yield owner, text[found[0].start() : found[-1].end()]


def _why(place: Place) -> str:
    if place.mark is not None:
        return _MARKED.format(place.mark)
    return _NOT_MAIN if place.comment is None else _BESIDE


class _LaidOut:
    """What has been laid out so far, and the furniture that waits for more of its kind."""

    def __init__(self, kept: Sequence[Kept]) -> None:
        self._blocks = Blocks()
        self._kept = kept
        self._done = [False] * len(kept)
        self._dropped: list[str] = []
        self._why: tuple[str, int] = ("", 0)

    def keep(self, numbers: Iterable[int]) -> None:
        """Add what is kept, each once."""
        for number in numbers:
            if not self._done[number]:
                self._done[number] = True
                self._flush()
                one = self._kept[number]
                self._blocks.add(one.kind, one.text, name=one.name, number=one.number, reason=one.reason)

    def keep_part(self, number: int, standing: Iterable[int], kind: SegmentKind, text: str) -> None:
        """Add a block of something that is kept, which is one of several; `standing` is what stands with it."""
        one, self._done[number] = self._kept[number], True
        self.keep(standing)
        self._flush()
        self._blocks.add(kind, text, name=one.name, number=one.number)

    def add(self, kind: SegmentKind, text: str) -> None:
        """Add a block of the main text that is of nothing that is kept."""
        self._flush()
        self._blocks.add(kind, text)

    def drop(self, text: str, reason: str, number: int) -> None:
        """Add furniture."""
        if self._why != (reason, number):
            self._flush()
            self._why = reason, number
        self._dropped.append(text)

    def finished(self) -> Blocks:
        """Return everything; what was found nowhere on the page stands last."""
        self.keep(range(len(self._kept)))
        self._flush()
        return self._blocks

    def _flush(self) -> None:
        reason, number = self._why
        self._blocks.add("furniture", "\n".join(self._dropped), number=number, reason=reason)
        self._dropped.clear()
