"""Chooses the readings of a sentence that fit their neighbours best (Viterbi over words and multi-word entries)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.gloss.records import Node, Reading

START, END = "START", "END"
RIVAL_MARGIN = 0.3
"""How close another chain has to come for its readings to be rivals."""


class Transitions:
    """How well one tag follows another; what a tag is told apart by after its colon counts only where it is listed."""

    def __init__(self, weights: Mapping[tuple[str, str], float], language: str) -> None:
        """Take the table, whose rows that begin with a language's code come first in that language."""
        self._weights = weights
        self._language = language
        self._seen: dict[tuple[str, str], float] = {}

    def __call__(self, tag: str, after: str) -> float:
        key = (tag, after)
        if (found := self._seen.get(key)) is None:
            found = self._seen[key] = self._find(tag, after)
        return found

    def _find(self, tag: str, after: str) -> float:
        plain, plain_after = tag.partition(":")[0], after.partition(":")[0]
        own = f"{self._language} {plain}"
        pairs = ((own, plain_after), (tag, after), (tag, plain_after), (plain, after), (plain, plain_after))
        return next((self._weights[pair] for pair in pairs if pair in self._weights), 0.0)


def best_path(nodes: Sequence[Node], places: Sequence[int], follows: Transitions) -> tuple[Node, ...]:
    """The heaviest chain of nodes that covers the tokens without gap or overlap, each with its rivals.

    `places[token]` is the token's place among those that count: quotation marks and the like are looked through.
    A chain weighs the sum of its readings' weights and of `follows` for each pair of neighbouring tags. Of two equal
    chains the one of the earlier nodes wins, so that the choice does not vary. A node's rivals are the readings of its
    tokens through which another chain runs that is lighter by less than RIVAL_MARGIN.
    """
    length = max((places[node.end - 1] + 1 for node in nodes), default=0)
    starting: list[list[int]] = [[] for _ in range(length + 1)]
    ending: list[list[int]] = [[] for _ in range(length + 1)]
    for number, node in enumerate(nodes):
        starting[places[node.start]].append(number)
    forward, before = _forward(nodes, places, starting, ending, follows)
    if not ending[length]:
        return ()
    backward = _backward(nodes, places, starting, follows)
    last = max(ending[length], key=lambda number: forward[number] + backward[number])
    least = forward[last] + backward[last] - RIVAL_MARGIN
    close = [number for number in range(len(nodes)) if forward[number] + backward[number] > least]
    path: list[Node] = []
    while last >= 0:
        node = nodes[last]
        rivals = tuple(
            nodes[number].reading
            for number in close
            if number != last and nodes[number].start < node.end and nodes[number].end > node.start
        )
        path.append(replace(node, rivals=rivals) if rivals else node)
        last = before[last]
    return tuple(reversed(path))


def _forward(
    nodes: Sequence[Node],
    places: Sequence[int],
    starting: Sequence[Sequence[int]],
    ending: Sequence[list[int]],
    follows: Transitions,
) -> tuple[list[float], list[int]]:
    """The weight of the heaviest chain up to each node, and the node before it there; fills `ending`."""
    weights = [float("-inf")] * len(nodes)
    before = [-1] * len(nodes)
    for position in range(len(starting) - 1):
        for number in starting[position]:
            node = nodes[number]
            tag, own = node.reading.tag, node.reading.weight
            if position == 0:
                weights[number] = follows(START, tag) + own
            for other in ending[position]:
                weight = weights[other] + follows(nodes[other].after or nodes[other].reading.tag, tag) + own
                if weight > weights[number]:
                    weights[number], before[number] = weight, other
            ending[places[node.end - 1] + 1].append(number)
    return weights, before


def _backward(
    nodes: Sequence[Node], places: Sequence[int], starting: Sequence[Sequence[int]], follows: Transitions
) -> list[float]:
    """The weight of the heaviest chain after each node."""
    weights = [float("-inf")] * len(nodes)
    length = len(starting) - 1
    for position in range(length - 1, -1, -1):
        for number in starting[position]:
            node = nodes[number]
            end = places[node.end - 1] + 1
            if end == length:
                weights[number] = follows(node.reading.tag, END)
                continue
            tag = node.after or node.reading.tag
            for other in starting[end]:
                weight = follows(tag, nodes[other].reading.tag) + nodes[other].reading.weight + weights[other]
                if weight > weights[number]:
                    weights[number] = weight
    return weights


def unknown(tag: str, weight: float = 0.0) -> Reading:
    """The reading of a token that stays as it is."""
    return Reading(tag, weight)
