"""Work that asks for languages on its way."""

from __future__ import annotations

from collections.abc import Sequence

from index.detecting import Asking, answered, answered_together
from index.records import LanguageGuess


def asking(*steps: Sequence[str]) -> Asking[list[str]]:
    """Asks for the texts of each step and returns the languages that it was told."""
    told: list[str] = []
    for texts in steps:
        told += [guess.language for guess in (yield texts)]
    return told


def guesses(texts: Sequence[str]) -> list[LanguageGuess]:
    return [LanguageGuess(text.upper(), 1.0) for text in texts]


def test_each_piece_of_work_is_told_what_it_asked() -> None:
    """However many there are, however often they ask, and where one asks for nothing."""
    works = [asking(["a", "b"], ["c"]), asking(), asking(["d"]), asking([], ["e", "f"], ["g"])]
    assert answered_together(works, guesses) == [["A", "B", "C"], [], ["D"], ["E", "F", "G"]]
    assert answered_together([], guesses) == []


def test_what_all_of_them_ask_at_a_time_is_asked_in_one_call() -> None:
    """As many calls as the piece of work that asks most often."""
    calls: list[list[str]] = []

    def noted(texts: Sequence[str]) -> list[LanguageGuess]:
        calls.append(list(texts))
        return guesses(texts)

    answered_together([asking(["a"], ["b"]), asking(["c"], ["d", "e"], ["f"])], noted)
    assert calls == [["a", "c"], ["b", "d", "e"], ["f"]]


def test_one_piece_of_work_may_be_answered_text_by_text() -> None:
    """As where a single document is prepared."""
    assert answered(asking(["a", "b"], ["c"]), lambda text: LanguageGuess(text * 2, 1.0)) == ["aa", "bb", "cc"]
