"""Cuts a document's segments into passages: whole sentences of one speaker in one language, within a token budget."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.lines import marker_length
from index.records import Document, Passage, Segment, SegmentKind, Span, Speaker
from index.sentences import sentences
from index.tokens import count_tokens

# A paragraph of a Nordic article has 60 to 110 words, and a Nordic word 1.9 tokens of cl100k_base: most paragraphs are
# one passage, the longest two. Shorter passages lose what "it" and "they" refer to, longer ones mix topics, and an
# embedding model with a 512-token window takes a passage with its title and headings twice over.
MAX_TOKENS = 200

_BODY: frozenset[SegmentKind] = frozenset({"paragraph", "list_item", "comment", "quotation"})
_HEADINGS: frozenset[SegmentKind] = frozenset({"title", "heading"})
_CHARACTERS_PER_TOKEN = 4  # a first guess for the length of a piece; corrected by counting


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with its tokens. `outer` is where a passage that starts with it starts: before the list marker."""

    span: Span
    outer: int
    tokens: int
    kind: SegmentKind
    lead_in: Span | None


@dataclass(frozen=True, slots=True)
class _Run:
    """Segments in a row with one speaker, one language and one comment number, and what stands above them."""

    segments: tuple[Segment, ...]
    headings: tuple[str, ...]


def chunk(document: Document, segments: Sequence[Segment], *, max_tokens: int = MAX_TOKENS) -> list[Passage]:
    """Return a document's passages in the order of its text.

    A passage is a contiguous stretch of the text, `passage.text == document.text[start:end]`, of at most `max_tokens`
    tokens. It never crosses a speaker, a comment, a language, a heading or furniture, and holds whole sentences; one
    that alone is over the budget is cut at blanks. A list stays with its lead-in; where it is too long for one passage
    the later ones have the lead-in in `context`, behind the document's title and the headings above.

    Bylines and furniture are in no passage. A document with nothing but titles and headings has these as passages.

    Raises:
        ValueError: `max_tokens` is below 1.
    """
    if max_tokens < 1:
        raise ValueError(f"expected max_tokens of at least 1, found {max_tokens}")
    kinds = _BODY if any(segment.kind in _BODY for segment in segments) else _HEADINGS
    passages: list[Passage] = []
    for run in _runs(document, segments, kinds):
        packed = _packed(_blocks(document.text, run.segments, max_tokens), max_tokens)
        passages += [_passage(document, run, members) for members in packed]
    return [passage for passage in passages if any(map(str.isalnum, passage.text))]


def _runs(document: Document, segments: Sequence[Segment], kinds: frozenset[SegmentKind]) -> Iterator[_Run]:
    headings: list[str] = []
    fresh = False  # whether the headings stand directly above: one that follows text starts anew
    asking = False  # whether comments stand directly below them, as the answers to a form do below its question
    for key, group in groupby(segments, key=lambda segment: _key(segment, kinds)):
        members = tuple(group)
        if key is not None:
            asking = bool(members[0].number) and (fresh or asking)
            yield _Run(members, tuple(headings) if asking or not members[0].number else ())
            fresh = False
            continue
        for segment in members:
            if segment.kind == "heading" and segment.speaker is None:  # The heading above comments is nobody's.
                fresh = asking = False
            elif segment.kind == "heading":
                headings = [*headings, _heading(document, segment)] if fresh else [_heading(document, segment)]
                fresh = True


def _key(segment: Segment, kinds: frozenset[SegmentKind]) -> tuple[Speaker | None, str, int, bool] | None:
    if segment.kind not in kinds:
        return None
    return segment.speaker, segment.language, segment.number, segment.kind == "quotation"


def _heading(document: Document, segment: Segment) -> str:
    return document.text[segment.start : segment.end].lstrip("#").strip()


def _blocks(text: str, segments: Sequence[Segment], max_tokens: int) -> Iterator[list[_Sentence]]:
    """Return the sentences that belong together: paragraphs, and lists each with the sentence that leads into it."""
    pending: list[_Sentence] = []
    lead_in: Span | None = None
    for segment in segments:
        if segment.lead_in is None or segment.lead_in != lead_in:
            carried = [pending.pop()] if pending and segment.lead_in == pending[-1].span else []
            if pending:
                yield pending
            pending = carried
            lead_in = segment.lead_in
        pending += _sentences(text, segment, max_tokens)
    if pending:
        yield pending


