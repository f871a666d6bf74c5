"""Small changes to the chosen readings before they are written: constructions that one language has and another not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.gloss.records import FunctionWord, Node
from service.gloss.syntax import FINITE, head_of_phrase

# `for nogle måneder siden`: some months ago.
_AGO_FIRST = {"da": "for", "nb": "for", "nn": "for", "sv": "för"}
_AGO_LAST = {"da": "siden", "nb": "siden", "nn": "sidan", "sv": "sedan"}
_AGO_REACH = 6
_SKIPPED = frozenset({"NEG", "ADV", "ADVD", "PROS", "PRO", "N", "NAME", "DET", "POSS", "ADJ", "THERE"})


_DECADE = re.compile(r"(\d+)(?:-tallet|-talet|-tal|['’]?erne|['’]?s)$")
_DECADES = {"en": "the {}s", "da": "{}'erne", "nb": "{}-tallet", "nn": "{}-talet", "sv": "{}-talet"}
MARKED = "inf.marked"
"""The feature of an infinitive that is written with its marker."""
_TOWARDS = frozenset({"til", "till"})
_TIMES = frozenset({"siden", "sidan", "sedan", "sen"})


def decade(word: str) -> str | None:
    """The digits of a decade or century as the Scandinavian languages write it: `90-tallet`, `1970’erne`."""
    found = _DECADE.match(word)
    return found[1] if found else None


def rewrite(
    nodes: Sequence[Node], source: str, target: str, function_words: Sequence[FunctionWord]
) -> tuple[Node, ...]:
    """The nodes with constructions of the source language replaced by what the target says for them."""
    found = list(nodes)
    for place, node in enumerate(found):
        if node.reading.kept and (digits := decade(node.words)):
            found[place] = replace(node, words=_DECADES[target].format(digits), dropped=True)
    if source in ("nb", "nn") and target in ("en", "da", "sv"):
        _possessives_first(found)
    if source == "en":
        _imperatives(found)
        _do_support(found, function_words)
        _progressive(found)
        _infinitives(found)
    elif target == "en":
        _ago(found, source)
        _gerunds(found)
    if source != "en":
        _conditions(found, function_words)
    return tuple(found)


def _ago(nodes: list[Node], source: str) -> None:
    for place, node in enumerate(nodes):
        if node.words.lower() != _AGO_FIRST[source]:
            continue
        for other in range(place + 2, min(place + _AGO_REACH, len(nodes))):
            last = nodes[other]
            if last.words.lower() == _AGO_LAST[source] and any(n.tag == "N" for n in nodes[place:other]):
                nodes[place] = replace(node, words="", dropped=True)
                nodes[other] = replace(last, words="ago", dropped=True)
                break

    for place in range(2, len(nodes)):
        node = nodes[place]
        if node.words.lower() in _TIMES and nodes[place - 1].plural and nodes[place - 2].tag in ("NUM", "DET"):
            nodes[place] = replace(node, words="ago", dropped=True)


def _conditions(nodes: list[Node], function_words: Sequence[FunctionWord]) -> None:
    """`om varan är trasig` behind a finite verb is a condition: "if the goods are …", not "about the goods"."""
    for place, node in enumerate(nodes):
        if node.tag != "PREP" or node.words.lower() != "om":
            continue
        head = head_of_phrase(nodes, place)
        verb = head + 1 if head is not None else len(nodes)
        if verb >= len(nodes) or nodes[verb].tag not in FINITE:
            continue
        border = next((p for p in range(place - 1, -1, -1) if nodes[p].tag in ("SUB", "REL", "WH", "END", ",")), -1)
        if any(before.tag in FINITE for before in nodes[border + 1 : place]):
            row = next(row for row in function_words if row.tag == "SUB" and row.forms["en"][:1] == ("if",))
            nodes[place] = replace(node, reading=replace(node.reading, tag="SUB", function=row))


def _gerunds(nodes: list[Node]) -> None:
    """`om at gøre` → about doing, `uden at vide` → without knowing; but `til at gøre` → to do."""
    for place, node in enumerate(nodes):
        before = nodes[place - 1] if place else None
        if node.tag == "PREP" and node.after == "INFM":
            _make_gerund(nodes, place)
        elif node.tag != "INFM" or node.end - node.start > 1 or before is None:
            continue
        elif before.words.lower() in _TOWARDS:
            nodes[place - 1] = replace(before, words="", dropped=True)
        elif before.words.lower().rpartition(" ")[2] in _TOWARDS:
            continue
        elif (before.tag in ("PREP", "PREPBY") or before.after == "PREP") and _make_gerund(nodes, place):
            nodes[place] = replace(node, words="", dropped=True)


def _make_gerund(nodes: list[Node], place: int) -> bool:
    """Whether an infinitive follows, which is then a gerund."""
    for other in range(place + 1, min(place + 4, len(nodes))):
        verb = nodes[other]
        if verb.tag in ("VI", "BI", "BPI") and verb.reading.feature == "inf":
            nodes[other] = verb.inflected("ger")
            return True
        if verb.tag not in ("ADV", "NEG", "ADVD"):
            return False
    return False


def _possessives_first(nodes: list[Node]) -> None:
    """`adressa mi` → my address: the possessive changes places with its noun and the noun's adjectives."""
    for place in range(1, len(nodes)):
        noun, possessive = nodes[place - 1], nodes[place]
        before = nodes[place - 2] if place > 1 else None
        if possessive.tag != "POSS" or noun.tag != "N" or noun.dropped:
            continue
        if not noun.reading.feature.endswith(".def") and (before is None or before.tag in ("DET", "ADJ", "POSS")):
            continue  # `far min` stands bare, `en god venn min` does not
        nodes[place - 1] = possessive
        nodes[place] = noun.inflected(noun.reading.feature.removesuffix(".def"))


