"""The forms of single words that a Scandinavian gloss writes, as far as they are known."""

from __future__ import annotations

from service.gloss.morphology import Morphology

MORE = {"da": ("mere", "mest"), "nb": ("mer", "mest"), "nn": ("meir", "mest"), "sv": ("mer", "mest")}
BE_PASSIVE = {"da": "blive", "nb": "bli", "nn": "bli", "sv": "bli"}
INFINITIVE = {"da": "at", "nb": "å", "nn": "å", "sv": "att"}


class NordicForms:
    """Inflects words of one Scandinavian language; a word whose form is not known stays as it is."""

    def __init__(self, language: str, morphology: Morphology) -> None:
        self._language = language
        self._morphology = morphology

    def noun(self, word: str, feature: str) -> str:
        """A noun, or an adjective that is used as one, with number and definiteness."""
        made = self._morphology.inflect(word.lower(), "noun", feature, self._language)
        if made is None and feature.startswith("pl"):
            # de ansatte: an adjective that is used as a noun.
            made = self._morphology.inflect(word.lower(), "adj", "pl", self._language)
        if made is None and feature == "pl.def":
            made = self._morphology.inflect(word.lower(), "noun", "pl", self._language)
        if made is None:
            return word
        return word[0] + made[1:] if word[0].isupper() else made

    def verb(self, verb: str, feature: str) -> str:
        """A verb in a tense; its passive with `bli` where it has none of its own."""
        inflect = self._morphology.inflect
        if made := inflect(verb, "verb", feature, self._language):
            return made
        if feature.endswith(".pass"):
            tense = feature.removesuffix(".pass")
            participle = inflect(verb, "verb", "part", self._language)
            auxiliary = BE_PASSIVE[self._language]
            finite = auxiliary if tense == "inf" else inflect(auxiliary, "verb", tense, self._language)
            return f"{finite} {participle}" if finite and participle else verb
        return verb

    def adjective(self, word: str, feature: str) -> str:
        """An adjective in a degree or agreeing; with `more` where it has no degrees of its own."""
        made = self._morphology.inflect(word, "adj", feature, self._language)
        if made is None and feature in ("comp", "sup"):
            return f"{MORE[self._language][feature == 'sup']} {word}"
        return made or word
