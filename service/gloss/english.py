"""Writes the chosen readings in English, inflected so that the row of words can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.gloss.choose import target_word
from service.gloss.morphology import Morphology
from service.gloss.records import FunctionWord, Node, Reading
from service.gloss.referring import possessive, reflexive
from service.gloss.syntax import (
    FINITE,
    antecedent,
    determiner_of,
    head_of_phrase,
    is_article,
    is_free,
    number_of,
    phrase_start,
    subject_of,
)

PLURAL_NOUNS = (("people",), ("police",), ("social media",), ("media",), ("young people",), ("staff",), ("goods",))
"""English nouns that are plural without an ending, as cells begin."""


class EnglishWriter:
    """Turns chosen nodes into English words."""

    def __init__(self, morphology: Morphology, wordings: Mapping[tuple[str, str], str]) -> None:
        self._morphology = morphology
        self._wordings = wordings
        self._plurals = morphology.plurals("en")

    def write(self, nodes: Sequence[Node]) -> tuple[Node, ...]:
        """The nodes with their words, articles of definite nouns put before their adjectives."""
        written = [replace(node, words=self._words(nodes, place)) for place, node in enumerate(nodes)]
        for place in range(len(nodes)):
            if self._needs_article(nodes, place):
                start = phrase_start(nodes, place)
                if not (written[start].words.startswith("the ") or not written[start].words):
                    written[start] = replace(written[start], words="the " + written[start].words)
        for place, node in enumerate(written[:-1]):
            last, following = node.words.rpartition(" ")[2], written[place + 1].words
            if " " in node.words and following == last and written[place + 1].tag.startswith("PREP"):
                written[place] = replace(node, words=node.words.rpartition(" ")[0])
        for place, node in enumerate(written[:-1]):
            if node.words == "a" and _vowel_sound(_next_words(written, place)):
                written[place] = replace(node, words="an")
        return tuple(written)

    def _words(self, nodes: Sequence[Node], place: int) -> str:
        node = nodes[place]
        reading = node.reading
        if reading.kept or node.dropped:
            return node.words
        if reading.function:
            return self._function(nodes, place, reading.function)
        if reading.parts:
            first = [self._name(part) for part in reading.parts[:-1]]
            last = reading.parts[-1]
            words = ("-" if "-" in reading.lemma else " ").join(
                [*first, self._inflected(nodes, place, last, self._name(last))]
            )
        else:
            concept = node.sense.concept if node.sense else None
            word = target_word(concept, reading.lemma, "en", self._wordings) if concept else None
            if word is None:
                return node.words
            words = self._inflected(nodes, place, reading, word)
            if node.inner:
                head, space, rest = words.partition(" ")
                words = " ".join([head, *(row.forms["en"][0].removeprefix("~") for row in node.inner)]) + space + rest
        if reading.genitive:
            return words + ("'" if words.endswith("s") and reading.feature.startswith("pl") else "'s")
        return words

    def _name(self, part: Reading) -> str:
        if not part.senses:
            return part.lemma
        return target_word(part.senses[0].concept, part.lemma, "en", self._wordings) or part.lemma

    def _inflected(self, nodes: Sequence[Node], place: int, reading: Reading, word: str) -> str:
        feature = reading.feature
        if reading.pos == "noun":
            return self.noun(word, plural=feature.startswith("pl"))
        if reading.pos == "verb":
            return self._verb(nodes, place, word, feature)
        if reading.pos == "adj" and feature in ("comp", "sup", "adv"):
            return self._degree(word, feature)
        return word

    def noun(self, word: str, *, plural: bool) -> str:
        if not plural:
            return word
        last = word.rpartition(" ")[2]
        if last in self._plurals or word.startswith("the ") or self._morphology.is_plural_entry(last):
            return word
        head, sep, rest = word.partition(" of ")
        before, space, last = head.rpartition(" ")
        return before + space + (self._morphology.inflect(last, "noun", "pl", "en") or last) + sep + rest

    def _degree(self, word: str, feature: str) -> str:
        if feature == "adv":
            # A verb's participle or a longer wording has no adverb.
            return word if " " in word else self._morphology.inflect(word, "adj", "adv", "en") or word
        made = None if " " in word else self._morphology.inflect(word, "adj", feature, "en")
        return made or f"{'more' if feature == 'comp' else 'most'} {word}"

    def _verb(self, nodes: Sequence[Node], place: int, word: str, feature: str) -> str:
        if word.startswith("be ") and feature.endswith(".pass"):
            feature = feature.removesuffix(".pass")
        head, space, rest = word.partition(" ")
        rest = space + rest
        if feature == "inf.pass":
            return f"be {self._form(head, 'part')}{rest}"
        if feature in ("pres.pass", "past.pass"):
            number = self._number(nodes, place)
            return f"{self._finite('be', feature[:4], number)} {self._form(head, 'part')}{rest}"
        if feature in ("pres", "past"):
            return self._finite(head, feature, self._number(nodes, place)) + rest
        if feature == "part.pass":
            return f"been {self._form(head, 'part')}{rest}"
        if feature in ("part", "ptc", "ger"):
            return self._form(head, "part" if feature == "ptc" else feature) + rest
        return word

    def _number(self, nodes: Sequence[Node], place: int) -> str:
        inner = next((row for row in nodes[place].inner if row.tag == "PROS"), None)
        if inner is not None:
            return {"1sg": "1sg", "2": "pl", "pl": "pl"}.get(inner.feature, "3sg")
        subject = subject_of(nodes, place)
        if subject is not None and subject.sense and subject.sense.concept.words["en"][:1] in PLURAL_NOUNS:
            return "pl"
        if subject is not None and subject.tag == "THERE":
            following = next((node for node in nodes[place + 1 : place + 6] if node.tag in ("N", "NAME")), None)
            return number_of(following) if following else "3sg"
        return number_of(subject) if subject else "3sg"

    def _finite(self, verb: str, tense: str, number: str) -> str:
        if verb in ("can", "could", "will", "would", "shall", "should", "must", "may", "might"):
            return verb
        if verb == "be":
            return self._form("be", {"3sg": tense, "1sg": f"{tense}.1sg", "pl": f"{tense}.pl"}[number])
        if tense == "past":
            return self._form(verb, "past")
        return self._form(verb, "pres") if number == "3sg" else verb

    def _form(self, verb: str, feature: str) -> str:
        if feature == "past.1sg":
            feature = "past"
        return self._morphology.inflect(verb, "verb", feature, "en") or verb

    def _function(self, nodes: Sequence[Node], place: int, row: FunctionWord) -> str:
        forms = row.forms["en"]
        if not forms:
            return nodes[place].words
        word = forms[0]
        if row.tag.startswith("REFL") and len(forms) > 2:
            return reflexive(nodes, place)
        if row.tag == "POSS" and row.feature == "own":
            return possessive(nodes, place)
        if row.tag == "REL" and len(forms) > 1:
            return self._relative(nodes, place)
        if word == "it" and place + 1 < len(nodes) and nodes[place + 1].reading.tag == "PROS":
            return "what"
        if word == "it" and nodes[place].tag == "PRO" and nodes[place].reading.feature == "pl":
            return "they"
        if row.tag in ("PROS", "PRO") and place + 1 < len(nodes) and nodes[place + 1].tag == "REL":
            word = {"they": "those", "it": "that"}.get(word, word)
        if is_article(nodes[place]):
            return self._article(nodes, place)
        if nodes[place].reading.feature == "ger" and row.verb:
            return self._form(row.verb, "ger")
        if row.verb and row.tag.partition(":")[0] in FINITE:
            return self._function_verb(nodes, place, row, word)
        return word.removeprefix("~")

    def _function_verb(self, nodes: Sequence[Node], place: int, row: FunctionWord, word: str) -> str:
        """The English verb in its tense and number; the words around it in the cell stay ("there is", "wants to")."""
        words = word.split()
        at = len(words) - 1 if words[0] == "there" else 0
        tense = row.feature or "pres"
        if words[0] == "there":
            following = next((n for n in nodes[place + 1 : place + 6] if n.tag in ("N", "NAME")), None)
            number = number_of(following) if following else "3sg"
        else:
            number = self._number(nodes, place)
        words[at] = self._finite(row.verb, tense, number)
        return " ".join(words)

    def _relative(self, nodes: Sequence[Node], place: int) -> str:
        found = antecedent(nodes, place)
        if found is not None and (found.tag == "PROS" or (found.tag == "PRO" and found.plural)):
            return "who"
        return "that"

    def _article(self, nodes: Sequence[Node], place: int) -> str:
        """ "the", or "that" and "those" where a definite noun follows at once (`den bedriften`)."""
        head = head_of_phrase(nodes, place)
        if head is None:
            following = nodes[place + 1] if place + 1 < len(nodes) else None
            if following is not None and following.tag in ("ADJ", "NUM", "VP", "DET"):
                return "the"
            plural = nodes[place].words.lower() in ("de", "dei")
            if following is not None and following.tag == "REL":
                return "those" if plural else "that"
            return "they" if plural else "it"
        if head == place + 1 and nodes[head].reading.feature.endswith(".def"):
            return "those" if nodes[head].plural else "that"
        return "the"

    def _needs_article(self, nodes: Sequence[Node], place: int) -> bool:
        node = nodes[place]
        if node.tag not in ("N", "NGEN") or not node.reading.feature.endswith(".def") or node.dropped:
            return False
        determiner = determiner_of(nodes, place)
        if place + 1 < len(nodes) and nodes[place + 1].tag == "POSS":
            return False
        return determiner is None or is_free(nodes[determiner])


def _next_words(nodes: Sequence[Node], place: int) -> str:
    return next((node.words for node in nodes[place + 1 :] if node.words), "")


def _vowel_sound(words: str) -> bool:
    word = words.lower()
    if word.startswith(("uni", "use", "usu", "eu", "one", "once", "uti")) and not word.startswith("unin"):
        return False
    return word.startswith(("a", "e", "i", "o", "u", "hour", "honest", "heir"))
