"""Glosses and translations beside citations."""

from __future__ import annotations

import io
from collections.abc import Generator, Sequence

import pytest
from rich.console import Console

from index.lexicon import load_lexicon
from index.records import DocumentInfo, Speaker
from index.words import WordAnalyzer
from service.aids import Aids, make_aids
from service.command_line.terminal import show
from service.records import Answer, Citation, Quote, Reply, Section, Sentence, Timings
from service.settings import Settings
from service.wire import CitationModel


class Shouting:
    """A translator that shouts, and counts its calls."""

    name = "Shouting"

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def translates(self, source: str, target: str) -> bool:
        return source == "sv" and target == "en"

    def translate(self, texts: Sequence[str], source: str, target: str) -> tuple[str | None, ...]:
        self.calls.append(tuple(texts))
        return tuple(None if "NO" in text else text.upper() for text in texts)


@pytest.fixture(scope="module")
def words() -> WordAnalyzer:
    return WordAnalyzer(load_lexicon())


def citation(marker: int, text: str, language: str) -> Citation:
    quote = Quote("a", "a:p", Speaker("Ann", "author"), language, text, 0, len(text), 1.0)
    return Citation(marker, DocumentInfo("a", "Title", language, None, "a.txt", "0" * 64, 100, 1), quote)


def test_only_quotes_in_another_language_have_a_gloss(words: WordAnalyzer) -> None:
    """A quote in the answer's language needs none, and one in a language without a lexicon has none."""
    aids = Aids(words)
    added = aids.add([citation(1, "Kunderne", "da"), citation(2, "Customers", "en"), citation(3, "Kunden", "de")], "en")
    assert [found.gloss and found.gloss.text for found in added] == ["The customers", None, None]
    assert added[0].gloss is not None
    assert added[0].gloss.language == "en"
    assert all(found.translation is None for found in added)


def test_the_setting_switches_glosses_off(words: WordAnalyzer) -> None:
    """With KILDE_GLOSS=false citations are what they were; with the defaults they have glosses and no translations."""
    quoted = citation(1, "Kunderne", "da")
    assert make_aids(Settings(gloss=False), words).add([quoted], "en") == (quoted,)
    (added,) = make_aids(Settings(), words).add([quoted], "en")
    assert added.gloss is not None
    assert added.translation is None


def test_all_quotes_of_a_language_are_translated_in_one_call_and_once(words: WordAnalyzer) -> None:
    """A model's answer asks for aids sentence by sentence and again at its end."""
    translator = Shouting()
    aids = Aids(words, translator=translator)
    found = [citation(1, "ett", "sv"), citation(2, "två NO", "sv"), citation(3, "tre", "da"), citation(4, "ett", "sv")]
    added = aids.add(found, "en")
    again = aids.add(found, "en")
    assert translator.calls == [("ett", "två NO"), ()] or translator.calls == [("ett", "två NO")]
    assert [one.translation and one.translation.text for one in added] == ["ETT", None, None, "ETT"]
    assert again == added
    assert added[0].translation is not None
    assert added[0].translation.by == "Shouting"


def test_the_json_has_both_aids(words: WordAnalyzer) -> None:
    """`gloss` and `translation` stand beside the quote, each with its language."""
    (added,) = Aids(words, translator=Shouting()).add([citation(1, "Kunderna", "sv")], "en")
    shown = CitationModel.of(added).model_dump()
    assert shown["quote"] == "Kunderna"
    assert shown["gloss"] == {"language": "en", "text": "The customers"}
    assert shown["translation"] == {"language": "en", "text": "KUNDERNA", "by": "Shouting"}


def test_a_written_answer_has_aids_in_its_sentences_and_at_its_end(words: WordAnalyzer) -> None:
    """`follow` passes on what a writer yields and returns."""

    def writing() -> Generator[Sentence, None, Answer]:
        yield Sentence("They said it. [1]", (citation(1, "Kunderne", "da"),))
        return Answer("", (), (citation(1, "Kunderne", "da"),), True, "en")

    following = Aids(words).follow(writing(), "en")
    sentence = next(following)
    with pytest.raises(StopIteration) as end:
        next(following)
    assert sentence.citations[0].gloss == end.value.value.citations[0].gloss is not None


@pytest.mark.parametrize(
    ("language", "gloss", "translation"),
    [
        ("en", "word for word: The customers", "machine translation by Shouting: KUNDERNA"),
        ("da", "ord for ord: Kunderne", None),
        ("nb", "ord for ord: Kundene", None),
        ("nn", "ord for ord: Kundane", None),
    ],
)
def test_a_terminal_names_the_aids(words: WordAnalyzer, language: str, gloss: str, translation: str | None) -> None:
    """Under the quote, each named as what it is in the asker's language."""
    aids = Aids(words, translator=Shouting())
    answer = Answer("Found.", (Section("Ann:", (1,)),), (citation(1, "Kunderna", "sv"),), True, language)
    out = io.StringIO()
    reply = Reply("c", "m", "What?", "What?", language, aids.complete(answer), Timings(0, 0, 0))
    show(reply, Console(file=out, width=100), {})
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert gloss in lines
    if translation:
        assert translation in lines
