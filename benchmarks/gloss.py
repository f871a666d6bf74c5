"""Measures glosses at scale on parallel sentences: `python -m benchmarks.gloss --data DIR [--half report]`.

DIR is as for benchmarks.retrieval; its parallel sets (sib200_flores, tatoeba_en_nordic) are read. A content word counts
as supported if its concept, or one related to it, can be read in the same sentence in another language; as contradicted
if another meaning of the word can; translations are free, so one supported word in ten is the most that is missed for
words with a single meaning. Sentences with an even number are for choosing settings by, those with an odd one for
reporting.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from index.lexicon import Concept, Lexicon, load_lexicon
from service.gloss import Glosser
from service.gloss.records import Node, Reading
from service.gloss.tokens import tokenize

SETS = ("sib200_flores", "tatoeba_en_nordic")
HALVES = {"choose": 0, "report": 1}


def groups(data: Path, half: int) -> Iterator[Mapping[str, str]]:
    """Sentences that translate one another, by language."""
    for name in SETS:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for line in (data / name / "passages.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            key, _, language = row["id"].rpartition(":")
            found[key][language] = row["text"]
        for key, texts in found.items():
            if int(key.rpartition("-")[2]) % 2 == half:
                yield texts


class Judge:
    """Holds the meanings of a sentence against those that its translations may have."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.glosser = Glosser(lexicon)

    def meanings(self, text: str, language: str) -> frozenset[str]:
        """The ids of every concept that a word or entry of the text may stand for."""
        nodes = self.glosser.candidates(tokenize(text), language)
        return frozenset(sense.concept.id for node in nodes for part in _parts(node.reading) for sense in part.senses)

    def verdict(self, node: Node, meanings: frozenset[str]) -> str:
        """supported, contradicted or unsupported."""
        chosen = [node.sense.concept] if node.sense else [p.senses[0].concept for p in node.reading.parts if p.senses]
        if all(self._near(concept, meanings) for concept in chosen):
            return "supported"
        others = {sense.concept.id for part in _parts(node.reading) for sense in part.senses}
        others |= {sense.concept.id for rival in node.rivals for sense in rival.senses}
        return "contradicted" if others & meanings else "unsupported"

    def _near(self, concept: Concept, meanings: frozenset[str]) -> bool:
        return concept.id in meanings or any(id_ in meanings for id_, _ in self._lexicon.related.get(concept.id, ()))


def _parts(reading: Reading) -> tuple[Reading, ...]:
    return reading.parts or (reading,)


def measure(judge: Judge, data: Path, half: int) -> dict[str, Counter[str]]:
    """Verdicts for each source language; `left` are the words in doubt, `unknown` those in no table."""
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    for texts in groups(data, half):
        meanings = {language: judge.meanings(text, language) for language, text in texts.items()}
        for source, text in texts.items():
            target = "da" if source == "en" else "en"
            others = frozenset().union(*(ids for language, ids in meanings.items() if language != source))
            for node in judge.glosser.chosen(text, source, target):
                if node.reading.kept:
                    verdicts[source]["unknown"] += node.tag == "N"
                elif not node.reading.function:
                    verdicts[source]["left" if node.dropped else judge.verdict(node, others)] += 1
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--half", choices=tuple(HALVES), default="choose")
    options = parser.parse_args()
    names = ("supported", "contradicted", "unsupported", "left", "unknown")
    print("language", "words", *names, sep="\t")
    for language, verdicts in measure(Judge(load_lexicon()), options.data, HALVES[options.half]).items():
        total = verdicts.total()
        print(language, total, *(f"{verdicts[name] / total:.3f}" for name in names), sep="\t")


if __name__ == "__main__":
    main()