def _sentences(text: str, segment: Segment, max_tokens: int) -> Iterator[_Sentence]:
    body = segment.start + marker_length(text, segment.start, segment.end)
    outer = segment.start  # Only the first sentence of a segment brings the list marker along.
    for span in sentences(text, body, segment.end, segment.language):
        for piece in _pieces(text, span, max_tokens):
            outer = min(outer, piece.start) if outer == segment.start else piece.start
            tokens = count_tokens(text[outer : piece.end]) + _joining_tokens(text, outer)
            yield _Sentence(piece, outer, tokens, segment.kind, segment.lead_in)
            outer = piece.end


def _joining_tokens(text: str, start: int) -> int:
    """At most how many tokens the blanks before a sentence are, which join it to the one before."""
    first = start
    while first > 0 and text[first - 1].isspace():
        first -= 1
    return 1 if start - first < 2 else max(1, count_tokens(text[first:start]))


def _pieces(text: str, span: Span, max_tokens: int) -> Iterator[Span]:
    """Cut a sentence that alone is over the budget, at blanks where there are any."""
    start, longest = span.start, max_tokens * _CHARACTERS_PER_TOKEN
    # As nearly all are; it has no outer blanks. No token is shorter than a byte.
    if span.end - start <= longest and (
        len(text[start : span.end].encode("utf-8", "surrogatepass")) < max_tokens
        or count_tokens(text[start : span.end]) < max_tokens
    ):
        yield span
        return
    while start < span.end:
        length = min(span.end - start, longest)
        while length > 1 and (tokens := count_tokens(text[start : start + length]) + 1) > max_tokens:
            length = max(1, min(length - 1, int(length * max_tokens / tokens)))
        end = start + length
        if end < span.end:
            end = _cut(text, start, end)
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        if piece.strip():
            yield Span(start + left, start + len(piece.rstrip()))
        start = end


def _cut(text: str, start: int, end: int) -> int:
    """Return where to cut before `end`: behind the last blank, else before a whole character with its marks."""
    if text[end].isspace():
        return end
    for place in range(end - 1, start, -1):
        if text[place].isspace():
            return place + 1
    place = end
    while place > start + 1 and (unicodedata.combining(text[place]) or text[place] in "\u200d\ufe0f"):
        place -= 1
    return place


def _packed(blocks: Iterator[list[_Sentence]], max_tokens: int) -> Iterator[list[_Sentence]]:
    """Put blocks together as long as they fit, and cut those that alone do not into pieces of about one size."""
    pending: list[_Sentence] = []
    used = 0
    for block in blocks:
        tokens = sum(sentence.tokens for sentence in block)
        if pending and used + tokens > max_tokens:
            yield pending
            pending, used = [], 0
        if tokens > max_tokens:
            yield from _split(block, tokens, max_tokens)
        else:
            pending = [*pending, *block]
            used += tokens
    if pending:
        yield pending


def _split(block: Sequence[_Sentence], left: int, max_tokens: int) -> Iterator[list[_Sentence]]:
    pending: list[_Sentence] = []
    used = 0
    target = left / -(-left // max_tokens)
    for sentence in block:
        # Past its share of what is left a piece ends, so that the last one is not a lone sentence.
        if pending and (used + sentence.tokens > max_tokens or used + sentence.tokens / 2 >= target):
            yield pending
            left -= used
            target = left / -(-left // max_tokens)
            pending, used = [], 0
        pending.append(sentence)
        used += sentence.tokens
    yield pending


def _passage(document: Document, run: _Run, members: Sequence[_Sentence]) -> Passage:
    first, segment = members[0], run.segments[0]
    start, end = first.outer, members[-1].span.end
    kinds = {sentence.kind for sentence in members}
    context = [document.title, *run.headings]
    if first.lead_in:
        context.append(document.text[first.lead_in.start : first.lead_in.end])
    return Passage(
        id=f"{document.id}:{start}-{end}:{document.sha256[:8]}",
        document_id=document.id,
        start=start,
        end=end,
        text=document.text[start:end],
        language=segment.language,
        speaker=segment.speaker or Speaker(None, "author"),
        kind=first.kind if len(kinds) == 1 else "comment" if run.segments[0].number else "paragraph",
        sentences=tuple(sentence.span for sentence in members),
        context="\n".join(dict.fromkeys(context)),
        number=segment.number,
    )
