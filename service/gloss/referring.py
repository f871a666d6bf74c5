"""English reflexives and possessives, which name the person that the Scandinavian `sig` and `sin` leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.gloss.records import Node
from service.gloss.syntax import clause_subject, number_of

REFLEXIVE = {
    "I": "myself",
    "you": "yourself",
    "he": "himself",
    "she": "herself",
    "we": "ourselves",
    "they": "themselves",
    "one": "oneself",
}
POSSESSIVE = {"I": "my", "you": "your", "he": "his", "she": "her", "we": "our", "they": "their", "one": "one's"}


def reflexive(nodes: Sequence[Node], place: int) -> str:
    """Itself, themselves, myself …: who does what the clause around `place` says."""
    return _referring(nodes, place, REFLEXIVE, "itself", "themselves")


def possessive(nodes: Sequence[Node], place: int) -> str:
    """Its, their, my …: whose something is, of the clause around `place`."""
    return _referring(nodes, place, POSSESSIVE, "its", "their")


def _referring(nodes: Sequence[Node], place: int, table: Mapping[str, str], singular: str, plural: str) -> str:
    subject = clause_subject(nodes, place)
    if subject is None:
        return singular
    function = subject.reading.function
    if function and (found := table.get(function.forms["en"][0])):
        return found
    return plural if number_of(subject) == "pl" else singular
