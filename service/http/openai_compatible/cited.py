"""The text of an answer as it grows, with its markers as `url_citation` annotations, and a footer of sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.records import Citation, Reply, Sentence
from service.strings import strings
from service.wire import CitationModel
from service.wording import escape_markdown

MARKER = re.compile(r"(?<!\\)\[(\d+)\]")
"""Square brackets of the documents' own are escaped in Markdown, so these are ours."""
SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A marker in the text at start..end (code points) with the citation that it refers to, at an absolute URL."""

    start: int
    end: int
    citation: Citation
    url: str

    def extras(self) -> dict[str, object]:
        """The citation itself: what OpenAI's type has no field for."""
        shape = CitationModel.of(self.citation).model_dump(mode="json")
        return {
            "marker": shape["marker"],
            "quote": shape["quote"],
            "document_id": self.citation.document.id,
            "start": shape["start"],
            "end": shape["end"],
            "language": shape["language"],
            "speaker": shape["speaker"],
            "role": shape["role"],
            "gloss": shape["gloss"],
            "translation": shape["translation"],
        }

    def fields(self) -> dict[str, object]:
        """What a `url_citation` has, with the extra fields behind it."""
        title = self.citation.document.title
        return {"start_index": self.start, "end_index": self.end, "title": title, "url": self.url, **self.extras()}


class CitedText:
    """Collects the sentences of an answer. `locate` makes a citation's absolute URL."""

    def __init__(self, locate: Callable[[Citation], str]) -> None:
        self._locate = locate
        self._citations: dict[int, Citation] = {}
        self.text = ""
        self.annotations: list[Annotation] = []

    def add(self, sentence: Sentence) -> tuple[str, Sequence[Annotation]]:
        """What a sentence adds to the text, and the annotations in it."""
        self._citations.update((citation.marker, citation) for citation in sentence.citations)
        delta = (SEPARATOR if self.text else "") + sentence.text
        offset = len(self.text)
        new = [
            Annotation(offset + match.start(), offset + match.end(), citation, self._locate(citation))
            for match in MARKER.finditer(delta)
            if (citation := self._citations.get(int(match[1])))
        ]
        self.text += delta
        self.annotations += new
        return delta, new

    def begin(self, understood: str) -> str:
        """What is added before the first sentence: how the question was understood, if there is anything to say."""
        return self.add(Sentence(f"*{escape_markdown(understood)}*", ()))[0] if understood else ""

    def add_sources(self, reply: Reply) -> str:
        """What a list of the sources adds to the text, for programs that drop annotations; nothing without sources."""
        answer = reply.answer
        if not answer.citations:
            return ""
        words = strings(answer.language)
        lines = [f"**{words.text('sources.heading')}**"]
        for citation in answer.citations:
            name = citation.quote.speaker.name
            parts = [
                f"[{citation.marker}]",
                f"[{escape_markdown(citation.document.title)}](<{self._locate(citation)}>)",
                *([f"– {escape_markdown(name)}"] if name else []),
                *([words.quoted(one_line(citation.quote.text))] if answer.mode == "generative" else []),
            ]
            lines.append(" ".join(parts))
        delta = SEPARATOR + SEPARATOR.join(lines)
        self.text += delta
        return delta


def one_line(text: str) -> str:
    """A quote on one line of Markdown."""
    return " ".join(escape_markdown(text).split())