def _imperatives(nodes: list[Node]) -> None:
    """A sentence that begins with a bare verb asks for something; English writes it like the infinitive."""
    for place, node in enumerate(nodes):
        begins = place == 0 or nodes[place - 1].tag == "END"
        function = node.reading.function
        if begins and node.tag in ("VI", "VF") and node.reading.feature in ("inf", "pres") and function is None:
            nodes[place] = node.inflected("imp")


def _infinitives(nodes: list[Node]) -> None:
    """`of selling`, `stop selling`, `Selling cars is …`: the Scandinavian languages have an infinitive there."""
    for place, node in enumerate(nodes):
        if node.tag != "GER" or node.reading.pos != "verb":
            continue
        before = nodes[place - 1].tag if place else "END"
        if before in ("PREP", "PREPBY", "END", "VF", "VI", "VP", "SUB"):
            nodes[place] = node.inflected(MARKED)


def _do_support(nodes: list[Node], function_words: Sequence[FunctionWord]) -> None:
    """`does not know` → know, in the tense of do; `do you know` likewise."""
    for place, node in enumerate(nodes):
        function = node.reading.function
        if node.tag != "VF" or function is None or function.verb != "do":
            continue
        for other in range(place + 1, min(place + 6, len(nodes))):
            verb = nodes[other]
            feature = node.reading.feature
            own = verb.reading.function
            if own is not None and own.verb and verb.reading.feature in ("inf", "pres"):
                same = [row for row in function_words if row.verb == own.verb and row.feature == feature]
                if same and other > place:
                    nodes[place] = replace(node, words="", dropped=True)
                    nodes[other] = replace(
                        verb, reading=replace(verb.reading, tag="VF", feature=feature, function=same[0])
                    )
                    break
            if verb.reading.pos == "verb" and verb.reading.feature in ("inf", "pres"):
                nodes[place] = replace(node, words="", dropped=True)
                nodes[other] = replace(verb, reading=replace(verb.reading, tag="VF", feature=feature))
                break
            if verb.tag not in _SKIPPED:
                break


def _progressive(nodes: list[Node]) -> None:
    """`is growing` → grow, in the tense of be: the Scandinavian languages have no progressive."""
    for place, node in enumerate(nodes):
        function = node.reading.function
        if function is None or function.verb != "be" or node.tag not in ("VF", "VP", "VI"):
            continue
        for other in range(place + 1, min(place + 4, len(nodes))):
            verb = nodes[other]
            if verb.tag == "GER":
                feature = node.reading.feature
                nodes[place] = replace(node, words="", dropped=True)
                nodes[other] = replace(verb, reading=replace(verb.reading, tag=node.tag, feature=feature))
                break
            if verb.tag not in ("NEG", "ADV", "ADVD"):
                break
