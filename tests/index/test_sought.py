"""What a question can be found under, sought in texts."""

from __future__ import annotations

import random
import threading

import pytest

from index import vocabulary
from index.analysis import Analyzer
from index.lexicon import LANGUAGES
from index.sought import Sought
from tests.conftest import SEEDS
from tests.index.analysing import analyzer, lexicon


def agrees(sought: Sought, terms_of: Analyzer, question: str, language: str, text: str, other: str) -> None:
    expected = terms_of.match(terms_of.question(question, language), text, other)
    assert (sought.strengths(text, other) or (0.0,) * len(expected)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_of_a_question_what_the_whole_analysis_says(language: str) -> None:
    """Words and entries of several, of any two languages, next to one another and overlapping: to the last bit."""
    chance = random.Random(language)  # noqa: S311 - made-up cases, the same in every run
    entries = {code: sorted(lexicon().words(code)) for code in LANGUAGES}
    several = {code: [entry for entry in entries[code] if " " in entry] for code in LANGUAGES}
    for _ in range(40):
        asked = chance.sample(entries[language], 3) + chance.sample(several[language], 2)
        question = " ".join(asked)
        sought = Sought(analyzer().question(question, language), analyzer())
        for other in LANGUAGES:
            # Of the words asked for, those that other words lead to: what one concept is called in the other language.
            concepts = [concept for entry in asked for concept in lexicon().senses(entry, language)]
            same = [word for concept in concepts for word in concept.words[other]]
            said = chance.sample([*same, *chance.sample(entries[other], 4), *chance.sample(several[other], 2)], 6)
            agrees(sought, analyzer(), question, language, " ".join(said).capitalize(), other)


def test_real_texts_have_of_a_question_what_the_whole_analysis_says() -> None:
    """Every line of the shipped texts, for questions that are lines themselves."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    assert lines
    for question in lines[:: len(lines) // 12]:
        sought = Sought(analyzer().question(question, "da"), analyzer())
        for line in lines[::3]:
            agrees(sought, analyzer(), question, "da", line, "nb")


def test_what_others_have_met_meanwhile_is_found() -> None:
    """A token that somebody else has analysed since the question was first compared counts like any other."""
    fresh = Analyzer(lexicon())
    sought = Sought(fresh.question("dogs", "en"), fresh)
    assert sought.strengths("Nothing of it.", "en") is None
    fresh.passage("Doggy dogs!", "en")
    assert sought.strengths("Two dogs!", "en") == (1.0,)


def test_a_vocabulary_that_is_full_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few tokens are remembered, texts have the same of a question, while others read, too."""
    monkeypatch.setattr(vocabulary, "MAX_REMEMBERED", 20)
    fresh = Analyzer(lexicon())
    words = sorted(word for word in lexicon().words("en") if " " not in word)
    failed: list[str] = []

    def read(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - made-up cases
        for _ in range(30):
            asked = chance.sample(words, 2)
            terms = fresh.question(" ".join(asked), "en")
            sought = Sought(terms, fresh)
            for _ in range(10):
                text = " ".join(chance.sample([*asked, *chance.sample(words, 20)], 8))
                if (sought.strengths(text, "en") or (0.0,) * len(terms.terms)) != fresh.match(terms, text, "en"):
                    failed.append(text)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
