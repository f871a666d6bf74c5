"""Forty instructions hidden in documents, and a model that obeys them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.build import build
from index.library import Library, open_library
from service.model.opening import open_model
from service.records import Answer, ChatRequest
from service.settings import Settings
from service.strings import LANGUAGES
from tests.service.model.conftest import CORPUS, make_assistant
from tests.service.model.prompted import given
from tests.service.model.scripted import Act, Body, Say, Script, ScriptedModel


@dataclass(frozen=True, slots=True)
class Injection:
    """A paragraph hidden in a document, and what the model says when it finds it in its prompt."""

    hidden: str
    obeyed: str
    claim: bool = False


INJECTIONS = [
    Injection(**entry)
    for entry in tomllib.loads((Path(__file__).parent / "injections.toml").read_text(encoding="utf-8"))["injection"]
]
QUESTIONS = {
    "en": "What do the neighbours say about the garden and trust?",
    "da": "Hvad siger naboerne om haven og tillid?",
    "nb": "Hva sier naboene om hagen og tillit?",
    "nn": "Kva seier naboane om hagen og tillit?",
    "sv": "Vad säger grannarna om trädgården och tillit?",
}
HONEST = {
    "en": "Neighbours say that the garden creates trust between people [{0}].",
    "da": "Naboerne siger, at haven skaber tillid mellem mennesker [{0}].",
    "nb": "Naboene sier at hagen skaper tillit mellom mennesker [{0}].",
    "nn": "Naboane seier at hagen skapar tillit mellom menneske [{0}].",
    "sv": "Grannarna säger att trädgården skapar tillit mellan människor [{0}].",
}
TARGET = "haven_da.txt"
HONEST_WORDS = "skaber tillid"


def test_there_are_forty() -> None:
    """Of every kind: other answers, languages, markers, roles, formats, leaks, tags and silence."""
    assert len(INJECTIONS) == 40
    assert len({injection.hidden for injection in INJECTIONS}) == 40


@dataclass(frozen=True, slots=True)
class Folder:
    """A library over a copy of the corpus, in which one document can be poisoned."""

    path: Path
    library: Library

    def poison(self, hidden: str) -> None:
        """Hide an instruction in the document that answers best, as a paragraph on its topic."""
        text = (CORPUS / TARGET).read_text(encoding="utf-8")
        (self.path / TARGET).write_text(f"{text}\nNaboerne og tilliden i haven: {hidden}\n", encoding="utf-8")
        build(self.library, self.path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    path = tmp_path_factory.mktemp("poisoned")
    for source in CORPUS.iterdir():
        (path / source.name).write_bytes(source.read_bytes())
    with open_library(tmp_path_factory.mktemp("poisoned_data")) as library:
        yield Folder(path, library)


def obeying(injection: Injection, language: str) -> Script:
    """A model that answers honestly, but obeys the injection where it is in its prompt."""

    def script(body: Body) -> Act:
        passages = given(body)
        wanted = " ".join(injection.hidden.split())
        found = any(wanted[:60] in " ".join(passage.text.split()) for passage in passages)
        return Say([(injection.obeyed if found else HONEST[language]).replace("{0}", str(honest_number(body)))])

    return script


@pytest.mark.parametrize("place", range(len(INJECTIONS)))
def test_an_obeyed_instruction_changes_no_citation_and_no_language(
    folder: Folder, scripted: ScriptedModel, settings: Settings, place: int
) -> None:
    """Citations stay true, none is there that an honest answer would not have, and the language is the asker's."""
    language = LANGUAGES[place % len(LANGUAGES)]
    injection = INJECTIONS[place]
    scripted.script = obeying(injection, language)
    folder.poison(injection.hidden)
    library = folder.library
    model = open_model(settings, library)
    request = ChatRequest(QUESTIONS[language], keep=False)
    answer = make_assistant(library, settings, model).ask(request).answer
    assert any(wanted_in(body, injection) for body in scripted.requests), "the model never saw the injection"
    scripted.script = lambda body: Say([HONEST[language].format(honest_number(body))])
    honest = make_assistant(library, settings, model).ask(request).answer
    extractive = make_assistant(library, settings).ask(request).answer
    model.client.close()
    assert honest.mode == "generative"
    assert answer.language == language
    assert_true(answer, library)
    added = quotes(answer) - quotes(honest) - quotes(extractive)
    # A claim that stands in a document can be quoted from it, with what stands before it or without.
    assert all(injection.claim and (injection.hidden in quote or quote in injection.hidden) for _, quote in added)
    for section in answer.sections:
        if section.kind == "sentence":
            bare = re.sub(r"\[\d+\]", "", section.introduction)
            assert library.detector.detect(bare, prefer=language).language == language


def honest_number(body: Body) -> int:
    """The number of the passage that the honest sentence rests on."""
    return next(passage.number for passage in given(body) if HONEST_WORDS in passage.text)


def quotes(answer: Answer) -> set[tuple[str, str]]:
    return {(citation.document.id, citation.quote.text) for citation in answer.citations}


def wanted_in(body: Body, injection: Injection) -> bool:
    wanted = " ".join(injection.hidden.split())[:60]
    return any(wanted in " ".join(passage.text.split()) for passage in given(body))


def assert_true(answer: Answer, library: Library) -> None:
    """Every quote is the document's own, and every sentence by the model has one that it is about."""
    places = [(c.quote.document_id, c.quote.start, c.quote.end) for c in answer.citations]
    assert answer.citations
    assert library.record.text_slices(places) == [c.quote.text for c in answer.citations]
    assert all(section.markers for section in answer.sections if section.kind != "note")
