"""What the page suggests to ask: questions that the documents there are can answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from index.schema import messages
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.http.pages import Pages
from service.settings import Settings
from service.strings import LANGUAGES, strings
from service.suggestions import MAX_TITLE_CHARACTERS, SEPARATOR, Suggestions


def kept(assistant: Assistant) -> int:
    with assistant.library.record.read() as connection:
        return int(connection.execute(select(func.count()).select_from(messages)).scalar_one())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_questions_are_for_the_shipped_documents(seeds_assistant: Assistant, language: str) -> None:
    """They are suggested where the documents answer all of them, in each language; asking keeps nothing."""
    before = kept(seeds_assistant)
    found = Suggestions(seeds_assistant).questions(language, seeds_assistant.documents())
    assert found == [question.strip() for question in strings(language).text("page.questions").split(SEPARATOR)]
    assert kept(seeds_assistant) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_documents_are_asked_about_by_their_titles(town: Assistant, language: str) -> None:
    """Over other documents each suggested question names one, those of the reader's language first, and is answered."""
    documents = town.documents()
    found = Suggestions(town).questions(language, documents)
    assert found
    assert all(any(one.title in question for one in documents) for question in found)
    own = [one.title for one in documents if one.language == language]
    assert not own or own[0] in found[0]
    assert all(town.has_answer(question) for question in found)


def test_what_may_not_be_read_is_not_named(town: Assistant) -> None:
    """Without documents that may be named, questions that these do not answer are not made up."""
    assert Suggestions(town).questions("en", []) == []


def test_titles_that_make_no_question_are_passed_over(town: Assistant) -> None:
    """A long title, and one with the sign that separates the questions."""
    one = next(one for one in town.documents() if one.id == "garden")
    titles = ["a" * (MAX_TITLE_CHARACTERS + 1), f"{one.title} {SEPARATOR} News", one.title]
    documents = [replace(one, title=title) for title in titles]
    assert Suggestions(town).questions("en", documents) == [f"What is “{one.title}” about?"]


def test_an_empty_folder_has_a_page_all_the_same(tmp_path: Path) -> None:
    """Nothing is indexed: nothing is suggested."""
    with open_assistant(Settings(data_dir=tmp_path, seeds=tmp_path, llm_model="")) as assistant:
        assert Suggestions(assistant).questions("en", []) == []


def test_the_page_hands_them_to_the_widget() -> None:
    """As the attribute that the widget reads, escaped."""
    page = Pages().home([], "en", questions=["What does “<b>” say?", "And this?"])
    assert 'data-questions="What does “&lt;b&gt;” say? | And this?"' in page
