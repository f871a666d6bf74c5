"""What the words of a sentence are to one another, as far as a gloss has to know: noun phrases and subjects."""

from __future__ import annotations

from collections.abc import Sequence

from service.gloss.records import Node

FINITE = frozenset({"VF", "VPAS", "BF", "BPF", "AUX", "EX"})
SUBJECTS = frozenset({"PROS", "PRO", "THERE", "N", "NAME"})
MODIFIERS = frozenset({"ADJ", "NUM", "VP", "GER", "ADVD", "DET", "POSS", "NGEN"})
BORDERS = frozenset({"SUB", "WH", "END"})
# Determiners after which English has no article of its own, and Danish and Swedish no definite ending.
_FREE_DETERMINERS = frozenset({"all", "both", "many", "several", "some", "more", "most", "other", "few", "same"})


def number_of(node: Node) -> str:
    """ "1sg", "pl" or "3sg": how a verb agrees with this subject."""
    feature = node.reading.feature
    if node.tag in ("PROS", "PRO"):
        return {"1sg": "1sg", "2": "pl", "pl": "pl"}.get(feature, "3sg")
    return "pl" if node.plural else "3sg"


def head_of_phrase(nodes: Sequence[Node], place: int) -> int | None:
    """The noun that the determiner or adjective at `place` belongs to, if one follows."""
    for other in range(place + 1, min(place + 7, len(nodes))):
        if nodes[other].tag in ("N", "NAME", "NGEN"):
            return other
        if nodes[other].tag not in ("ADJ", "NUM", "VP", "GER", "ADVD", "DET", "POSS", "CC", "ADV"):
            return None
        if nodes[other].tag == "CC" and nodes[other - 1].tag not in ("ADJ", "VP"):
            return None
    return None


def determiner_of(nodes: Sequence[Node], place: int) -> int | None:
    """The determiner, possessive or genitive before the noun at `place`, over its adjectives and numbers."""
    other = place - 1
    while other >= 0:
        tag = nodes[other].tag
        if tag in ("DET", "POSS", "NGEN"):
            return other
        if tag not in ("ADJ", "NUM", "VP", "GER", "ADVD", "CC") or (tag == "CC" and nodes[other - 1].tag != "ADJ"):
            return None
        other -= 1
    return None


def phrase_start(nodes: Sequence[Node], place: int) -> int:
    """Where the adjectives and numbers before the noun at `place` begin."""
    start = place
    while start > 0 and nodes[start - 1].tag in ("ADJ", "NUM") and nodes[start - 1].reading.feature != "adv":
        start -= 1
    return start


def is_article(node: Node) -> bool:
    """Whether the node is den, det, de, dei or the."""
    return node.tag == "DET" and node.reading.feature == "def"


def is_free(node: Node) -> bool:
    """Whether a definite noun may follow the determiner and still be shown as definite: `alle kunderne`."""
    function = node.reading.function
    return node.tag == "DET" and function is not None and function.forms["en"][0] in _FREE_DETERMINERS


def subject_of(nodes: Sequence[Node], place: int) -> Node | None:
    """The likely subject of the finite verb at `place`: before it in its clause, else after it."""
    function = nodes[place].reading.function
    said = function is not None and function.verb == "say"
    if place and nodes[place - 1].tag == "," and (said or not _ends_relative(nodes, place)):
        # A quoted sentence comes before its speaker: `…, sier direktør Tennø`.
        return _after(nodes, place) or _before(nodes, place)
    return _before(nodes, place) or _after(nodes, place)


def _ends_relative(nodes: Sequence[Node], place: int) -> bool:
    """Whether the comma before the verb ends a relative clause: `kunder, som klager, er …`."""
    commas = [other for other in range(place - 1) if nodes[other].tag == ","]
    return any(nodes[comma + 1].tag == "REL" for comma in commas)


def _before(nodes: Sequence[Node], place: int) -> Node | None:
    other = place - 1
    while other >= 0:
        node = nodes[other]
        if node.tag == "REL":
            return antecedent(nodes, other)
        if node.tag in BORDERS:
            return None
        if node.tag == "," and other != place - 1:
            return None
        if node.tag in SUBJECTS and not _governed(nodes, other):
            return _coordinated(nodes, other)
        other -= 1
    return None


def _governed(nodes: Sequence[Node], place: int) -> bool:
    """Whether a preposition rules the noun: `for nogle måneder`."""
    other = place - 1
    while other >= 0 and nodes[other].tag in MODIFIERS:
        other -= 1
    return other >= 0 and nodes[other].tag in ("PREP", "PREPBY")


def _coordinated(nodes: Sequence[Node], place: int) -> Node:
    """The noun, made plural where it is joined to another by `and`."""
    node = nodes[place]
    other = place - 1
    while other >= 0 and nodes[other].tag in MODIFIERS:
        other -= 1
    function = nodes[other].reading.function if other > 0 else None
    if (
        node.tag in ("N", "NAME")
        and function
        and function.forms["en"][0] == "and"
        and nodes[other - 1].tag in ("N", "NAME", "PROS")
    ):
        return node.inflected("pl")
    return node


def _after(nodes: Sequence[Node], place: int) -> Node | None:
    for node in nodes[place + 1 : place + 7]:
        if node.tag in SUBJECTS:
            return node
        if node.tag in FINITE or node.tag in BORDERS or node.tag in ("PREP", "INFM", "VI"):
            return None
    return None


def antecedent(nodes: Sequence[Node], place: int) -> Node | None:
    """What the relative word at `place` refers to: the last noun or pronoun before it."""
    for node in reversed(nodes[:place]):
        if node.tag in ("N", "NAME", "PROS", "PRO"):
            return node
    return None


def clause_subject(nodes: Sequence[Node], place: int) -> Node | None:
    """The subject of the clause around `place`, for possessives and reflexives."""
    verb = next((other for other in range(place - 1, -1, -1) if nodes[other].tag in FINITE), None)
    if verb is None:
        verb = next((other for other in range(place + 1, len(nodes)) if nodes[other].tag in FINITE), None)
    return subject_of(nodes, verb) if verb is not None else None
