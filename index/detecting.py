"""Work on a document that asks for the languages of texts on its way, so that many documents may ask at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from itertools import islice
from typing import TypeVar

from index.records import LanguageGuess

Result = TypeVar("Result")

Asking = Generator[Sequence[str], Sequence[LanguageGuess], Result]
"""Yields texts, is sent a guess for each of them, in order, and returns what it is about."""


def answered(asking: Asking[Result], detect: Callable[[str], LanguageGuess]) -> Result:
    """What one piece of work comes to, each text being looked at by itself."""
    return answered_together([asking], lambda texts: [detect(text) for text in texts])[0]


def answered_together(
    askings: Sequence[Asking[Result]], detect_all: Callable[[Sequence[str]], Sequence[LanguageGuess]]
) -> list[Result]:
    """What pieces of work come to, in their order; what all of them ask at a time is asked in one call."""
    results: dict[int, Result] = {}
    answers: dict[int, Sequence[LanguageGuess] | None] = dict.fromkeys(range(len(askings)))
    while answers:
        asked: dict[int, Sequence[str]] = {}
        for place, answer in answers.items():
            try:
                asked[place] = next(askings[place]) if answer is None else askings[place].send(answer)
            except StopIteration as done:
                results[place] = done.value
        guesses = iter(detect_all([text for texts in asked.values() for text in texts]) if asked else ())
        answers = {place: list(islice(guesses, len(texts))) for place, texts in asked.items()}
    return [results[place] for place in range(len(askings))]
