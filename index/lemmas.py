"""Citation forms, by simplemma over tries that it builds once a user and then opens in milliseconds (decision 0206)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from index.lexicon import LANGUAGES

if TYPE_CHECKING:
    from simplemma import Lemmatizer
    from simplemma.strategies import AffixDecompositionStrategy, DictionaryLookupStrategy, RulesStrategy
    from simplemma.strategies.dictionaries import DictionaryFactory

MAX_REMEMBERED = 200_000
"""Words of a language of which is remembered what its dictionary says: some 150 bytes each."""


class _Remembering(Mapping[str, str]):
    """A dictionary that remembers what it was asked: the beginnings of a compound are looked up again and again."""

    def __init__(self, dictionary: Mapping[str, str]) -> None:
        self._dictionary = dictionary
        self._known: dict[str, str | None] = {}

    def get(self, word: str, default: Any = None) -> Any:
        try:
            found = self._known[word]
        except KeyError:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            found = self._known[word] = self._dictionary.get(word)
        return default if found is None else found

    def has(self, word: str) -> bool:
        """Whether the dictionary has a word; what was not asked for before is not remembered."""
        found = self._known.get(word)
        return found is not None or (word not in self._known and self._dictionary.get(word) is not None)

    def __getitem__(self, word: str) -> str:
        return self._dictionary[word]

    def __iter__(self) -> Iterator[str]:
        return iter(self._dictionary)

    def __len__(self) -> int:
        return len(self._dictionary)


class _Dictionaries:
    """The dictionaries by language, as simplemma's strategies ask for them."""

    def __init__(self, tries: DictionaryFactory) -> None:
        self._tries = tries
        self._open: dict[str, _Remembering] = {}

    def get_dictionary(self, lang: str) -> _Remembering:
        """The dictionary of a language that simplemma has."""
        found = self._open.get(lang)
        if found is None:
            found = self._open[lang] = _Remembering(self._tries.get_dictionary(lang))
        return found


class Lemmas:
    """The full-form dictionaries of the languages that simplemma has. Words are given in lower case."""

    def lemma(self, word: str, language: str) -> str:
        """The citation form of `word` by dictionary and rules; the word itself where neither knows it."""
        # simplemma's own way, from one strategy to the next, takes longer than all that they say of a plain word.
        if word.isalpha() and language in LANGUAGES:
            dictionary = self._dictionaries.get_dictionary(language)
            found = dictionary.get(word) or dictionary.get(word.capitalize()) or self._by_rules(word, language)
            return str(found or word).lower()
        return self._lemmatizer.lemmatize(word, lang=language).lower()

    def _by_rules(self, word: str, language: str) -> str | None:
        """What simplemma's strategies say of a word of letters that the dictionary of one of the five does not have."""
        rules, affixes = self._strategies
        return rules.get_lemma(word, language) or affixes.get_lemma(word, language)

    def is_known(self, word: str, language: str) -> bool:
        """Whether the dictionary of `language` has `word` as it stands."""
        if word.isalpha():
            dictionary = self._dictionaries.get_dictionary(language)
            return dictionary.has(word) or dictionary.has(word.capitalize())
        return self._lookup.get_lemma(word, language) is not None

    def known_of(self, words: Collection[str], language: str) -> set[str]:
        """Those of many words of letters that the dictionary of `language` has; what it says is not remembered."""
        has = self._dictionaries.get_dictionary(language).has
        return {word for word in words if has(word) or has(word.capitalize())}

    @cached_property
    def _dictionaries(self) -> _Dictionaries:
        from simplemma.strategies.dictionaries import TrieDictionaryFactory

        # In simplemma's folder of the user's cache, where every data folder finds them. If that cannot be written, the
        # tries are built anew in each process.
        return _Dictionaries(TrieDictionaryFactory())

    @cached_property
    def _lemmatizer(self) -> Lemmatizer:
        from simplemma import Lemmatizer
        from simplemma.strategies import DefaultStrategy

        return Lemmatizer(lemmatization_strategy=DefaultStrategy(dictionary_factory=self._dictionaries))

    @cached_property
    def _strategies(self) -> tuple[RulesStrategy, AffixDecompositionStrategy]:
        """Those of simplemma's that say anything of a word of letters in the five, in its order, but the dictionary."""
        from simplemma.strategies import AffixDecompositionStrategy, RulesStrategy

        return RulesStrategy(), AffixDecompositionStrategy(False, self._lookup)

    @cached_property
    def _lookup(self) -> DictionaryLookupStrategy:
        from simplemma.strategies import DictionaryLookupStrategy

        return DictionaryLookupStrategy(self._dictionaries)
