"""Finds the entries of several words in a sentence: `i stedet for`, `gå til grunde`, `sociale medier`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from index.lexicon import LANGUAGES
from service.gloss.data import Tables
from service.gloss.readings import Reader, tag_of
from service.gloss.records import FunctionWord, Node, Reading, Sense
from service.gloss.senses import FILE_COST, OTHER_FILE_COST
from service.gloss.vocabulary import Vocabulary

MAX_WORDS = 6
MAX_GAP = 2
"""How many function words may stand between a verb and the rest of its entry: `handler jo ikke om`."""
GAP_BONUS = 2.2
"""What a function word in a gap would weigh by itself."""
GAP_TAGS = frozenset({"NEG", "ADV", "PROS"})
WORD_BONUS = 2.6
"""What an entry gains for each word after its first one: a longer entry says more than its words one by one."""
# A reflexive verb stands in the lexicon with the third person's pronoun; in a text it takes any.
REFLEXIVES = {
    "da": frozenset({"sig", "mig", "dig", "os", "jer"}),
    "nb": frozenset({"seg", "meg", "deg", "oss", "dere"}),
    "nn": frozenset({"seg", "meg", "deg", "oss", "dykk"}),
    "sv": frozenset({"sig", "mig", "dig", "oss", "er"}),
    "en": frozenset({"oneself", "itself", "himself", "herself", "themselves", "ourselves", "myself", "yourself"}),
}
FUNCTION_ENTRY_BONUS = 1.0
MAX_LESS = 2.0
"""How much an unlikely reading of its head can cost an entry: `helst på` is not `helse på`."""
_THIRD = {"da": "sig", "nb": "seg", "nn": "seg", "sv": "sig", "en": "oneself"}


class Entries:
    """The multi-word entries of the lexicon and of the function words, by their first word."""

    def __init__(self, vocabulary: Vocabulary, tables: Tables, reader: Reader) -> None:
        self._vocabulary = vocabulary
        self._reader = reader
        self._preferred = tables.preferred
        # language → first word → second word → (words, entry)
        self._index: dict[str, dict[str, dict[str, list[tuple[tuple[str, ...], str]]]]] = {}
        for language in LANGUAGES:
            index: dict[str, dict[str, list[tuple[tuple[str, ...], str]]]] = {}
            for entry in dict.fromkeys((*reader.functions(language), *vocabulary.entries(language))):
                words = tuple(entry.split(" "))
                if 1 < len(words) <= MAX_WORDS:
                    index.setdefault(words[0], {}).setdefault(words[1], []).append((words, entry))
            self._index[language] = index

    def find(self, words: Sequence[str | None], language: str) -> Iterator[Node]:
        """Every entry that stands in `words` (lower case; None for a sign, which no entry runs over)."""
        index = self._index[language]
        for start, word in enumerate(words[:-1]):
            if word is None:
                continue
            for key in sorted(self._reader.lemmas(word, language)):
                if followers := index.get(key):
                    yield from self._from(start, words, followers, language)

    def _from(
        self,
        start: int,
        words: Sequence[str | None],
        followers: Mapping[str, Sequence[tuple[tuple[str, ...], str]]],
        language: str,
    ) -> Iterator[Node]:
        """The entries that begin at `start`, at once or with function words after a verb (`handler jo ikke om`)."""
        inner: list[FunctionWord] = []
        for second in range(start + 1, min(start + 2 + MAX_GAP, len(words))):
            word = words[second]
            if word is None:
                return
            for key in self._keys(word, language):
                for entry_words, entry in followers.get(key, ()):
                    end = second + len(entry_words) - 1
                    if end > len(words):
                        continue
                    own = [words[start], *words[second:end]]
                    if self._matches(own, entry_words, language):
                        for node in self._nodes(start, end, own, entry_words, entry, language):
                            yield from _with_inner(node, inner)
            row = self._inner(word, language)
            if row is None:
                return
            inner.append(row)

    def _keys(self, word: str, language: str) -> list[str]:
        """What the second word of an entry may be for a word of the text."""
        keys = self._reader.lemmas(word, language)
        return sorted({*keys, _THIRD[language]} if word in REFLEXIVES[language] else keys)

    def _inner(self, word: str, language: str) -> FunctionWord | None:
        rows = self._reader.functions(language).get(word, ())
        return next((row for row in rows if row.tag in GAP_TAGS), None)

    def _matches(self, words: Sequence[str | None], entry: Sequence[str], language: str) -> bool:
        for place, (word, part) in enumerate(zip(words, entry, strict=True)):
            if word is None:
                return False
            if word == part or (part == _THIRD[language] and word in REFLEXIVES[language]):
                continue
            # Inside an entry only its content words are inflected.
            if place and part in self._reader.functions(language):
                return False
            if part not in self._reader.lemmas(word, language):
                return False
        return True

    def _nodes(
        self,
        start: int,
        end: int,
        words: Sequence[str | None],
        entry_words: tuple[str, ...],
        entry: str,
        language: str,
    ) -> Iterator[Node]:
        bonus = WORD_BONUS * (len(entry_words) - 1)
        exact = tuple(words) == entry_words
        functions = list(self._reader.function_readings(entry, language)) if exact else []
        for reading in functions:
            weight = reading.weight + bonus + FUNCTION_ENTRY_BONUS
            yield Node(
                start, end, replace(reading, weight=weight), after=self._after(entry_words, reading.tag, language)
            )
        for concept in self._vocabulary.concepts(entry, language):
            if concept.pos == "func" and (functions or all(w in self._reader.functions(language) for w in entry_words)):
                continue
            rank = concept.words[language].index(entry) if entry in concept.words[language] else 3
            cost = FILE_COST.get(concept.file, OTHER_FILE_COST) + 0.2 * rank
            if concept.id in self._preferred.get((language, entry), ()):
                cost = -1.0
            # The verb stands first and the noun last; these carry the inflection.
            head_place = 0 if concept.pos == "verb" or entry_words[-1] in self._reader.functions(language) else -1
            for tag, feature, genitive, less in self._forms(
                words[head_place], entry_words[head_place], concept.pos, language
            ):
                if feature.endswith(".pass") and entry_words[-1] in ("af", "av"):
                    continue  # skrevs av henne: the agent of the passive, not `skriva av`
                if not exact and concept.pos not in ("verb", "noun", "adj", "phrase"):
                    continue
                reading = Reading(
                    tag, bonus - cost - less, concept.pos, feature, entry, (Sense(concept, cost),), genitive=genitive
                )
                yield Node(start, end, reading, after=self._after(entry_words, tag, language))

    def _after(self, entry: Sequence[str], tag: str, language: str) -> str:
        """How an entry that ends in the infinitive marker or a preposition is seen by the word after it."""
        if entry[-1] in ("at", "å", "att") or (entry[-1] == "to" and tag in ("AUX", "ADJ")):
            return "INFM"
        if not tag.startswith(("V", "N", "PREP", "ADJ", "IMP")):
            return ""  # selv om: a conjunction
        return "PREP" if any(row.tag == "PREP" for row in self._reader.functions(language).get(entry[-1], ())) else ""

    def _forms(self, word: str | None, head: str, pos: str, language: str) -> Iterator[tuple[str, str, bool, float]]:
        """The tags and features that an entry has by its head as written, and how much less likely each is."""
        found: dict[tuple[str, str, bool], float] = {}
        if word is not None and pos in ("verb", "noun", "adj", "phrase"):
            wanted = ("verb", "func") if pos == "verb" else (pos,)
            readings = self._reader.read(word, language)
            best = max((reading.weight for reading in readings), default=0.0)
            for reading in readings:
                own = reading.lemma == head or word == head or (reading.pos == "func" and reading.function is not None)
                if own and reading.pos in wanted and (pos != "verb" or reading.feature):
                    tag = reading.tag if reading.pos != "func" else tag_of("verb", reading.feature)
                    key = (tag, reading.feature, reading.genitive)
                    found[key] = min(found.get(key, 9.0), min(MAX_LESS, best - reading.weight))
        if not found and word is not None and word != head:
            for feature in self._reader.forms_of(word, head, pos, language):
                found[tag_of(pos, feature), feature, False] = 0.0
        if found:
            for (tag, feature, genitive), less in found.items():
                yield tag, feature, genitive, less
        elif word == head or pos in ("verb", "noun"):
            feature = {"noun": "sg", "verb": "inf", "adj": "pos"}.get(pos, "")
            yield tag_of(pos, feature), feature, False, 0.0


def _with_inner(node: Node, inner: Sequence[FunctionWord]) -> Iterator[Node]:
    """The node with the function words that stand inside it; only verbs can be parted so."""
    if not inner:
        yield node
    elif node.reading.pos == "verb" and node.reading.senses:
        reading = replace(node.reading, weight=node.reading.weight + GAP_BONUS * len(inner))
        yield replace(node, reading=reading, inner=tuple(inner))
