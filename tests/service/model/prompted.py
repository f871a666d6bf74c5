"""What a scripted model makes of the prompt that it is sent."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from tests.service.model.scripted import Body, Say

PASSAGE = re.compile(r'<passage number="(\d+)" ([^>]*)>\n(.*?)\n</passage>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Given:
    """A passage as the model was given it."""

    number: int
    document: str
    language: str
    text: str


def given(body: Body) -> list[Given]:
    """The passages in a request."""
    text = body["messages"][1]["content"]
    return [
        Given(int(number), attribute("document", about), attribute("language", about), html.unescape(words))
        for number, about, words in PASSAGE.findall(text)
    ]


def attribute(name: str, written: str) -> str:
    """The value of an attribute of a passage."""
    found = re.search(rf'\b{name}="([^"]*)"', written)
    return html.unescape(found[1]) if found else ""


def number_of(body: Body, words: str) -> int:
    """The number of the first passage that has these words."""
    return next(passage.number for passage in given(body) if words in passage.text)


def question_in(body: Body) -> str:
    """The question that the model is asked."""
    found = re.search(r"^Question: (.*)$", body["messages"][1]["content"], re.MULTILINE)
    assert found
    return found[1]


def trusting(body: Body) -> Say:
    """Two true sentences on gardens and trust in English, in small pieces."""
    english, danish = number_of(body, "Ingrid Solheim"), number_of(body, "skaber tillid")
    text = (
        f"Ingrid Solheim says that neighbours who grow vegetables together begin to trust each other [{english}]. "
        f"Neighbours say that the garden creates trust between people [{danish}]."
    )
    return Say([text[start : start + 7] for start in range(0, len(text), 7)])
