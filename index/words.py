"""What one written word stands for in one language: its stem, its concepts, its parts. Every word is analysed once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from index import compounds, inflections
from index.folding import fold, fold_all, strip_marks, strip_marks_of_all
from index.lemmas import Lemmas
from index.lexicon import LANGUAGES, Lexicon
from index.normalising import normalise
from index.sending import Sent

MAX_REMEMBERED = 24_000
"""Words of a language that are remembered, some 500 bytes each. When there are so many, the half that was met first is
kept, the commonest for the most part."""
MAX_JUDGED = 100_000
"""Possible parts of compounds, of a language, of which is remembered whether they are words."""

SNOWBALL = {"en": "english", "da": "danish", "nb": "norwegian", "nn": "norwegian", "sv": "swedish"}


@dataclass(frozen=True, slots=True)
class Word(Sent):
    """An analysed word.

    `surface` is the folded stem that is indexed; `keys` are the forms under which it may stand in a multi-word entry;
    `concepts` are (id, weight), the weight of one sense being 1/√senses; `parts` are the words a compound is made of.
    `function` words carry grammar, not content: they have a func row in the lexicon.
    """

    surface: str
    keys: tuple[str, ...]
    concepts: tuple[tuple[str, float], ...] = ()
    parts: tuple[Word, ...] = ()
    function: bool = False
    known: bool = False


class WordAnalyzer:
    """Analyses words of any language; the five of the lexicon get concepts, the others a folded surface form."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._cache: dict[str, dict[str, Word]] = {}
        self._kept: dict[str, int] = {}
        self._sources: dict[str, list[Callable[[], Mapping[str, Word]]]] = {}
        self._stemmers: dict[str, Callable[[str], str]] = {}
        self._stripped: dict[str, Mapping[str, str]] = {}
        self._judged_parts: dict[str, _Judged] = {}
        self._functions = frozenset(id_ for id_, concept in lexicon.concepts.items() if concept.pos == "func")
        self._lemmas = Lemmas()

    def word(self, text: str, language: str) -> Word:
        """The analysis of `text`, one token as written."""
        cache = self._cache.get(language)
        if cache is None:
            cache = self._load(language)
        found = cache.get(text)
        if found is None:
            if len(cache) >= MAX_REMEMBERED:
                # Another one: somebody may be going through this one.
                cache = self._cache[language] = dict(islice(cache.items(), MAX_REMEMBERED // 2))
            word = normalise(text)
            # It may have been met with other capitals; what has lost an ending is another word than what is left.
            found = cache.get(word) if len(word) == len(text) else None
            found = cache[text] = found or self._analyse(word, language)
        return found

    def seen(self, language: str) -> Mapping[str, Word]:
        """The words of a language that have been analysed so far, as written."""
        return dict(self._cache.get(language, {}))

    def has_news(self, language: str, limit: int) -> bool:
        """Whether the first `limit` words should be kept again: twice as many are known; common ones come first."""
        kept, seen = self._kept.get(language, 0), len(self._cache.get(language, ()))
        return min(seen, limit) > 2 * kept

    def forget(self) -> None:
        """Forget all words; what has been loaded to analyse them stays."""
        self._cache.clear()

    def note_kept(self, language: str) -> None:
        """Note that the words seen so far have been kept."""
        self._kept[language] = len(self._cache.get(language, ()))

    def news(self, sent: dict[str, int], limit: int) -> dict[str, dict[str, Word]]:
        """The first `limit` words of each language that were analysed since `sent` was last given; notes that in it.

        Args:
            sent: language → how many of its words were returned before; empty at first.
            limit: of a language, in all calls together.
        """
        found: dict[str, dict[str, Word]] = {}
        for language, cache in self._cache.items():
            start = sent.get(language, 0)
            if new := dict(islice(cache.items(), start, limit)):
                found[language] = new
                sent[language] = start + len(new)
        return found

    def learn(self, words: Mapping[str, Mapping[str, Word]]) -> None:
        """Take over words by language, as another process with the same lexicon has analysed them."""
        for language, some in words.items():
            cache = self._cache.get(language)
            if cache is None:
                cache = self._load(language)
            for text, word in some.items():
                cache.setdefault(text, word)

    def add_source(self, language: str, load: Callable[[], Mapping[str, Word]]) -> None:
        """Have analysed words loaded when a word of the language is first asked for; too late, they are left."""
        if language not in self._cache:
            self._sources.setdefault(language, []).append(load)

    def _load(self, language: str) -> dict[str, Word]:
        cache: dict[str, Word] = {}
        for load in self._sources.pop(language, ()):
            cache.update(load())
        self._kept[language] = len(cache)
        self._cache[language] = cache
        return cache

    def lemma(self, word: str, language: str) -> str:
        """The citation form of a lower-case word: the lexicon's correction, else simplemma's."""
        if language not in LANGUAGES:
            return word
        if corrected := self.lexicon.forms[language].get(word):
            return corrected
        return self._lemmas.lemma(word, language)

    def is_dictionary_word(self, word: str, language: str) -> bool:
        """Whether simplemma's full-form dictionary has the lower-case word."""
        return self._lemmas.is_known(word, language)

    def knowers(self, word: str) -> int:
        """Whose full-form dictionary has the lower-case word: a bit for each of LANGUAGES, the first the lowest."""
        return self._lemmas.knowers(word)

    def expect_many(self) -> None:
        """Make ready for many new words, in 20 ms."""
        self._lemmas.note_names()

    def is_known(self, word: str, language: str) -> bool:
        """Whether the lexicon or the full-form dictionary has the lower-case word."""
        return (
            word in self.lexicon.words(language)
            or word in self.lexicon.forms[language]
            or self.is_dictionary_word(word, language)
        )

    def known_of(self, words: Collection[str], language: str) -> set[str]:
        """Those of many lower-case words that `is_known` holds for, in half the time."""
        entries, forms = self.lexicon.words(language), self.lexicon.forms[language]
        known = {word for word in words if word in entries or word in forms}
        return known | self._lemmas.known_of([word for word in words if word not in known], language)

    def surface(self, word: str, language: str) -> str:
        """The indexed form of a lower-case word, or of its lemma where a dictionary has one: the folded stem."""
        return fold(self._stem(word, language))

    def surfaces(self, words: Sequence[str], language: str) -> list[str]:
        """`surface` of many words, in a tenth of the time; nothing is remembered of them."""
        import Stemmer

        return fold_all(Stemmer.Stemmer(SNOWBALL[language], 0).stemWords(words))

    def _analyse(self, word: str, language: str, *, is_part: bool = False) -> Word:
        if language not in LANGUAGES:
            return Word(surface=fold(word), keys=(word,))
        if word[0].isdigit():
            ids = self.lexicon.words(language).get(word, ())
            return Word(surface=word, keys=(word,), concepts=_weigh(ids), known=bool(ids))
        lemma = self.lemma(word, language)
        ids, function = self._senses(word, lemma, language)
        if not ids and (citation := inflections.citation(word, language, self.lexicon)):
            lemma, ids = citation, self.lexicon.words(language)[citation]
        known = bool(ids) or word in self.lexicon.forms[language] or self.is_dictionary_word(word, language)
        if not known and (variant := self._variant(word, language)):
            return self._analyse(variant, language, is_part=is_part)
        parts = () if function or is_part or ids else self._parts(word, lemma, language)
        return Word(
            surface=self.surface(lemma, language),
            keys=(word,) if lemma == word else (word, lemma),
            concepts=_weigh(ids),
            parts=parts,
            function=function,
            known=known,
        )

    def _senses(self, word: str, lemma: str, language: str) -> tuple[tuple[str, ...], bool]:
        """Concept ids of the word as written and of its lemma; of a function word only the func rows."""
        entries = self.lexicon.words(language)
        written = entries.get(word, ())
        ids = written
        if lemma != word and (further := entries.get(lemma)):
            ids = (*written, *(id_ for id_ in further if id_ not in written))
        if not ids or self._functions.isdisjoint(ids):
            return ids, False
        return tuple(id_ for id_ in ids if id_ in self._functions), True

    def is_part(self, word: str, language: str) -> bool:
        """Whether a compound may have the lower-case word as a part: it, or its lemma, is an entry with content."""
        entries = self.lexicon.words(language)
        ids = entries.get(word)
        if ids is None and len(word) > 4:
            ids = entries.get(self.lemma(word, language))
        return ids is not None and self._functions.isdisjoint(ids)

    def name(self, text: str, word: Word) -> str | None:
        """The form that a token has in every language if it is a name; None where it is not written or known as one.

        Stems differ between languages, and a name is the same in all of them: folded, without the s of a genitive.
        """
        return as_name(normalise(text)) if is_title(text) and is_bare(word) else None

    def _stem(self, word: str, language: str) -> str:
        stemmer = self._stemmers.get(language)
        if stemmer is None:
            import Stemmer

            stemmer = self._stemmers[language] = Stemmer.Stemmer(SNOWBALL[language]).stemWord
        return stemmer(word)

    def _parts(self, word: str, lemma: str, language: str) -> tuple[Word, ...]:
        judged = self._judged_parts.get(language)
        if judged is None:
            judged = self._judged_parts[language] = _Judged(self, language)
        for form in dict.fromkeys((lemma, word)):
            if found := compounds.split(form, language, judged.__getitem__):
                return tuple(self._analyse(part, language, is_part=True) for part in found)
        return ()

    def _stripped_words(self, language: str) -> Mapping[str, str]:
        """Lexicon word of a language without its diacritics → the word."""
        found = self._stripped.get(language)
        if found is None:
            words = [word for word in self.lexicon.words(language) if " " not in word]
            found = {}
            for plain, word in zip(strip_marks_of_all(words), words, strict=True):
                if plain != word:
                    found.setdefault(plain, word)
            self._stripped[language] = found
        return found

    def _variant(self, word: str, language: str) -> str | None:
        """A known word that `word` is another spelling of: old aa, missing diacritics, Nynorsk infinitives in -a."""
        candidates = [word.replace("aa", "å").replace("ae", "æ").replace("oe", "ø")]
        if language == "sv":
            candidates = [word.replace("aa", "å").replace("ae", "ä").replace("oe", "ö")]
        if language == "nn" and word.endswith("a"):
            candidates.append(word[:-1] + "e")
        for candidate in candidates:
            if candidate != word and (
                candidate in self.lexicon.words(language) or self.is_dictionary_word(candidate, language)
            ):
                return candidate
        found = self._stripped_words(language).get(strip_marks(word))
        return found if found != word else None


class _Judged(dict[str, bool]):
    """Possible parts of compounds, with whether they are; most are asked for again and again."""

    def __init__(self, words: WordAnalyzer, language: str) -> None:
        super().__init__()
        self._words = words
        self._language = language

    def __missing__(self, part: str) -> bool:
        if len(self) >= MAX_JUDGED:
            self.clear()
        found = self[part] = self._words.is_part(part, self._language)
        return found


def is_bare(word: Word) -> bool:
    """Whether no dictionary says more of a word than that it is one."""
    return not (word.concepts or word.function or word.parts) and (not word.known or len(word.keys) == 1)


def as_name(word: str) -> str:
    """The form of a lower-case name that all languages share, without the s of a genitive."""
    return fold(word[:-1] if word.endswith("s") and len(word) > 4 and not word.endswith("ss") else word)


def is_title(text: str) -> bool:
    """Whether a token is written as names are: a capital, then none ("Mette", not "ROI" or "mette")."""
    return len(text) > 1 and text[0].isupper() and text[1:].islower()


def _weigh(ids: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """Each sense at 1/√senses: a word of many senses is weak evidence for each (measured against 1 and 1/senses)."""
    return tuple(weighted(id_, len(ids) ** -0.5) for id_ in ids)


@lru_cache(maxsize=65_536)
def weighted(term: str, weight: float) -> tuple[str, float]:
    """A pair that all words share that say a concept with the same weight: many do, and each pair takes 140 bytes."""
    return term, weight
