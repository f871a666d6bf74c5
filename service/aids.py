"""What helps to read a quote in another language: a word-for-word gloss, and a machine translation where there is one.

Neither is ever a source: a quote is shown as it stands in its document, and these beside it, marked as what they are.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property

from index.words import WordAnalyzer
from service.gloss import Glosser, is_glossable
from service.records import Aid, Answer, Citation, Sentence, Translation
from service.right_of_way import Aside, go_on
from service.settings import Settings
from service.translate import Apertium, Translator

MAX_REMEMBERED = 2_000
"""Translations kept in memory."""


class Aids:
    """Adds aids to citations. Nothing is loaded before the first quote in another language."""

    def __init__(self, words: WordAnalyzer, *, gloss: bool = True, translator: Translator | None = None) -> None:
        self._words = words
        self._gloss = gloss
        self._translator = translator
        # A model's answer asks for a quote's aids twice: as its sentence is shown, and at the end.
        self._translated: dict[tuple[str, str, str], str | None] = {}

    @cached_property
    def _glosser(self) -> Glosser:
        return Glosser(self._words.lexicon, self._words)

    def complete(self, answer: Answer, aside: Aside = go_on) -> Answer:
        """The answer with aids in its own language. `aside` is called before each."""
        return replace(answer, citations=self.add(answer.citations, answer.language, aside))

    def follow(self, writing: Generator[Sentence, None, Answer], language: str) -> Generator[Sentence, None, Answer]:
        """What `writing` yields and returns, with aids."""
        with closing(writing):
            while True:
                try:
                    sentence = next(writing)
                except StopIteration as end:
                    answer: Answer = end.value
                    return replace(answer, citations=self.add(answer.citations, language))
                yield replace(sentence, citations=self.add(sentence.citations, language))

    def add(self, citations: Sequence[Citation], language: str, aside: Aside = go_on) -> tuple[Citation, ...]:
        """The citations with aids in `language`; those that have them, or need none, as they are."""
        translations = self._translations(citations, language)
        added = []
        for citation in citations:
            aside()
            translation = citation.translation or translations.get(citation.quote.text)
            added.append(
                replace(citation, gloss=citation.gloss or self._aid(citation, language), translation=translation)
            )
        return tuple(added)

    def _aid(self, citation: Citation, language: str) -> Aid | None:
        quote = citation.quote
        if not self._gloss or not is_glossable(quote.language, language):
            return None
        text = self._glosser.gloss(quote.text, quote.language, language)
        return Aid(language, text) if text and text != quote.text else None

    def _translations(self, citations: Sequence[Citation], language: str) -> dict[str, Translation]:
        """Quote → translation, with one call for all quotes of a language."""
        translator = self._translator
        if translator is None:
            return {}
        wanted: dict[str, dict[str, None]] = {}
        for citation in citations:
            quote = citation.quote
            if citation.translation is None and translator.translates(quote.language, language):
                wanted.setdefault(quote.language, {})[quote.text] = None
        if len(self._translated) > MAX_REMEMBERED:
            self._translated.clear()
        done: dict[str, str | None] = {}
        for source, texts in wanted.items():
            new = [text for text in texts if (source, language, text) not in self._translated]
            for text, translated in zip(new, translator.translate(new, source, language), strict=True):
                self._translated[source, language, text] = translated
            done |= {text: self._translated.get((source, language, text)) for text in texts}
        return {text: Translation(language, found, translator.name) for text, found in done.items() if found}


def make_aids(settings: Settings, words: WordAnalyzer, model: Translator | None = None) -> Aids:
    """The aids that the settings ask for. `model` translates where KILDE_TRANSLATION is "model"."""
    translators: dict[str, Translator | None] = {"off": None, "apertium": Apertium(), "model": model}
    return Aids(words, gloss=settings.gloss, translator=translators[settings.translation])
