"""Finds a document's structure: title, headings, paragraphs, lists, comments, quotations, bylines and furniture.

The stages in order: units of the layout (lines), what they look like (looks), then, where the format does not say it
(given), the comments (comments), bylines (authors), furniture (clean) and kinds (structure); whom comments quote
(quoting); languages (languages), who is quoted (quotations).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from index.authors import Bylines
from index.comments import Mark
from index.detecting import Asking
from index.given import find_structure, units_with
from index.languages import find_languages
from index.looks import Look, look
from index.quotations import Attribution, announced, find_quotation
from index.quoting import INTRODUCES, find_quoted
from index.records import Part, Segment, SegmentKind, Span, Speaker
from index.sentences import sentences

_LANGUAGE_OF_NOTHING = "en"
_MOST_ANSWERS = 3
"""Turns after a question that may answer it, as long as its asker says nothing; later ones speak of what followed."""


def segment(text: str, *, author: str | None = None, parts: Sequence[Part] = ()) -> Asking[list[Segment]]:
    """Return a text's segments in order; together they cover every non-blank character exactly once.

    Asks for the languages of texts on its way.

    Args:
        text: the stored text; all offsets point into it.
        author: the author's name where it is known from elsewhere; else the one that a byline of the text gives.
        parts: the structure that the document's format gives, in order; the rest is judged by its looks.

    Speakers: the author (named or not) has the article's text, each commenter their comment, a quoted person their
    quotation. Bylines of the article and furniture have none; the line that names a commenter has the commenter.
    """
    found, given = units_with(text, parts)
    looks = look(text, found)
    structure = find_structure(looks, given)
    author = author or structure.bylines.author
    quoted = find_quoted(looks, structure.marks, structure.kinds, author)
    reasons, kinds = list(structure.reasons), list(structure.kinds)
    for position in quoted.names:
        kinds[position] = "quotation"
    for position in quoted.lines:
        kinds[position], reasons[position] = "furniture", INTRODUCES
    languages = yield from find_languages(looks, structure.marks, kinds)
    page = _Page(
        text,
        looks,
        structure.marks,
        reasons,
        kinds,
        languages,
        structure.speech_marked,
        structure.bylines,
        author,
        {**structure.quoted, **quoted.names},
    )
    said = {looks[position].unit.start for position in structure.quoted}
    return _with_lead_ins(text, list(page.segments()), said)


@dataclass(frozen=True, slots=True)
class _Page:
    """Everything that the stages have found, unit by unit."""

    text: str
    looks: Sequence[Look]
    marks: Sequence[Mark | None]
    reasons: Sequence[str | None]
    kinds: Sequence[SegmentKind]
    languages: Sequence[str]
    speech_marked: Sequence[bool]
    bylines: Bylines
    author: str | None
    quoted: Mapping[int, str | None]

    def segments(self) -> Iterator[Segment]:
        for position in range(len(self.looks)):
            whole = self._whole(position)
            if whole.kind in ("paragraph", "comment"):
                yield from self._with_quotation(position, whole)
            else:
                yield whole

    def _whole(self, position: int) -> Segment:
        unit, mark, kind = self.looks[position].unit, self.marks[position], self.kinds[position]
        speaker: Speaker | None = Speaker(self.author, "author")
        number = 0
        if mark and mark.number:
            speaker, number = Speaker(mark.name, "commenter"), mark.number
        if kind == "quotation":
            introduced, _ = self._introduction(position)
            name = introduced.name if introduced else None
            speaker = Speaker(self.quoted.get(position, name), "quoted")
        if kind == "furniture" or (kind == "byline" and not number) or (mark and mark.role == "section"):
            speaker = None
        return Segment(
            kind,
            unit.start,
            unit.end,
            self.languages[position],
            speaker,
            self.reasons[position] if kind == "furniture" else None,
            number=number,
        )

    def _with_quotation(self, position: int, whole: Segment) -> Iterator[Segment]:
        """Cut a quotation out of a paragraph; what stands before or behind it stays the writer's."""
        line = self.looks[position]
        if line.unit.marker == ">":
            name = self._introduced_name(position) or self._named_within(line, whole.language)
            yield replace(whole, kind="quotation", speaker=Speaker(name, "quoted"))
            return
        introduced, colon = self._introduction(position)
        dash = self.speech_marked[position] and self.marks[position] is None
        if self.marks[position] and not (introduced and introduced.name):
            introduced, colon = None, False
        quotation = find_quotation(
            self.text,
            Span(line.unit.body, line.unit.end),
            whole.language,
            introduced=introduced,
            colon=colon,
            dash=dash,
        )
        if quotation is None or (self.marks[position] and quotation.name is None):
            # A commenter's own words in quotation marks, without a name, are taken for the commenter's.
            yield whole
            return
        start = whole.start if quotation.span.start == line.unit.body else quotation.span.start
        before = Span(whole.start, whole.start + len(self.text[whole.start : start].rstrip()))
        rest = self.text[quotation.span.end : whole.end]
        after_start = quotation.span.end + len(rest) - len(rest.lstrip())
        if before.end > before.start:
            yield replace(whole, end=before.end)
        yield replace(
            whole,
            kind="quotation",
            start=start,
            end=quotation.span.end,
            speaker=Speaker(quotation.name, "quoted"),
        )
        if after_start < whole.end:
            yield replace(whole, start=after_start)

    def _above(self, position: int) -> Look | None:
        """Return the unit of text above, furniture left out; None where it is not of the same writer."""
        for other in range(position - 1, -1, -1):
            if self.kinds[other] == "furniture":
                continue
            mark, own = self.marks[other], self.marks[position]
            same = (mark.number if mark else 0) == (own.number if own else 0)
            return self.looks[other] if same and self.kinds[other] != "byline" else None
        return None

    def _introduction(self, position: int) -> tuple[Attribution | None, bool]:
        above = self._above(position)
        if above is None or not above.text.endswith(":"):
            return None, False
        return announced(above.text), True

    def _named_within(self, line: Look, language: str) -> str | None:
        """Return whom a quoted line names itself, where all of it is in quotation marks but for that."""
        span = Span(line.unit.body, line.unit.end)
        found = find_quotation(self.text, span, language, introduced=None, colon=False, dash=False)
        return found.name if found and found.span == span else None

    def _introduced_name(self, position: int) -> str | None:
        """Return who the nearest line above a block of quoted lines announces."""
        while position and self.looks[position - 1].unit.marker == ">":
            position -= 1
        introduced, _ = self._introduction(position)
        return introduced.name if introduced else None


