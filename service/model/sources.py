"""The passages that a model is given, numbered, and what each of them is evidence for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from index.records import DocumentInfo, Hit, Passage
from index.tokens import count_tokens
from service.strings import Strings

MAX_PASSAGES = 24
"""More passages than that hold little of the question and blur the rest, whatever fits in the budget."""


@dataclass(frozen=True)
class Source:
    """A passage as the model sees it under `number`, which counts from 1. `language` is the name of its language."""

    number: int
    passage: Passage
    document: DocumentInfo
    language: str

    @cached_property
    def evidence(self) -> str:
        """Everything that a sentence which cites this passage may take names and numbers from."""
        passage = self.passage
        parts = (passage.speaker.name, self.document.title, passage.context, passage.text, self.language)
        return "\n".join(part for part in parts if part)


def choose_sources(
    hits: Sequence[Hit], documents: Mapping[str, DocumentInfo], words: Strings, max_tokens: int
) -> list[Source]:
    """The best passages, in their order, as long as they fit into `max_tokens` as they are written in the prompt."""
    chosen: list[Source] = []
    left = max_tokens
    for hit in hits:
        document = documents.get(hit.passage.document_id)
        if document is None:
            continue
        source = Source(len(chosen) + 1, hit.passage, document, words.language_name(hit.passage.language))
        cost = count_tokens(written(source))
        if cost > left:
            continue
        left -= cost
        chosen.append(source)
        if len(chosen) == MAX_PASSAGES:
            break
    return chosen


def written(source: Source) -> str:
    """A passage in the prompt: escaped, so that nothing in it can end the passage or begin another one."""
    passage = source.passage
    about = {
        "number": str(source.number),
        "speaker": passage.speaker.name or "not named",
        "role": passage.speaker.role,
        "document": source.document.title,
        "language": passage.language,
        "under": " / ".join(passage.context.split("\n")),
    }
    attributes = " ".join(f'{name}="{escape(value)}"' for name, value in about.items() if value)
    return f"<passage {attributes}>\n{escape(passage.text, quote=False)}\n</passage>"
