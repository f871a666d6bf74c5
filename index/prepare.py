"""A document's way from its text to its passages, stage by stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.chunk import MAX_TOKENS, chunk
from index.detecting import Asking, answered
from index.facts import facts_of_file, facts_of_source, facts_of_text, resolve
from index.load import document_id
from index.records import Document, Fact, LanguageGuess, Part, Passage, Segment
from index.segment import segment
from index.sending import Sent
from index.sources import SourceInfo

_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Prepared(Sent):
    """A document with its structure and its passages, ready to be stored."""

    document: Document
    segments: tuple[Segment, ...]
    passages: tuple[Passage, ...]


def prepare(
    path: Path,
    text: str,
    sha256: str,
    source: SourceInfo | None,
    detect: Callable[[str], LanguageGuess],
    *,
    max_tokens: int = MAX_TOKENS,
    facts: Sequence[Fact] = (),
    parts: Sequence[Part] = (),
) -> Prepared:
    """`preparing` of one document by itself; `detect` tells the language of a text."""
    return answered(preparing(path, text, sha256, source, max_tokens=max_tokens, facts=facts, parts=parts), detect)


def preparing(
    path: Path,
    text: str,
    sha256: str,
    source: SourceInfo | None,
    *,
    max_tokens: int = MAX_TOKENS,
    facts: Sequence[Fact] = (),
    parts: Sequence[Part] = (),
) -> Asking[Prepared]:
    """Return a document ready to be stored: segmented, with speakers and languages, and cut into passages.

    Asks for the languages of texts on its way.

    Args:
        path: where the text was read; the document's id is its stem.
        text: the stored text, which every offset points into.
        sha256: of the file's bytes.
        source: what the folder's keeper says of the document; it outweighs what the text says.
        max_tokens: the budget of a passage.
        facts: what the file states about itself; those that a former preparation found itself do not count.
        parts: the structure that the file's format gives.

    The title is the source's, else the file's, else the text's, else the file's stem; the author the source's, else
    the file's, else the one whom a byline names, else None. `document.facts` says which it was.
    """
    stated = [*facts_of_source(source), *facts_of_file(facts)]
    known = {fact.name: fact.value for fact in reversed(stated)}
    segments = yield from segment(text, author=known.get("author"), parts=parts)
    language = _language(segments) or (yield [text[:_LONGEST_TITLE]])[0].language
    resolved = resolve(stated, facts_of_text(text, segments), document_id(path))
    best = {fact.name: fact.value for fact in resolved}
    document = Document(
        id=document_id(path),
        text=text,
        sha256=sha256,
        path=str(path),
        title=best["title"],
        language=language,
        author=best.get("author"),
        facts=resolved,
        parts=tuple(parts),
    )
    return Prepared(document, tuple(segments), tuple(chunk(document, segments, max_tokens=max_tokens)))


def _language(segments: Sequence[Segment]) -> str | None:
    """Return the language that most of the article is in; of the comments where there is no article."""
    characters: Counter[str] = Counter()
    for part in segments:
        if part.kind != "furniture":
            # One character of the article weighs more than any comment: they are counted only where it has none.
            weight = 1 if part.number else 1_000_000
            characters[part.language] += weight * (part.end - part.start)
    return characters.most_common(1)[0][0] if characters else None
