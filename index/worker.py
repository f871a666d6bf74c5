"""What a process does that makes documents for another one: loads what it needs, then makes what it is asked for."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import Analyzer
from index.exchange import NewVersion
from index.language import LanguageDetector
from index.lexicon import load_lexicon
from index.making import Maker, ToMake
from index.subwords import SubwordEmbedding
from index.word_cache import MAX_WORDS
from index.words import Word

GARBAGE_AFTER = 50_000
"""New objects in a worker process before it looks for those that only refer to one another; Python's own is 700."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What another process made of some files: a version or a reason each, the words it analysed, and with what."""

    outcomes: list[NewVersion | str]
    words: dict[str, dict[str, Word]]
    fingerprint: str


_worker: list[Maker] = []
"""The one maker of a worker process; empty elsewhere."""
_sent: dict[str, int] = {}
"""How many analysed words of each language a worker process has sent back."""


def the_worker() -> Maker:
    """What a worker process makes documents with."""
    return _worker[0]


def warm_up() -> None:
    """Load in a worker process what its first documents would load."""
    the_worker().warm_up()


def start_worker(max_tokens: int, max_bytes: int) -> None:
    """Load what a process needs that does nothing but make documents."""
    analyzer = Analyzer(load_lexicon())
    detector = LanguageDetector(analyzer.words)
    _worker.append(Maker(analyzer, detector, SubwordEmbedding(), max_tokens=max_tokens, max_bytes=max_bytes))
    # A worker keeps nearly all that it makes until it ends: looking through it for what could be freed is in vain.
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER)


def work(files: Sequence[ToMake], max_tokens: int, max_bytes: int) -> Finished:
    """Make versions of files in a process that does nothing else; the first call loads what is needed."""
    if not _worker:
        start_worker(max_tokens, max_bytes)
    maker = the_worker()
    outcomes = maker.outcomes(files)
    return Finished(outcomes, maker.words.news(_sent, MAX_WORDS), maker.fingerprint)
