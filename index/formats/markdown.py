"""Markdown: the file's own text as it is, with the blocks that only Markdown's rules tell (CommonMark and tables).

Headings with "#", lists and quotations look in Markdown as they do in any text, and comments that somebody copied into
a Markdown file are no block of it: those are left to the rules for plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from index.formats.extracted import Extracted, facts_of
from index.formats.front_matter import front_matter
from index.formats.markdown_html import find_stretches
from index.lines import ends_sentence
from index.records import Part, SegmentKind

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_NEWLINE = re.compile(r"\r\n?|\n")  # where CommonMark ends a line
_HARD_BREAK = re.compile(r"(?: {2,}|\\)\r?\n?\Z")
_WRAPPED = 60
"""Columns from which on a line that ends in the middle of a sentence was wrapped, whatever the next begins with."""
_IN_PASSING = frozenset("[(`<*_\"'«“”„")
"""What a link, code, emphasis or a quotation begins with, in the middle of a sentence as well as at its beginning."""
_TO_A_HEADING = re.compile(r"\[[^\]\n]*\]\(#[^)\s]*\)")
_HEADING_LINES = 3
"""Of a heading at most, with the line under it."""
_LONGEST_IMAGES = 5_000
_SHOWN = frozenset({"text", "code_inline"})
_AS_BLANK = frozenset({"softbreak", "hardbreak"})
_WITHOUT_WORDS = frozenset({"image", "link_open", "link_close", "softbreak", "hardbreak", "html_inline"})


def read_markdown(text: str) -> Extracted:
    """Return the text as it is, what its front matter states, and its blocks.

    Furniture are front matter, lines under headings, fences of code, definitions of links, images that stand alone,
    tables of contents, and HTML that says nothing. A paragraph that was wrapped is one unit, and so is a block of code.
    """
    facts, matter = front_matter(text)
    blocks = _Blocks(text, matter[-1].end if matter else int(text.startswith("\ufeff")))
    parts = blocks.parts()
    if blocks.title and not any(fact.name == "title" for fact in facts):
        facts = (*facts, *facts_of("page text", title=blocks.title))
    return Extracted(text, facts, (*matter, *parts))


class _Blocks:
    """The blocks of a text from `start` on."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        ends = [match.end() for match in _NEWLINE.finditer(text, start)]
        self._lines = [start, *ends, len(text)]
        """Where each line begins; the last is the end of the text."""
        noted: dict[str, Any] = {}
        self._tokens = _parser().parse(text[start:], noted)
        self._definitions = (*noted.get("references", {}).values(), *noted.get("duplicate_refs", ()))
        self._has_title = False
        self._sections = self._are_sections()
        self.title: str | None = None
        """What the first heading shows, where that is not how it is written: "**Bolt** for <i>Python</i>"."""

    def parts(self) -> list[Part]:
        """Everything that the rules for plain text cannot tell, in order."""
        found = [part for place in range(len(self._tokens)) for part in self._of(place)]
        found += self._contents()
        for definition in self._definitions:
            found += self._part("furniture", *definition["map"], reason="definition of a link")
        found.sort(key=lambda part: part.start)
        # A definition may stand within what is a part already.
        return [part for place, part in enumerate(found) if not place or part.start >= found[place - 1].end]

    def _of(self, place: int) -> Iterator[Part]:
        token = self._tokens[place]
        if token.level or token.map is None:
            return  # What stands in a list or in a quotation goes on by its indent or its mark.
        first, end = token.map
        if token.type == "heading_open":
            self._note_title(token.tag, self._tokens[place + 1].content)
            yield from self._heading(token.markup, first, end)
        elif token.type == "fence":
            closed = end - first > 1 and self._line(end - 1).strip().startswith(token.markup)
            yield from self._part("furniture", first, first + 1, reason="fence of code")
            yield from self._part("paragraph", first + 1, end - closed)
            yield from self._part("furniture", end - closed, end, reason="fence of code")
        elif token.type == "html_block":
            yield from self._html(first, end)
        elif token.type == "paragraph_open":
            if _shows_no_words(self._tokens[place + 1].content):
                yield from self._part("furniture", first, end, reason="images or tags")
            else:
                yield from self._wrapped(first, end)

    def _are_sections(self) -> bool:
        """Whether the headings are those of sections, and none is the text's own: it is called as its file is."""
        tags = [token.tag for token in self._tokens if token.type == "heading_open" and token.level == 0]
        html = any("<h1" in token.content.lower() for token in self._tokens if token.type == "html_block")
        return bool(tags) and not html and "h1" not in tags and tags.count(tags[0]) > 1

    def _is_above_sections(self) -> bool:
        return self._sections and not self._has_title

    def _note_title(self, tag: str, content: str) -> None:
        if tag == "h1" and not self._has_title and (shown := _shown(content)) != content.strip():
            self.title = shown or None

    def _contents(self) -> Iterator[Part]:
        """Lists of nothing but links to the text's own headings."""
        opened: Token | None = None
        items: list[str] = []
        for token in self._tokens:
            if token.level == 0 and token.type in ("bullet_list_open", "ordered_list_open"):
                opened, items = token, []
            elif token.type == "inline":
                items.append(token.content)
            elif token.level == 0 and opened and opened.map and token.type == opened.type.replace("open", "close"):
                if items and all(_TO_A_HEADING.fullmatch(item) for item in items):
                    yield from self._part("furniture", *opened.map, reason="table of contents")
                opened = None

    def _heading(self, markup: str, first: int, end: int) -> Iterator[Part]:
        if markup in "=-":
            # Where a rule was drawn below a paragraph, with no line between, it is one.
            if end - first > _HEADING_LINES or ends_sentence(self._line(end - 2)):
                yield from self._wrapped(first, end - 1)
            else:
                is_title = markup == "=" and not self._has_title
                yield from self._part("title" if is_title else "heading", first, end - 1)
            yield from self._part("furniture", end - 1, end, reason="line under a heading")
        elif self._is_above_sections():
            yield from self._part("heading", first, end)
        self._has_title = self._has_title or markup in "=#"

    def _html(self, first: int, end: int) -> Iterator[Part]:
        """Words as they stand, with the tags among them; tags around them are furniture."""
        here, stop = self._lines[first], self._lines[end]
        for found in find_stretches(self._text[here:stop]):
            start = self._lines[first] + found.start
            yield from _between(self._text, here, start)
            kind: SegmentKind = "paragraph"
            if found.level:
                self._note_title(f"h{found.level}", self._text[start : self._lines[first] + found.end])
                kind = "title" if found.level == 1 and not self._has_title else "heading"
                self._has_title = True
            here = self._lines[first] + found.end
            yield Part(kind, start, here)
        yield from _between(self._text, here, stop)

    def _wrapped(self, first: int, end: int) -> Iterator[Part]:
        """The stretches of a paragraph that were one line before they were wrapped."""
        begun = first
        above = self._is_above_sections()
        for number in range(first + 1, end + 1):
            if number < end and _goes_on(self._line(number - 1), self._line(number)):
                continue
            if number - begun > 1 or above:
                yield from self._part("paragraph" if above else None, begun, number)
            begun = number

    def _line(self, number: int) -> str:
        return self._text[self._lines[number] : self._lines[number + 1]]

    def _part(self, kind: SegmentKind | None, first: int, end: int, *, reason: str | None = None) -> Iterator[Part]:
        """Lines as a part, without outer blanks; none where there are only blanks."""
        start, stop = self._lines[first], self._lines[end]
        text = self._text[start:stop]
        if stripped := text.strip():
            start += len(text) - len(text.lstrip())
            yield Part(kind, start, start + len(stripped), reason=reason)


