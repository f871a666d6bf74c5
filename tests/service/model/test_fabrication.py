"""A thousand answers by a model that makes things up."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from index.library import Library
from service.assistant import Assistant
from service.model.numbers import number_set
from service.records import Answer, ChatRequest, Done, Sentence
from tests.service.model.prompted import Given, given
from tests.service.model.scripted import Act, Body, Say, ScriptedModel

ANSWERS = 1000
SEED = 20261121
QUESTIONS = [
    "Does a community garden create trust between neighbours?",
    "What do people think about the garden?",
    "How much does the garden cost?",
    "Hvad siger naboerne om haven og tillid?",
    "Hva krever beboerne ved felleshagen?",
    "Kva meiner rektoren om skulehagen?",
    "Vad säger ägaren om odlingen på taket?",
    "What happened to sales after the bicycle lanes?",
    "Hvorfor er bilisterne bekymrede for cykelstierne?",
    "Hur mycket har antalet cyklister ökat på vintern?",
]
NAMES = ["Quentin Bracknell", "Astrid Vinterberg", "Oskar Lindblom", "Doctor Fjeldgaard", "Priya Raman"]
CODES = {"English": "en", "Danish": "da", "Bokmål": "nb", "Nynorsk": "nn", "Swedish": "sv"}
WORDS = re.compile(r"\[(\d+)\]")


class Fabricator:
    """Answers with true sentences, and with markers, quotes, names and numbers at random."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311 - a seeded test
        self.fabricated: set[str] = set()

    def __call__(self, body: Body) -> Act:
        passages = given(body)
        # Mostly from passages in the language of the answer, or too little would be fit to be shown.
        asked = re.search(r"Write in (?:Norwegian, )?(\w+)", body["messages"][0]["content"])
        code = CODES[asked[1]] if asked else "en"
        if self.random.random() < 0.8:
            passages = [passage for passage in passages if passage.language == code] or passages
        text = " ".join(self.sentence(passages) for _ in range(self.random.randint(1, 5)))
        cuts = sorted(self.random.sample(range(len(text)), min(len(text), self.random.randint(0, 12))))
        pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        return Say(pieces, finish=self.random.choice(["stop"] * 9 + ["length", None]))

    def sentence(self, passages: list[Given]) -> str:
        passage = self.random.choice(passages)
        said = self.random.choice(re.split(r"(?<=\.)\s+", passage.text)).strip().rstrip(".")
        marker = f"[{passage.number}]"
        lie = self.random.randrange(10)
        if lie == 0:
            marker = f"[{self.random.choice([0, 99, len(passages) + 1, 10**12])}]"
        elif lie == 1:
            marker = self.random.choice(["", "[x]", "[1", "(1)", "[source]"])
        elif lie == 2:
            said = f"{self.random.choice(NAMES)}: {said}"
        elif lie == 3:
            said = f"{said} {self.number()}"
        elif lie == 4:
            said = f"They write “{self.invention(passages)}”, {said}"
        elif lie == 5:
            marker = f"[{self.random.choice(passages).number}]"
        elif lie == 6:
            said = self.invention(passages)
        elif lie == 7:
            said = f"{said} (https://example.com/{self.random.randrange(999)})"
        return f"{said} {marker}."

    def number(self) -> str:
        value = str(self.random.randrange(50_000, 1_000_000))
        self.fabricated.add(value)
        return value

    def invention(self, passages: list[Given]) -> str:
        words = [word for passage in passages for word in passage.text.split()]
        return " ".join(self.random.choice(words).strip(".,") for _ in range(8))


def assert_sound(answer: Answer, library: Library) -> None:
    """Every quote stands in its document, and every sentence that is shown has a citation."""
    by_marker = {citation.marker: citation for citation in answer.citations}
    assert list(by_marker) == list(range(1, len(by_marker) + 1))
    places = [(c.quote.document_id, c.quote.start, c.quote.end) for c in answer.citations]
    assert library.record.text_slices(places) == [c.quote.text for c in answer.citations]
    for section in answer.sections:
        if section.kind == "note":
            continue
        assert section.markers
        assert set(section.markers) <= set(by_marker)
        if section.kind == "sentence":
            assert [int(number) for number in WORDS.findall(section.introduction)] == list(section.markers)
            assert not any(name.split()[-1] in section.introduction for name in NAMES)
            assert "http" not in section.introduction


@pytest.mark.timeout(240)
def test_nothing_that_a_model_makes_up_is_shown(
    assistant: Assistant,
    scripted: ScriptedModel,
    library: Library,
) -> None:
    """Of 1,000 answers no quote fails its offset check, no sentence lacks a citation, no invented number is shown."""
    scripted.script = fabricator = Fabricator()
    modes: Counter[str] = Counter()
    for place in range(ANSWERS):
        request = ChatRequest(QUESTIONS[place % len(QUESTIONS)], keep=False)
        *events, last = assistant.stream(request, shown=bool(place % 2))
        assert isinstance(last, Done)
        answer = last.reply.answer
        modes[answer.mode] += 1
        assert_sound(answer, library)
        if place % 2:
            shown = [event.text for event in events if isinstance(event, Sentence)]
            cited = [c for event in events if isinstance(event, Sentence) for c in event.citations]
            assert len(shown) >= len([section for section in answer.sections if section.kind == "sentence"])
            assert [c.quote for c in cited] == [c.quote for c in answer.citations]
        claimed = number_set(" ".join(s.introduction for s in answer.sections if s.kind == "sentence"), "en")
        assert not claimed & fabricator.fabricated
    # Neither side of the comparison is empty.
    assert modes["generative"] > ANSWERS / 5
    assert modes["extractive"] > ANSWERS / 50
