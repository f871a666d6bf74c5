"""Inflection in both directions: which lemma a form may belong to, and which form a lemma takes.

Rules only propose; irregular forms are listed, and simplemma's full-form dictionaries say which proposal is a word. So
`hus` becomes `huse` in Danish and not `huser` without a table of declensions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.lexicon import LANGUAGES
from index.words import WordAnalyzer
from service.gloss.data import Rule, Tables
from service.gloss.endings import VOWELS, declined, english, form_of, lemma_of, rule_allows_bare

# Verbs made by a prefix are inflected as the verb itself: foregå as gå, undersøge as søge.
_MIN_TAIL = 2


# Endings of Bokmål, and what Nynorsk has for them.
_BOKMAAL_VERBS = {
    "et": {"pres": "ar", "past": "a", "part": "a"},
    "te": {"pres": "er", "past": "te", "part": "t"},
    "de": {"pres": "er", "past": "de", "part": "d"},
}
_BOKMAAL_NOUNS = {
    "en": {"sg.def": "en", "pl": "ar", "pl.def": "ane"},
    "et": {"sg.def": "et", "pl": "", "pl.def": "a"},
}


@dataclass(frozen=True, slots=True)
class Analysis:
    """A lemma that a form may belong to, and as which form of it."""

    lemma: str
    pos: str
    feature: str
    irregular: bool = False
    tail: bool = False


class Morphology:
    """Analyses and makes word forms of the five languages; all words in lower case."""

    def __init__(self, tables: Tables, words: WordAnalyzer) -> None:
        self._words = words
        self._tables = tables
        self._rules: dict[str, dict[tuple[str, str], tuple[Rule, ...]]] = {}
        self._endings: dict[str, dict[str, list[Rule]]] = {}
        self._irregular: dict[str, dict[str, list[Analysis]]] = {}
        for language in LANGUAGES:
            by_key: dict[tuple[str, str], list[Rule]] = {}
            endings = self._endings[language] = {}
            for rule in tables.rules[language]:
                by_key.setdefault((rule.pos, rule.feature), []).append(rule)
                endings.setdefault(rule.form_ending.lstrip("+"), []).append(rule)
            self._rules[language] = {key: tuple(rules) for key, rules in by_key.items()}
            forms = self._irregular[language] = {}
            for (pos, lemma, feature), written in tables.irregular[language].items():
                for form in {shape: None for base in written for shape in declined(base, pos, feature, language)}:
                    forms.setdefault(form, []).append(Analysis(lemma, pos, feature, irregular=True))
        self.inflect = lru_cache(maxsize=10_000)(self._inflect)

    def analyses(self, form: str, language: str) -> Iterator[Analysis]:
        """Every lemma and feature that the tables allow for `form`; whether the lemma is a word is for the caller."""
        yield from self._irregular[language].get(form, ())
        if form.endswith("s") and language != "en":
            for found in self._irregular[language].get(form[:-1], ()):
                if found.pos == "verb" and found.feature in ("pres", "past", "part"):
                    yield Analysis(found.lemma, "verb", found.feature + ".pass", irregular=True)
        for cut in range(min(6, len(form) - 1)):
            stem, ending = (form[:-cut], form[-cut:]) if cut else (form, "")
            for rule in self._endings[language].get(ending, ()):
                if lemma := lemma_of(stem, rule):
                    yield Analysis(lemma, rule.pos, rule.feature)

    def irregulars(self, form: str, language: str) -> Sequence[Analysis]:
        """The listed lemmas of an irregular form."""
        return self._irregular[language].get(form, ())

    def irregular_tails(self, form: str, language: str) -> Iterator[Analysis]:
        """Irregular forms behind a prefix: `foregik` → `foregå`, past."""
        for cut in range(1, len(form) - _MIN_TAIL + 1):
            if form[:cut] not in self._tables.prefixes:
                continue
            for found in self._irregular[language].get(form[cut:], ()):
                yield Analysis(form[:cut] + found.lemma, found.pos, found.feature, irregular=True, tail=True)

    def is_form(self, form: str, lemma: str, language: str) -> bool:
        """Whether the dictionary has `form` as a form of `lemma`."""
        return self._words.is_dictionary_word(form, language) and self._words.lemma(form, language) == lemma

    def plurals(self, language: str) -> frozenset[str]:
        """The irregular plurals, which are not made plural again where they stand as entries."""
        listed = self._tables.irregular[language].items()
        return frozenset(
            form for (pos, _, feature), forms in listed if (pos, feature) == ("noun", "pl") for form in forms
        )

    def is_plural_entry(self, word: str) -> bool:
        """Whether an English entry is a plural already (`terms`): the dictionary has it as a form of its singular."""
        return word.endswith("s") and not word.endswith("ss") and self.is_form(word, word[:-1], "en")

    def gender(self, noun: str, language: str) -> str:
        """ "neut" or "common" by the definite form ("fem" in Nynorsk); "common" where it is not known."""
        definite = self.inflect(noun, "noun", "sg.def", language)
        if not definite or definite == noun:
            return "common"
        if definite.endswith("t"):
            return "neut"
        return "fem" if language == "nn" and definite.endswith("a") else "common"

    def _inflect(self, lemma: str, pos: str, feature: str, language: str) -> str | None:
        """The form of a lemma (one word) for a feature; None where none is known to be right."""
        irregular = self._tables.irregular[language]
        if found := irregular.get((pos, lemma, feature)):
            return found[0]
        if language == "sv" and feature.endswith(".pass"):
            base = irregular.get((pos, lemma, feature.removesuffix(".pass")))
            if base and feature != "pres.pass":
                return base[0] + "s"
        if language == "nn" and pos == "verb" and (form := self._by_bokmaal(lemma, pos, feature)):
            return form
        if form := self._proposed(lemma, pos, feature, language):
            return form
        for cut in range(2, len(lemma) - _MIN_TAIL + 1):
            tail = lemma[cut:]
            # A noun may be a compound of any first part, a verb only of a prefix.
            fits = VOWELS.intersection(lemma[:cut]) if pos == "noun" else lemma[:cut] in self._tables.prefixes
            if fits and (found := irregular.get((pos, tail, feature))):
                return lemma[:cut] + found[0]
        if language == "en":
            return english(lemma, pos, feature)
        return (
            self._by_tail(lemma, pos, feature, language)
            or (self._by_bokmaal(lemma, pos, feature) if language == "nn" else None)
            or self._by_default(lemma, pos, feature, language)
        )

    def _proposed(self, lemma: str, pos: str, feature: str, language: str) -> str | None:
        """What the rules propose and the dictionary knows."""
        proposals = [form for rule in self._rules[language].get((pos, feature), ()) if (form := form_of(lemma, rule))]
        # Every noun has a genitive in -s; few have such a plural.
        genitive = lemma + "s" if pos == "noun" and language != "en" else None
        if feature == "pl.def" and self.gender(lemma, language) != "neut":
            # Swedish neuters have a plural in -en (`husen`), which is the singular of the others.
            proposals = [form for form in proposals if form != self.inflect(lemma, "noun", "sg.def", language)]
        for form in proposals:
            known = form != genitive and self.is_form(form, lemma, language)
            # The dictionaries have many neuters as adverbs with a lemma of their own (godt, langt).
            known = known or (
                feature == "neut" and form == lemma + "t" and self._words.is_dictionary_word(form, language)
            )
            if known and form != lemma:
                return form
        # A plural that the dictionary has under another lemma only (`fördelarna`: fördelare), but no genitive.
        others = [form for form in proposals if len(form) > len(lemma) + 1]
        singular = self._words.lemma(lemma, language) == lemma
        listed = next((form for form in others if singular and self._words.is_dictionary_word(form, language)), None)
        bare = (
            lemma if lemma in proposals and rule_allows_bare(feature) and self.is_form(lemma, lemma, language) else None
        )
        if feature == "imp" and language != "sv":
            return None  # an infinitive is no imperative: the defaults take its ending off
        if not feature.startswith("pl") or language == "en":
            return bare
        return bare or listed if pos == "noun" and self.gender(lemma, language) == "neut" else listed or bare

    def _by_bokmaal(self, lemma: str, pos: str, feature: str) -> str | None:
        """A Nynorsk verb or noun that is spelt as in Bokmål, whose dictionary has more, is inflected alike."""
        if pos == "verb" and lemma.endswith("e") and feature in ("pres", "past", "part"):
            past = self._proposed(lemma, "verb", "past", "nb") or ""
            stem = lemma[:-1]
            for ending, forms in _BOKMAAL_VERBS.items():
                if past == stem + ending:
                    return stem + forms[feature]
        if pos == "noun" and feature in ("sg.def", "pl", "pl.def"):
            definite = self._proposed(lemma, "noun", "sg.def", "nb") or ""
            for ending, nouns in _BOKMAAL_NOUNS.items():
                if definite == lemma.removesuffix("e") + ending:
                    return lemma.removesuffix("e" if nouns[feature] else "") + nouns[feature]
        return None

    def _by_default(self, lemma: str, pos: str, feature: str, language: str) -> str | None:
        """The form that most words of this ending have."""
        rules = self._tables.defaults[language]
        return next((form for r in rules if (r.pos, r.feature) == (pos, feature) and (form := form_of(lemma, r))), None)

    def _by_tail(self, lemma: str, pos: str, feature: str, language: str) -> str | None:
        """A compound that no dictionary has is inflected as its last part."""
        for cut in range(3, len(lemma) - 2):
            tail = lemma[cut:]
            if self._words.lexicon.words(language).get(tail) and (form := self.inflect(tail, pos, feature, language)):
                return lemma[:cut] + form
        return None
