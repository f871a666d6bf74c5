"""The lexicon as a gloss sees it: with entries of its own, which come first."""

from __future__ import annotations

from dataclasses import replace

from index.lexicon import LANGUAGES, Concept, Lexicon

OWN_FILE = "gloss"


class Vocabulary:
    """Words → concepts, of the gloss's own entries and of the lexicon."""

    def __init__(self, lexicon: Lexicon, own: tuple[Concept, ...]) -> None:
        self.lexicon = lexicon
        self._concepts = {concept.id: _written(concept) for concept in own}
        self._ids: dict[str, dict[str, tuple[str, ...]]] = {language: {} for language in LANGUAGES}
        for concept in own:
            for language, words in concept.words.items():
                # English idioms are for writing: what they stand for is read from the lexicon.
                if language == "en":
                    continue
                ids = self._ids[language]
                # A leading ~ marks what is only written, never read, in that language.
                for word in (word for word in words if not word.startswith("~")):
                    ids[word.lower()] = (*ids.get(word.lower(), ()), concept.id)

    def entries(self, language: str) -> tuple[str, ...]:
        """Every entry in lower case, of one word or several."""
        return (*self._ids[language], *self.lexicon.words(language))

    def has(self, word: str, language: str) -> bool:
        return word in self._ids[language] or word in self.lexicon.words(language)

    def concepts(self, word: str, language: str) -> tuple[Concept, ...]:
        """What a lower-case entry may stand for, the gloss's own concepts first."""
        own = tuple(self._concepts[id_] for id_ in self._ids[language].get(word, ()))
        return own + tuple(self.lexicon.concepts[id_] for id_ in self.lexicon.words(language).get(word, ()))


def _written(concept: Concept) -> Concept:
    words = {language: tuple(word.removeprefix("~") for word in cell) for language, cell in concept.words.items()}
    return replace(concept, words=words)
