"""Chooses the readings of a sentence that fit their neighbours best (Viterbi over words and multi-word entries)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.gloss.records import Node, Reading

START, END = "START", "END"


class Transitions:
    """How well one tag follows another; what a tag is told apart by after its colon counts only where it is listed."""

    def __init__(self, weights: Mapping[tuple[str, str], float]) -> None:
        self._weights = weights
        self._seen: dict[tuple[str, str], float] = {}

    def __call__(self, tag: str, after: str) -> float:
        key = (tag, after)
        if (found := self._seen.get(key)) is None:
            found = self._seen[key] = self._find(tag, after)
        return found

    def _find(self, tag: str, after: str) -> float:
        plain, plain_after = tag.partition(":")[0], after.partition(":")[0]
        pairs = ((tag, after), (tag, plain_after), (plain, after), (plain, plain_after))
        return next((self._weights[pair] for pair in pairs if pair in self._weights), 0.0)


def best_path(nodes: Sequence[Node], places: Sequence[int], follows: Transitions) -> tuple[Node, ...]:
    """The heaviest chain of nodes that covers the tokens without gap or overlap.

    `places[token]` is the token's place among those that count: quotation marks and the like are looked through.
    A chain weighs the sum of its readings' weights and of `follows` for each pair of neighbouring tags. Of two equal
    chains the one of the earlier nodes wins, so that the choice does not vary.
    """
    length = max((places[node.end - 1] + 1 for node in nodes), default=0)
    starting: list[list[int]] = [[] for _ in range(length + 1)]
    for number, node in enumerate(nodes):
        starting[places[node.start]].append(number)
    # best[position] = for each node that ends there: (weight, the chain's node before it)
    ending: list[list[int]] = [[] for _ in range(length + 1)]
    weight_to = [float("-inf")] * len(nodes)
    before = [-1] * len(nodes)
    for position in range(length):
        for number in starting[position]:
            node = nodes[number]
            if position == 0:
                weight_to[number] = follows(START, node.reading.tag) + node.reading.weight
            else:
                for other in ending[position]:
                    weight = (
                        weight_to[other]
                        + follows(nodes[other].after or nodes[other].reading.tag, node.reading.tag)
                        + node.reading.weight
                    )
                    if weight > weight_to[number]:
                        weight_to[number], before[number] = weight, other
            ending[places[node.end - 1] + 1].append(number)
    if not ending[length]:
        return ()
    last = max(ending[length], key=lambda number: weight_to[number] + follows(nodes[number].reading.tag, END))
    path: list[Node] = []
    while last >= 0:
        path.append(nodes[last])
        last = before[last]
    return tuple(reversed(path))


def unknown(tag: str, weight: float = 0.0) -> Reading:
    """The reading of a token that stays as it is."""
    return Reading(tag, weight)
