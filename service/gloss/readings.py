"""Every way to read one word: function words, lexicon entries under a citation form, and compounds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from index.lexicon import LANGUAGES
from index.recent import Recent
from index.words import WordAnalyzer
from service.gloss.compounds import Compounds, best_readings
from service.gloss.data import Tables
from service.gloss.morphology import Analysis, Morphology
from service.gloss.records import FunctionWord, Reading, Sense
from service.gloss.senses import PREFERRED_WEIGHT, ordered, sense_of
from service.gloss.vocabulary import Vocabulary

INFLECTED_COST = 0.1
HOMOGRAPH_COST = 0.5
"""An analysis by suffix where the dictionary, which knows one lemma a form, has another one."""
UNCONFIRMED_COST = 0.9
"""An analysis by suffix that the dictionary does not confirm."""
FUNCTION_BONUS = 1.0
INVERSION_COST = 3.0
"""For a pronoun read as a subject behind its verb; transitions.tsv gives it back after a finite verb."""
BESIDE_FUNCTION_COST = 2.0
"""For a content word that is spelt like a function word: `nå` (reach, now)."""
ADVERB_COST = 0.5
"""For an adjective in the form of an adverb."""
MAX_WORD = 60
MAX_CACHED = 4_000
"""Words of which is remembered how they may be read: some 1.5 kB each. Those of a quote are read once."""

CITATION = {"noun": "sg", "verb": "inf", "adj": "pos", "adv": "", "name": "", "phrase": "", "func": ""}
VERB_TAGS = {
    "inf": "VI", "pres": "VF", "past": "VF", "part": "VP", "ptc": "VP", "ger": "GER", "imp": "IMP",
    "part.pass": "VP", "inf.pass": "VIPAS", "pres.pass": "VPAS", "past.pass": "VPAS",
}  # fmt: skip
TAGS = {"noun": "N", "adj": "ADJ", "adv": "ADV", "name": "NAME", "phrase": "ADV", "func": "ADV"}
_SUBJECTS = ("it", "this", "these", "somebody", "nobody")


def tag_of(pos: str, feature: str) -> str:
    """The word class as neighbours see it."""
    if pos == "verb":
        return VERB_TAGS.get(feature.removesuffix(".1sg").removesuffix(".pl"), "VF")
    if pos == "adj" and feature in ("pos", "neut", "comp"):
        return "ADJ:comp" if feature == "comp" else "ADJ:i"
    if pos == "noun" and feature.endswith(".def"):
        return "N:d"
    return "ADV" if feature == "adv" else TAGS[pos]


class Reader:
    """Finds the readings of words in a language. Every word is analysed once."""

    def __init__(self, vocabulary: Vocabulary, tables: Tables, words: WordAnalyzer, morphology: Morphology) -> None:
        self.vocabulary = vocabulary
        self._tables = tables
        self._words = words
        self._morphology = morphology
        self._cache: Recent[tuple[str, str], tuple[Reading, ...]] = Recent(MAX_CACHED)
        self._compounds = Compounds(self, tables.no_parts)
        self._lemmas: Recent[tuple[str, str], frozenset[str]] = Recent(MAX_CACHED)
        self._functions: dict[str, dict[str, list[FunctionWord]]] = {language: {} for language in LANGUAGES}
        for row in tables.function_words:
            for language in LANGUAGES:
                for form in row.forms[language]:
                    # A leading ~ marks what is only written, never read, in that language.
                    if not form.startswith("~"):
                        self._functions[language].setdefault(form.lower(), []).append(row)

    def functions(self, language: str) -> dict[str, list[FunctionWord]]:
        """Lower-case form (one word or several) → function words, in the table's order."""
        return self._functions[language]

    def read(self, word: str, language: str) -> tuple[Reading, ...]:
        """The readings of a lower-case word without the genitive of English; () for a word that is not known."""
        try:
            return self._cache[word, language]
        except KeyError:
            found = tuple(self._read(word, language)) if len(word) <= MAX_WORD else ()
            self._cache[word, language] = found
            return found

    def is_dictionary_word(self, word: str, language: str) -> bool:
        """Whether the full-form dictionary has the word."""
        return self._words.is_dictionary_word(word, language)

    def dictionary_lemma(self, word: str, language: str) -> str:
        """The citation form that the dictionary has for the word."""
        return self._words.lemma(word, language)

    def lemmas(self, word: str, language: str) -> frozenset[str]:
        """The word and the citation forms it may have."""
        try:
            return self._lemmas[word, language]
        except KeyError:
            found = {word, *(reading.lemma for reading in self.read(word, language) if reading.lemma)}
            found.add(self._words.lemma(word, language))
            if word in self._functions[language]:
                # få, have, blive: verbs that are read as function words.
                found.update(form.lemma for form in self._morphology.irregulars(word, language))
            kept = self._lemmas[word, language] = frozenset(found)
            return kept

    def function_readings(self, word: str, language: str) -> Iterator[Reading]:
        for rank, row in enumerate(self._functions[language].get(word, ())):
            forms = [form.lower() for form in row.forms[language]]
            place = forms.index(word) if word in forms else 0
            weight = FUNCTION_BONUS - 0.1 * rank - 0.05 * place
            yield Reading(row.tag, weight, "func", row.feature, function=row)
            if row.tag == "PROS" or (row.tag == "PRO" and language != "en" and row.forms["en"][0] in _SUBJECTS):
                yield Reading("PROS:inv", weight - INVERSION_COST, "func", row.feature, function=row)

    def _read(self, word: str, language: str) -> list[Reading]:
        functions = list(self.function_readings(word, language))
        content = list(best_readings(self.content(word, language)))
        if functions:
            # A function word is rarely anything else, unless its content sense is known to be as common.
            content = [
                reading if _alike(reading) else replace(reading, weight=reading.weight - BESIDE_FUNCTION_COST)
                for reading in content
            ]
        readings = functions + (content or ([] if functions else list(self._compounds.read(word, language))))
        if not readings and (base := self.ungenitive(word, language)):
            readings = [
                replace(reading, tag="NGEN", genitive=True)
                for reading in self.read(base, language)
                if reading.pos in ("noun", "name") and not reading.function
            ]
        elif content and (base := self.ungenitive(word, language)) and not functions:
            readings += [
                replace(reading, tag="NGEN", genitive=True, weight=reading.weight - 1.0)
                for reading in self.read(base, language)
                if reading.pos in ("noun", "name") and not reading.function and not reading.parts
            ]
        return readings

    def ungenitive(self, word: str, language: str) -> str | None:
        """The word without the genitive -s of the Scandinavian languages."""
        if language == "en" or not word.endswith("s") or len(word) < 4:
            return None
        return word[:-1].rstrip("'’")

    def content(self, word: str, language: str) -> Iterator[Reading]:
        yield from self.entries(word, word, None, 0.0, language)
        direct = self.vocabulary.has(word, language)
        seen: set[tuple[str, str, str]] = set()
        analyses = list(self._morphology.analyses(word, language))
        if not any(found.irregular for found in analyses):
            analyses = [*self._morphology.irregular_tails(word, language), *analyses]
        for found in analyses:
            key = (found.lemma, found.pos, found.feature)
            if self._is_neuter_plural(word, found, language):
                continue
            if (
                found.tail
                and self._words.is_dictionary_word(word, language)
                and not self._morphology.is_form(word, found.lemma, language)
            ):
                continue  # sv företagen is företag, not före + tagen
            if key in seen or not self.vocabulary.has(found.lemma, language):
                continue
            seen.add(key)
            if found.irregular and not found.tail:
                # `read`, `put`: present rather than past.
                cost = 0.15 if found.lemma == word else 0.0
            elif found.lemma == word or self._morphology.is_form(word, found.lemma, language):
                cost = INFLECTED_COST
            elif self._words.is_dictionary_word(word, language):
                cost = HOMOGRAPH_COST + (0.8 if direct else 0.0)
            else:
                cost = UNCONFIRMED_COST
            yield from self.entries(word, found.lemma, (found.pos, found.feature), cost, language)
        lemma = self._words.lemma(word, language)
        if not direct and lemma != word and not any(lemma == other for other, _, _ in seen):
            base = self.ungenitive(word, language)
            is_genitive = base is not None and self._words.is_dictionary_word(base, language)
            for reading in self.entries(word, lemma, None, UNCONFIRMED_COST, language, guess=True):
                if reading.pos != "noun" or not is_genitive:  # skabes is no cupboard, but a cupboard's
                    yield reading

    def _guess(self, word: str, lemma: str, pos: str, language: str) -> str:
        """What a form that no rule explains probably is: what its end is to its lemma's end (lydbøger as bøger)."""
        for cut in range(2, min(len(word), len(lemma)) - 2):
            if word[:cut] != lemma[:cut]:
                break
            for found in self._morphology.irregulars(word[cut:], language):
                if (found.lemma, found.pos) == (lemma[cut:], pos):
                    return found.feature
        return _usual(word, lemma, pos, language)

    def _is_neuter_plural(self, word: str, found: Analysis, language: str) -> bool:
        """Whether a Swedish form in -en is the plural of a neuter (`företagen`), not a singular."""
        return (
            language == "sv"
            and found.feature == "sg.def"
            and word == found.lemma + "en"
            and self._morphology.is_form(found.lemma + "et", found.lemma, language)
        )

    def entries(
        self,
        word: str,
        lemma: str,
        form: tuple[str, str] | None,
        cost: float,
        language: str,
        *,
        guess: bool = False,
        compound: bool = False,
    ) -> Iterator[Reading]:
        """The senses of `lemma`, one reading for each word class and feature."""
        keys = ((language, lemma + "-") if compound else (language, word), (language, lemma))
        preferred = next((self._tables.preferred[key] for key in keys if key in self._tables.preferred), ())
        by_pos: dict[str, list[Sense]] = {}
        for concept in self.vocabulary.concepts(lemma, language):
            if concept.pos == "func" or (form and not _fits(concept.pos, *form)):
                continue
            by_pos.setdefault(concept.pos, []).append(sense_of(concept, lemma, language, self.vocabulary.lexicon))
        for pos, senses in by_pos.items():
            senses = ordered(senses, preferred)
            feature = form[1] if form else self._guess(word, lemma, pos, language) if guess else CITATION[pos]
            shown = "verb" if form and form[0] == "verb" else pos
            weight = min(PREFERRED_WEIGHT, -senses[0].cost) - cost
            if pos == "adj" and feature == "adv":
                weight -= ADVERB_COST
            made = Reading(tag_of(shown, feature), weight, pos, feature, lemma, tuple(senses))
            yield made
            if language == "en" and pos == "verb" and feature == "inf":
                yield replace(made, tag="VF", feature="pres", weight=made.weight - 0.05)

    def forms_of(self, word: str, lemma: str, pos: str, language: str) -> Iterator[str]:
        """As which forms of `lemma`, which needs no entry of its own, the word may stand."""
        for found in self._morphology.analyses(word, language):
            if (found.lemma, found.pos) == (lemma, pos) and (
                found.irregular or self._morphology.is_form(word, lemma, language)
            ):
                yield found.feature


def _alike(reading: Reading) -> bool:
    """Whether a content reading may stand beside function words: everyday nouns and verbs that are spelt like them."""
    return bool(reading.senses) and reading.senses[0].cost <= -1.0


def _fits(concept_pos: str, pos: str, feature: str) -> bool:
    if concept_pos == "adj" and pos == "verb":
        return False
    return concept_pos == pos


def _usual(word: str, lemma: str, pos: str, language: str) -> str:
    """What a form that no rule explains mostly is."""
    if pos == "noun":
        return "sg"
    if pos == "verb":
        return "inf" if word == lemma else "past" if language == "en" else "pres"
    return CITATION[pos]
