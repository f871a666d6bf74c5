"""Writes the chosen readings in Danish, Bokmål, Nynorsk or Swedish, with number, definiteness, tense and agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.words import WordAnalyzer
from service.gloss.choose import target_word
from service.gloss.forms import INFINITIVE, NordicForms
from service.gloss.morphology import Morphology
from service.gloss.participles import auxiliary_of, participle
from service.gloss.records import FunctionWord, Node, Reading
from service.gloss.rewrite import MARKED
from service.gloss.syntax import FINITE, determiner_of, head_of_phrase, is_article, is_free, subject_of

DOUBLE_DEFINITE = frozenset({"nb", "nn", "sv"})
"""Languages that say `den nye virksomheten`, with both the article and the ending; Danish says `den nye virksomhed`."""
ARTICLES = {
    "da": {"common": "den", "neut": "det", "pl": "de"},
    "nb": {"common": "den", "neut": "det", "pl": "de"},
    "nn": {"common": "den", "fem": "den", "neut": "det", "pl": "dei"},
    "sv": {"common": "den", "neut": "det", "pl": "de"},
}
INDEFINITE = {
    "da": {"common": "en", "neut": "et"},
    "nb": {"common": "en", "neut": "et"},
    "nn": {"common": "ein", "fem": "ei", "neut": "eit"},
    "sv": {"common": "en", "neut": "ett"},
}
# Third person, then I, you, we, you (plural).
REFLEXIVE = {
    "da": ("sig", "mig", "dig", "os", "jer"),
    "nb": ("seg", "meg", "deg", "oss", "dere"),
    "nn": ("seg", "meg", "deg", "oss", "dykk"),
    "sv": ("sig", "mig", "dig", "oss", "er"),
}
_PREPOSITIONS = frozenset({"til", "till", "på", "i", "av", "af", "om", "for", "för", "med"})
_LINKERS = {"da": ("", "s", "e"), "nb": ("", "s", "e"), "nn": ("", "s", "e"), "sv": ("", "s")}


class NordicWriter:
    """Turns chosen nodes into words of one Scandinavian language."""

    def __init__(
        self, language: str, morphology: Morphology, words: WordAnalyzer, wordings: Mapping[tuple[str, str], str]
    ) -> None:
        self.language = language
        self._morphology = morphology
        self._words = words
        self._wordings = wordings
        self._forms = NordicForms(language, morphology)

    def write(self, nodes: Sequence[Node], source: str) -> tuple[Node, ...]:
        """The nodes with their words."""
        return tuple(replace(node, words=self._write(nodes, place, source)) for place, node in enumerate(nodes))

    def _write(self, nodes: Sequence[Node], place: int, source: str) -> str:
        node = nodes[place]
        reading = node.reading
        if reading.kept or node.dropped:
            return node.words
        if reading.function:
            return self._function(nodes, place, reading.function, source)
        words = self._content(nodes, place, source)
        if words is None:
            return node.words
        if reading.genitive:
            return words if words.endswith("s") else words + "s"
        return words

    def _content(self, nodes: Sequence[Node], place: int, source: str) -> str | None:
        reading = nodes[place].reading
        feature = self._feature(nodes, place, source)
        if not reading.parts:
            word = self._lemma(nodes[place])
            if word is None:
                return None
            words = self._reflexive(self._inflected(nodes, place, word, reading, feature), nodes[place])
            inner = [
                row.forms[self.language][0].removeprefix("~") for row in nodes[place].inner if row.forms[self.language]
            ]
            if not inner:
                return words
            head, space, rest = words.partition(" ")
            return " ".join([head, *inner]) + space + rest
        first = [
            target_word(part.senses[0].concept, part.lemma, self.language, self._wordings)
            if part.senses
            else part.lemma
            for part in reading.parts[:-1]
        ]
        last = reading.parts[-1]
        word = target_word(last.senses[0].concept, last.lemma, self.language, self._wordings)
        if word is None or None in first:
            return None
        inflected = self._inflected(nodes, place, word, last, feature)
        if "-" in reading.lemma:
            return "-".join([*(name for name in first if name), inflected])
        return self._joined([name for name in first if name], word, inflected)

    def _reflexive(self, words: str, node: Node) -> str:
        """The entry's reflexive pronoun in the person that the source has (`ställa oss` → stille os)."""
        own = REFLEXIVE[self.language]
        if own[0] not in words.split():
            return words
        for other in REFLEXIVE.values():
            for person, pronoun in enumerate(other):
                if person and pronoun in node.words.lower().split():
                    return " ".join(own[person] if word == own[0] else word for word in words.split())
        return words

    def _joined(self, first: list[str], last: str, inflected: str) -> str:
        """A compound with the linker that the dictionary knows, else with a hyphen."""
        if len(first) == 1 and " " not in first[0] and " " not in last:
            for linker in _LINKERS[self.language]:
                if self._words.is_dictionary_word(first[0] + linker + last, self.language):
                    return first[0] + linker + inflected
        return "-".join([*first, inflected])

    def _lemma(self, node: Node) -> str | None:
        concept = node.sense.concept if node.sense else None
        return target_word(concept, node.reading.lemma, self.language, self._wordings) if concept else None

    def _feature(self, nodes: Sequence[Node], place: int, source: str) -> str:
        """The feature that the word takes here: definiteness and agreement differ among the languages."""
        reading = nodes[place].reading
        if nodes[place].tag in ("N", "NGEN") and reading.pos == "noun":
            number = "pl" if reading.feature.startswith("pl") else "sg"
            return f"{number}.def" if self._is_definite(nodes, place, source) else number
        if reading.pos == "adj" and nodes[place].tag == "ADJ" and reading.feature in ("pos", "neut", "pl"):
            return self._agreement(nodes, place, source)
        return reading.feature

    def _is_definite(self, nodes: Sequence[Node], place: int, source: str) -> bool:
        suffix = nodes[place].reading.feature.endswith(".def")
        found = determiner_of(nodes, place)
        if found is None or is_free(nodes[found]):
            return suffix
        determiner = nodes[found]
        if is_article(determiner):
            if self.language in DOUBLE_DEFINITE:
                return True
            return source == "en" and found == place - 1
        if determiner.reading.feature.startswith("dem"):
            return self.language in ("nb", "nn")
        return False

    def _agreement(self, nodes: Sequence[Node], place: int, source: str) -> str:
        head = head_of_phrase(nodes, place)
        if head is None or nodes[head].tag == "NAME":
            if source != "en":
                return nodes[place].reading.feature
            verb = next((p for p in range(place - 1, -1, -1) if nodes[p].tag in FINITE), None)
            subject = subject_of(nodes, verb) if verb is not None else None
            if subject is not None and subject.tag == "PRO" and not subject.plural:
                return "neut"
            return "pl" if subject is not None and subject.plural else "pos"
        noun = nodes[head]
        found = determiner_of(nodes, head)
        definite = found is not None and (
            nodes[found].tag in ("POSS", "NGEN") or nodes[found].reading.feature.startswith(("def", "dem"))
        )
        if noun.plural or definite or noun.reading.feature.endswith(".def"):
            return "pl"
        return "neut" if self._gender(noun) == "neut" else "pos"

    def _gender(self, noun: Node) -> str:
        reading = noun.reading.parts[-1] if noun.reading.parts else noun.reading
        if not reading.senses:
            return "common"
        concept = noun.sense.concept if noun.sense and not noun.reading.parts else reading.senses[0].concept
        word = target_word(concept, reading.lemma, self.language, self._wordings)
        return self._morphology.gender(word.split(" ")[-1].lower(), self.language) if word else "common"

    def _inflected(self, nodes: Sequence[Node], place: int, word: str, reading: Reading, feature: str) -> str:
        if reading.pos == "noun" and feature != "sg":
            before, space, last = word.rpartition(" ")
            if last in _PREPOSITIONS:  # tillit til: the noun stands first
                return self._forms.noun(before, feature) + space + last if " " not in before else word
            if before and " " not in before:
                before = self._morphology.inflect(before, "adj", "pl", self.language) or before
                if self.language == "da":
                    feature = feature.removesuffix(".def")
            return before + space + (self._forms.noun(last, feature) if feature != "sg" else last)
        if reading.pos == "verb" and feature == MARKED:
            return f"{INFINITIVE[self.language]} {word}"
        if reading.pos == "verb" and feature != "inf":
            head, space, rest = word.partition(" ")
            return self._agreeing_participle(nodes, place, self._forms.verb(head, feature), feature) + space + rest
        if reading.pos == "adj" and feature not in ("pos", "") and " " not in word:
            return self._forms.adjective(word, feature)
        return word

    def _agreeing_participle(self, nodes: Sequence[Node], place: int, word: str, feature: str) -> str:
        auxiliary = auxiliary_of(nodes, place) if self.language == "sv" and feature == "part" else None
        if auxiliary is None:
            return word
        subject = subject_of(nodes, auxiliary)
        if subject is None:
            return word
        neuter = subject.tag == "PRO" or (subject.tag == "N" and self._gender(subject) == "neut")
        return participle(word, plural=subject.plural, neuter=neuter)

    def _function(self, nodes: Sequence[Node], place: int, row: FunctionWord, source: str) -> str:
        forms = row.forms[self.language]
        if not forms:
            return nodes[place].words
        if is_article(nodes[place]):
            return self._article(nodes, place, source)
        if row.tag in ("DET", "POSS", "NUM", "ADJ") and len(forms) > 1:
            return self._agreeing(nodes, place, row, forms)
        if row.tag == "VF" and row.feature and row.verb == "do" and source == "en":
            return forms[0]
        return forms[0].removeprefix("~")

    def _article(self, nodes: Sequence[Node], place: int, source: str) -> str:
        """den, det, de; nothing where the noun's own ending says it (`the company` → `virksomheden`)."""
        head = head_of_phrase(nodes, place)
        articles = ARTICLES[self.language]
        if head is None:
            return nodes[place].words if source != "en" else articles["common"]
        noun = nodes[head]
        if noun.dropped:
            return nodes[place].words  # a noun that stays English keeps its article
        if source == "en" and (head == place + 1 or noun.tag == "NAME") and " " not in (self._lemma(noun) or ""):
            return "" if noun.tag == "N" and not noun.reading.kept else articles["common"] if noun.tag == "N" else ""
        return articles["pl"] if noun.plural else articles[self._gender(noun)]

    def _agreeing(self, nodes: Sequence[Node], place: int, row: FunctionWord, forms: tuple[str, ...]) -> str:
        head = head_of_phrase(nodes, place)
        if head is None or nodes[head].reading.kept:
            return _like(nodes[place].words.lower(), forms)
        noun = nodes[head]
        gender = self._gender(noun)
        if row.feature == "sg" and row.forms["en"][0] == "a":
            return INDEFINITE[self.language].get(gender, forms[0])
        single = [form for form in forms if " " not in form]
        if noun.plural:
            return next((form for form in reversed(single) if form.endswith(("e", "a", "dei"))), forms[0])
        if gender == "neut":
            return next((form for form in single if form.endswith("t")), forms[0])
        return (
            forms[0]
            if not forms[0].endswith("t")
            else next((f for f in single if not f.endswith(("t", "e", "a"))), forms[0])
        )


def _like(written: str, forms: tuple[str, ...]) -> str:
    """The form whose ending is that of the source's word, where no noun says which: `alt`, `andre`."""
    for endings in (("t",), ("e", "a", "i")):
        if written.endswith(endings):
            return next((form for form in forms if form.endswith(endings) and " " not in form), forms[0])
    return forms[0]
