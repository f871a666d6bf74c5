"""Questions of what something is: the sentence that says so is quoted first, whatever else speaks of the thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import build
from index.lexicon import LANGUAGES
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.cues import load_cues
from service.records import ChatRequest
from service.settings import Settings

SAYING = {
    "en": ("Trumlex", "Trumlex is a soap that is made of old bread.", "Ask for Trumlex!", "What is {}?"),
    "da": ("Brimsolin", "Brimsolin er en sæbe af gammelt brød.", "Spørg efter Brimsolin!", "Hvad er {}?"),
    "nb": ("Kvistavit", "Kvistavit er en såpe av gammelt brød.", "Spør etter Kvistavit!", "Hva er {}?"),
    "nn": ("Flogrut", "Flogrut er ei såpe av gammalt brød.", "Spør etter Flogrut!", "Kva er {}?"),
    "sv": ("Snerpol", "Snerpol är en tvål av gammalt bröd.", "Fråga efter Snerpol!", "Vad är {}?"),
}
"""By language: a name, the sentence that says what it is, another one, and the question."""
BESIDE = {
    "en": "It was raining all day, and the children played in the kitchen with the dog and an old ball of wool.",
    "da": "Det regnede hele dagen, og børnene legede i køkkenet med hunden og et gammelt garnnøgle.",
    "nb": "Det regnet hele dagen, og barna lekte på kjøkkenet med hunden og et gammelt garnnøste.",
    "nn": "Det regna heile dagen, og borna leika på kjøkenet med hunden og eit gammalt garnnøste.",
    "sv": "Det regnade hela dagen, och barnen lekte i köket med hunden och ett gammalt garnnystan.",
}


@pytest.fixture(scope="module")
def soaps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("soaps")
    for language, (_, saying, other, _) in SAYING.items():
        # What is short and says little is found before what is long.
        (folder / f"{language}-long.txt").write_text(f"{BESIDE[language]} {saying} {5 * BESIDE[language]}\n", "utf-8")
        (folder / f"{language}-short.txt").write_text(f"{other}\n", "utf-8")
    settings = Settings(data_dir=tmp_path_factory.mktemp("soaps-data"), seeds=folder, llm_model="")
    with open_assistant(settings) as assistant:
        build(assistant.library, folder)
        yield assistant


@pytest.mark.parametrize("asked", LANGUAGES)
@pytest.mark.parametrize("written", LANGUAGES)
def test_the_sentence_that_says_it_comes_first(soaps: Assistant, asked: str, written: str) -> None:
    """In every language, of a text in every language, though a shorter text was found before."""
    name, saying, *_ = SAYING[written]
    answer = soaps.ask(ChatRequest(SAYING[asked][-1].format(name))).answer
    assert answer.answered
    best = max(answer.citations, key=lambda citation: citation.quote.score)
    assert saying in best.quote.text


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What is a mortgage?", True),
        ("And what are cookies?", True),
        ("What does solvency mean?", True),
        ("Hvad menes der med solvens?", True),
        ("Hva står EØS for?", True),
        ("Kva tyder ordet?", True),
        ("Definiera solvens", True),
        ("What is the best way to get from the harbour to the town?", False),
        ("What do the authors think about ROI?", False),
        ("Hvem er rektor?", False),
    ],
)
def test_which_questions_ask_what_something_is(question: str, asks: bool) -> None:
    """Short ones of what a thing is or a word means; long ones ask for something else."""
    assert load_cues().asks_what(question) is asks


@pytest.mark.parametrize(
    ("sentence", "language", "thing"),
    [
        ("Return on investment (ROI) is a measure.", "en", "Return on investment (ROI) "),
        ("Lyon, en by i Frankrike, har to elver.", "nb", "Lyon"),
        ("Solvens innebär att man kan betala.", "sv", "Solvens "),
        ("Vi har talt om solvens.", "da", None),
        ("Solvency is a measure.", "de", None),
    ],
)
def test_what_stands_before_the_words_that_define(sentence: str, language: str, thing: str | None) -> None:
    """The beginning of a sentence up to "is a", "means" or an apposition; nothing where there is none."""
    assert load_cues().defined(sentence, language) == thing
