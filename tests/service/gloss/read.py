"""Prints glosses for reading aloud: of the test sentences, or of the lines of a file into a language.

python -m tests.service.gloss.read [--to en] [--from da FILE]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.lexicon import load_lexicon
from service.gloss import Glosser

SENTENCES = Path(__file__).with_name("sentences.tsv")


@dataclass(frozen=True, slots=True)
class Expectation:
    """A sentence with the words that its gloss must and must not have."""

    source: str
    target: str
    sentence: str
    expected: tuple[str, ...]
    forbidden: tuple[str, ...]


def expectations() -> Iterator[Expectation]:
    """The lines of sentences.tsv."""
    for line in SENTENCES.read_text(encoding="utf-8").splitlines()[1:]:
        source, target, sentence, expected, forbidden = line.split("\t")
        yield Expectation(source, target, sentence, _cell(expected), _cell(forbidden))


def _cell(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--from", dest="source", default="da")
    parser.add_argument("--to", dest="target")
    options = parser.parse_args()
    glosser = Glosser(load_lexicon())
    if options.file:
        lines = options.file.read_text(encoding="utf-8").splitlines()
        texts = [(options.source, options.target or "en", line) for line in lines if line.strip()]
    else:
        texts = [
            (row.source, row.target, row.sentence) for row in expectations() if options.target in (None, row.target)
        ]
    for source, target, text in texts:
        print(f"{source} {text}\n{target} {glosser.gloss(text, source, target)}\n")


if __name__ == "__main__":
    main()
