"""Finds the number of nouns whose plural is written like their singular: `mange år`, `två hus`, `nye krav`."""

from __future__ import annotations

from collections.abc import Sequence

from service.gloss.morphology import Morphology
from service.gloss.records import Node

_PLURAL_DETERMINERS = frozenset(
    {"de", "dei", "alle", "alla", "nogle", "noen", "nokre", "några", "ingen", "mine", "mina", "dine", "dina", "sine"}
    | {"sina", "våre", "våra", "hvilke", "vilka", "slike", "sådana", "sådanne", "disse", "desse", "dessa"}
    | {"those", "these"}
)


def numbered(nodes: Sequence[Node], language: str, morphology: Morphology) -> tuple[Node, ...]:
    """The nodes with the plural of nouns whose plural is written like the singular, where the words before tell."""
    found = list(nodes)
    for place, node in enumerate(nodes):
        reading = node.reading
        if reading.pos == "noun" and reading.feature == "sg" and _is_plural(nodes, place, language, morphology):
            found[place] = node.inflected("pl")
    return tuple(found)


def _is_plural(nodes: Sequence[Node], place: int, language: str, morphology: Morphology) -> bool:
    before = place - 1
    adjective = None
    while before >= 0 and nodes[before].tag in ("ADJ", "VP", "ADVD", "NUM", "GER"):
        if nodes[before].tag == "NUM":
            break
        adjective = nodes[before].reading.feature
        before -= 1
    lemma = nodes[place].reading.lemma
    same = morphology.inflect(lemma, "noun", "pl", language) == lemma
    alike = adjective == "pl" and same
    if before < 0:
        return alike
    reading = nodes[before].reading
    if language == "en" and not same:
        return False
    if nodes[before].tag == "NUM":
        return reading.feature != "sg"
    if nodes[before].tag in ("DET", "POSS", "NGEN"):
        return "pl" in reading.feature or (
            reading.function is not None and nodes[before].words.lower() in _PLURAL_DETERMINERS
        )
    return alike