def _between(text: str, start: int, end: int) -> Iterator[Part]:
    """What stands around the words of HTML."""
    if tags := text[start:end].strip():
        begin = start + len(text[start:end]) - len(text[start:end].lstrip())
        yield Part("furniture", begin, begin + len(tags), reason="tags of HTML")


@cache
def _parser() -> MarkdownIt:
    # Imported here: few folders have Markdown. What stands within a paragraph is of no use, and takes most of the time.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").disable("inline")


@cache
def _parser_within() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


def _goes_on(line: str, following: str) -> bool:
    """Whether a line of a paragraph was broken within a sentence: people also begin a new line where one ends."""
    if _HARD_BREAK.search(line) or ends_sentence(line):
        return False
    line, following = line.rstrip(), following.lstrip()
    if len(line) >= _WRAPPED:
        return True
    return (line[-1:].islower() or line.endswith(",")) and (following[:1].islower() or following[:1] in _IN_PASSING)


def _shown(content: str) -> str:
    """What a line of Markdown shows: without its signs, tags and images."""
    within = _parser_within().parseInline(content)[0].children or []
    return " ".join(
        "".join(one.content if one.type in _SHOWN else " " * (one.type in _AS_BLANK) for one in within).split()
    )


def _shows_no_words(content: str) -> bool:
    """Whether a paragraph is only images and tags, with links or without."""
    if not ("![" in content or content.lstrip().startswith("<")) or len(content) > _LONGEST_IMAGES:
        return False
    within = _parser_within().parseInline(content)[0].children or []
    return all(token.type in _WITHOUT_WORDS or not token.content.strip() for token in within)
