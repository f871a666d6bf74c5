"""Citation forms, by simplemma over tries that it builds once a user and then opens in milliseconds (decision 0206)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simplemma import Lemmatizer
    from simplemma.strategies import DictionaryLookupStrategy


class Lemmas:
    """The full-form dictionaries of the languages that simplemma has. Words are given in lower case."""

    def lemma(self, word: str, language: str) -> str:
        """The citation form of `word` by dictionary and rules; the word itself where neither knows it."""
        return self._lemmatizer.lemmatize(word, lang=language).lower()

    def is_known(self, word: str, language: str) -> bool:
        """Whether the dictionary of `language` has `word` as it stands."""
        return self._lookup.get_lemma(word, language) is not None

    @cached_property
    def _parts(self) -> tuple[Lemmatizer, DictionaryLookupStrategy]:
        from simplemma import Lemmatizer
        from simplemma.strategies import DefaultStrategy, DictionaryLookupStrategy
        from simplemma.strategies.dictionaries import TrieDictionaryFactory

        # In simplemma's folder of the user's cache, where every data folder finds them. If that cannot be written, the
        # tries are built anew in each process.
        tries = TrieDictionaryFactory()
        strategy = DefaultStrategy(dictionary_factory=tries)
        return Lemmatizer(lemmatization_strategy=strategy), DictionaryLookupStrategy(tries)

    @property
    def _lemmatizer(self) -> Lemmatizer:
        return self._parts[0]

    @property
    def _lookup(self) -> DictionaryLookupStrategy:
        return self._parts[1]
