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
from service.wire_documents import DocumentInfoModel


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a document's text in one language, marked or not."""

    text: str
    language: str
    marked: bool
    first: bool


def page_language(accept_language: str) -> str:
    """The best of our languages for an Accept-Language header; `no` is Bokmål, anything unknown English."""
    offered = {**{code: code for code in LANGUAGES}, "no": "nb"}
    best = parse_accept_header(accept_language, LanguageAccept).best_match(list(offered), "en")
    return offered[best or "en"]


def pieces(text: str, segments: Sequence[Segment], start: int | None, end: int | None) -> list[Piece]:
    """Cut `text` where the language changes and at the marked span, so that each piece has one language and one look.

    A span that is missing, empty or outside the text marks nothing.
    """
    marks = (start, end) if start is not None and end is not None and 0 <= start < end <= len(text) else None
    languages = [(segment.start, segment.end, segment.language) for segment in segments]
    cuts = sorted({0, len(text), *(marks or ()), *(edge for start, end, _ in languages for edge in (start, end))})
    found: list[Piece] = []
    position = 0
    for left, right in pairwise(cuts):
        while position < len(languages) and languages[position][1] <= left:
            position += 1
        inside = position < len(languages) and languages[position][0] <= left
        language = languages[position][2] if inside else ""
        marked = marks is not None and marks[0] <= left < marks[1]
        first = marked and marks is not None and left == marks[0]
        found.append(Piece(text[left:right], language, marked, first))
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

    def home(self, documents: Sequence[DocumentInfo], language: str, site_key: str = "") -> str:
        """The page that is the widget at full size, with the documents beside it; it asks with `site_key`."""
        words = strings(language)
        rows = [(DocumentInfoModel.of(info), words.language_name(info.language)) for info in documents]
        home = self._environment.get_template("home.html")
        return home.render(words=words, language=language, documents=rows, widget=bundle(), site_key=site_key)

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