def _with_lead_ins(text: str, segments: list[Segment], turns: Set[int]) -> list[Segment]:
    """Give list items the last sentence of the paragraph above their list, and turns the question that they answer.

    Args:
        turns: where what somebody says in a conversation begins.
    """
    lead_in: Span | None = None
    above: Segment | None = None
    asked: tuple[Span, Speaker | None] | None = None
    answers = 0
    for position, own in enumerate(segments):
        if own.start in turns and own.kind == "quotation":
            if above and (question := _question(text, above)):
                asked, answers = (question, above.speaker), 0
            elif answers >= _MOST_ANSWERS or (asked and asked[1] == own.speaker):
                asked = None
            answers += 1
            if asked and asked[1] != own.speaker:
                segments[position] = replace(own, lead_in=asked[0])
        elif own.kind == "list_item":
            if above and above.kind in ("paragraph", "comment"):
                lead_in = sentences(text, above.start, above.end, above.language)[-1]
            elif above is None or above.kind != "list_item":
                lead_in = None
            if lead_in and above and above.speaker == own.speaker and above.number == own.number:
                segments[position] = replace(own, lead_in=lead_in)
        if own.kind != "furniture":
            above = own
    return segments


def _question(text: str, above: Segment) -> Span | None:
    """The question that a segment ends with, if it does."""
    last = sentences(text, above.start, above.end, above.language)[-1]
    return last if text[last.start : last.end].rstrip("*_ ").endswith("?") else None
