"""Finds sentences, with exact offsets."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from index.records import Span
from index.tokens import package_data

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

_MODELS = {"en": "english", "da": "danish", "nb": "norwegian", "nn": "norwegian", "sv": "swedish"}


def sentences(text: str, start: int, end: int, language: str) -> list[Span]:
    """Return the spans of the sentences in `text[start:end]`, in order, as offsets into `text`, trimmed of blanks."""
    piece = text[start:end]
    spans = []
    for first, last in _tokenizer(language).span_tokenize(piece):
        sentence = piece[first:last]
        left = first + len(sentence) - len(sentence.lstrip())
        right = first + len(sentence.rstrip())
        if right > left:
            spans.append(Span(start + left, start + right))
    return spans


@cache
def _tokenizer(language: str) -> PunktSentenceTokenizer:
    from nltk.tabdata import PunktDecoder
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    # Read here, not by NLTK's own loader: that one refuses folders outside its search path, and hard-linked files.
    folder = package_data("nltk_cache") / "tokenizers" / "punkt_tab" / _MODELS.get(language, "english")
    decoder, parameters = PunktDecoder(), PunktParameters()
    with (folder / "collocations.tab").open(encoding="utf-8") as file:
        parameters.collocations = set(decoder.tab2tups(file))
    with (folder / "sent_starters.txt").open(encoding="utf-8") as file:
        parameters.sent_starters = decoder.txt2set(file)
    with (folder / "abbrev_types.txt").open(encoding="utf-8") as file:
        parameters.abbrev_types = decoder.txt2set(file)
    with (folder / "ortho_context.tab").open(encoding="utf-8") as file:
        parameters.ortho_context = decoder.tab2intdict(file)
    return PunktSentenceTokenizer(parameters)
