"""Citation forms, by simplemma over tries that it builds once a user and then opens in milliseconds (decision 0206)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, cast

from index.lexicon import LANGUAGES

if TYPE_CHECKING:
    from simplemma import Lemmatizer
    from simplemma.strategies import AffixDecompositionStrategy, DictionaryLookupStrategy, RulesStrategy
    from simplemma.strategies.dictionaries import DictionaryFactory

MAX_REMEMBERED = 60_000
"""Words of a language of which is remembered what its dictionary says: some 150 bytes each."""

CAPITALS = frozenset(f"{ascii_uppercase}ÅÆÄØÖ")

_NOT_ASKED = "?"


class _Remembering(Mapping[str, str]):
    """A dictionary that remembers what it was asked: the parts of a compound are looked up again and again."""

    def __init__(self, dictionary: Mapping[str, str]) -> None:
        self._dictionary = dictionary
        # Two halves as in `index.recent`, written out: a new word asks twenty times.
        self._known: dict[str, str | None] = {}
        self._older: dict[str, str | None] = {}
        self.ask: Callable[[str], str | None] = dictionary.get
        """What the dictionary says of a word; it is not remembered."""
        self._names: Set[str] | None = None

    def note_names(self) -> None:
        """Note which words it has that begin with one of CAPITALS: few, and half of all questions are for them."""
        # simplemma has no way of its own to go through some of a trie's words; without one, the trie is asked.
        if trie := getattr(self._dictionary, "_trie", None):
            self._names = frozenset(word for letter in CAPITALS for word in trie.iterkeys(letter))

    def either(self, word: str, other: str | None = None) -> str | None:
        """What the dictionary says of a word as it stands, else of the same with or without its capital.

        Args:
            other: the latter, where somebody knows it already.
        """
        found = self._known.get(word, _NOT_ASKED)
        if found is _NOT_ASKED:
            found = self._older.get(word, _NOT_ASKED)
            if found is _NOT_ASKED:
                if other is None:
                    other = word.lower() if word[:1].isupper() else word.capitalize()
                found = self._said(word)
                if found is None:
                    found = self._said(other)
            if len(self._known) >= MAX_REMEMBERED // 2:
                self._older, self._known = self._known, {}
            self._known[word] = found
        return found

    def _said(self, word: str) -> str | None:
        names = self._names
        return self.ask(word) if names is None or word[:1] not in CAPITALS or word in names else None

    def has(self, word: str) -> bool:
        """Whether the dictionary has a word as it stands or as a name; only what `either` was asked is remembered."""
        found = _NOT_ASKED if word[:1].isupper() else self._known.get(word, _NOT_ASKED)
        if found is not _NOT_ASKED:
            return found is not None
        return self.ask(word) is not None or self.ask(word.capitalize()) is not None

    def __getitem__(self, word: str) -> str:
        return self._dictionary[word]

    def get(self, word: str, default: Any = None) -> Any:
        """What the dictionary says of a word; Mapping's own way would raise an error for each that it does not have."""
        return self._dictionary.get(word, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._dictionary)

    def __len__(self) -> int:
        return len(self._dictionary)


@dataclass(frozen=True, slots=True)
class _Lookup:
    """simplemma's `DictionaryLookupStrategy` for words of letters in the lexicon's languages; it remembers."""

    dictionaries: _Dictionaries

    def get_lemma(self, token: str, lang: str) -> str | None:
        """What the dictionary of a language says of a word, with or without a capital."""
        return self.dictionaries.get_dictionary(lang).either(token)


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
            found = dictionary.either(word) or self._by_rules(word, language)
            return str(found or word).lower()
        return self._lemmatizer.lemmatize(word, lang=language).lower()

    def _by_rules(self, word: str, language: str) -> str | None:
        """What simplemma's strategies say of a word of letters that the dictionary of one of the five does not have."""
        rules, affixes = self._strategies
        return rules.get_lemma(word, language) or affixes.get_lemma(word, language)

    def is_known(self, word: str, language: str) -> bool:
        """Whether the dictionary of `language` has `word` as it stands."""
        if word.isalpha():
            return self._dictionaries.get_dictionary(language).has(word)
        return self._lookup.get_lemma(word, language) is not None

    def known_of(self, words: Collection[str], language: str) -> set[str]:
        """Those of many words of letters that the dictionary of `language` has; what it says is not remembered."""
        ask = self._dictionaries.get_dictionary(language).ask
        return {word for word in words if ask(word) is not None or ask(word.capitalize()) is not None}

    def knowers(self, word: str) -> int:
        """Which of LANGUAGES have `word` in their dictionary as it stands, a bit each, the first one's the lowest."""
        if not word.isalpha() or word[0].isupper():
            return sum(self.is_known(word, language) << bit for bit, language in enumerate(LANGUAGES))
        found, capital = 0, word.capitalize()
        for bit, either in self._asked:
            if either(word, capital) is not None:
                found |= bit
        return found

    def note_names(self) -> None:
        """Note which names the five dictionaries have, in 20 ms: worth it for whoever looks up many words."""
        for language in LANGUAGES:
            self._dictionaries.get_dictionary(language).note_names()

    @cached_property
    def _asked(self) -> Sequence[tuple[int, Callable[[str, str], str | None]]]:
        """What to ask each dictionary, and the bit of its language."""
        get = self._dictionaries.get_dictionary
        return [(1 << bit, get(language).either) for bit, language in enumerate(LANGUAGES)]

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

        lookup = cast("DictionaryLookupStrategy", _Lookup(self._dictionaries))
        return RulesStrategy(), AffixDecompositionStrategy(False, lookup)

    @cached_property
    def _lookup(self) -> DictionaryLookupStrategy:
        from simplemma.strategies import DictionaryLookupStrategy

        return DictionaryLookupStrategy(self._dictionaries)
