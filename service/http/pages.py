"""The HTML pages, rendered from service/templates/ with every value escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from index.records import DocumentInfo, Segment
from service.http.widget import bundle
from service.strings import LANGUAGES, Strings, strings
from service.suggestions import SEPARATOR
from service.wire_documents import DocumentInfoModel

_FOLDED_FROM = 200
"""Characters: a date or a button stays beside what it belongs to, a menu would stand before the text."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a document's text in one language, marked or not; `dropped` is of what is not searched."""

    text: str
    language: str
    marked: bool
    first: bool
    dropped: bool = False

    @property
    def folded(self) -> bool:
        """Whether it is so much that is not searched that it is shown on request only."""
        return self.dropped and not self.marked and len(self.text) > _FOLDED_FROM


def page_language(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header; `no` is Bokmål, anything unknown English."""
    offered = {**{code: code for code in LANGUAGES}, "no": "nb"}
    best = parse_accept_header(accept_language, LanguageAccept).best_match(list(offered), "en")
    return offered[best or "en"]


def pieces(text: str, segments: Sequence[Segment], start: int | None, end: int | None) -> list[Piece]:
    """Cut `text` where the language changes, where furniture begins and ends, and at the marked span.

    So each piece has one language and one look. A span that is missing, empty or outside the text marks nothing.
    """
    marks = (start, end) if start is not None and end is not None and 0 <= start < end <= len(text) else None
    parts = _stretches(segments)
    cuts = sorted({0, len(text), *(marks or ()), *(edge for start, end, _, _ in parts for edge in (start, end))})
    found: list[Piece] = []
    position = 0
    for left, right in pairwise(cuts):
        while position < len(parts) and parts[position][1] <= left:
            position += 1
        inside = position < len(parts) and parts[position][0] <= left
        language, dropped = parts[position][2:] if inside else ("", False)
        marked = marks is not None and marks[0] <= left < marks[1]
        first = marked and marks is not None and left == marks[0]
        found.append(Piece(text[left:right], language, marked, first, dropped))
    return found


def _stretches(segments: Sequence[Segment]) -> list[tuple[int, int, str, bool]]:
    """Start, end, language and whether it is dropped of every segment; dropped ones in a row are one."""
    found: list[tuple[int, int, str, bool]] = []
    for part in segments:
        start, dropped = part.start, part.kind == "furniture"
        if dropped and found and found[-1][3]:
            start = found.pop()[0]
        found.append((start, part.end, part.language, dropped))
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """A fact about a document as its page shows it; `link` is where it leads, if it is the address of a page."""

    label: str
    value: str
    origin: str
    link: str | None


def known(info: DocumentInfo, words: Strings) -> list[Known]:
    """What is known of a document, and where each fact was said, in the reader's language."""
    return [
        Known(
            words.text(f"facts.{fact.name}"),
            fact.value,
            words.text("origins." + re.sub(r"\W", "_", fact.origin).lower()),
            # Documents are not trusted: "javascript:" is an address too.
            fact.value if fact.name == "url" and fact.value.startswith(("https://", "http://")) else None,
        )
        for fact in info.facts
    ]


class Pages:
    """Renders the pages; one instance serves the whole process."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("service"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def home(
        self, documents: Sequence[DocumentInfo], language: str, site_key: str = "", questions: Sequence[str] = ()
    ) -> str:
        """The page that is the widget at full size, with the documents beside it; it asks with `site_key`.

        `questions` are suggested before anything has been asked.
        """
        words = strings(language)
        rows = [(DocumentInfoModel.of(info), words.language_name(info.language)) for info in documents]
        home = self._environment.get_template("home.html")
        suggested = f" {SEPARATOR} ".join(questions)
        return home.render(
            words=words, language=language, documents=rows, widget=bundle(), site_key=site_key, questions=suggested
        )

    def gone(self, language: str) -> str:
        """What a reader sees whose link leads to a document that is not there any more."""
        return self._environment.get_template("gone.html").render(words=strings(language), language=language)

    def document(
        self,
        info: DocumentInfo,
        text: str,
        segments: Sequence[Segment],
        start: int | None,
        end: int | None,
        language: str,
    ) -> str:
        """A document's source page; the span start..end is marked and scrolled to."""
        words = strings(language)
        return self._environment.get_template("document.html").render(
            words=words,
            known=known(info, words),
            language=language,
            info=info,
            pieces=pieces(text, segments, start, end),
        )
