"""The sentences around the quotes, and Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.records import DocumentInfo, Role, Speaker
from service.records import Answer, Citation, Quote
from service.strings import LANGUAGES, strings
from service.wording import count_voices, escape_markdown, found_headline, markdown, markdown_blocks, sections, voice


def document(name: str = "a", language: str = "sv") -> DocumentInfo:
    return DocumentInfo(name, f"Title {name}", language, None, f"{name}.txt", "0" * 64, 100, 1)


def citation(
    marker: int, *, name: str | None = None, role: Role = "author", doc: str = "a", text: str = "A quote."
) -> Citation:
    quote = Quote(doc, f"{doc}:p", Speaker(name, role), "sv", text, 0, len(text), 1.0)
    return Citation(marker, document(doc), quote)


@given(st.text(alphabet=st.sampled_from("aé*_[]()<>&#`~|\\!-+=1.)\n \t:/\"'"), max_size=60))
def test_escaped_text_is_shown_literally_by_a_markdown_renderer(text: str) -> None:
    """Rendered as a paragraph, escaped text has no formatting, links or HTML, and the same words as before."""
    rendered = MarkdownIt("commonmark").render("x" + escape_markdown(text))
    tokens = MarkdownIt("commonmark").parse("x" + escape_markdown(text))
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}, rendered
    assert {child.type for child in inline} <= {"text", "text_special", "softbreak"}, rendered
    shown = "".join(" " if child.type == "softbreak" else child.content for child in inline)
    assert "".join(shown.split()) == "".join(("x" + text).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["author", "commenter", "quoted"])
@pytest.mark.parametrize("name", ["Annelie Näs", None])
def test_a_voice_is_introduced_by_name_only_if_it_has_one(language: str, role: Role, name: str | None) -> None:
    """Every role has its sentence in every language, with the title, and no name where the text gives none."""
    sentence = voice(Speaker(name, role), document(), strings(language))
    assert "Title a" in sentence
    assert ("Annelie Näs" in sentence) == (name is not None)
    assert "{" not in sentence


def test_the_counts_of_the_headline_are_those_of_what_is_shown() -> None:
    """A person who speaks twice is one voice; two documents are two texts."""
    shown = [citation(1, name="Ann", role="commenter"), citation(2, name="Ann", role="commenter"), citation(3, doc="b")]
    assert count_voices(shown) == 2
    headline = found_headline("ROI", shown, 5, strings("en"))
    assert headline == "On “ROI”: two voices, in two of the five texts."


def test_all_texts_and_the_only_text_are_called_that() -> None:
    """Where every text is quoted, or there is only one, the headline says so."""
    assert "all two texts" in found_headline(None, [citation(1), citation(2, doc="b")], 2, strings("en"))
    assert "the only text" in found_headline(None, [citation(1)], 1, strings("en"))


def test_unnamed_authors_of_two_documents_are_two_voices() -> None:
    """Nothing says that two authors who are not named are the same person."""
    assert count_voices([citation(1), citation(2, doc="b")]) == 2


def test_neighbouring_quotes_of_one_voice_stand_under_one_introduction() -> None:
    """One section a voice, in the order of the markers."""
    found = sections([citation(1), citation(2), citation(3, name="Ann", role="commenter")], strings("en"))
    assert [section.markers for section in found] == [(1, 2), (3,)]


def test_every_marker_stands_in_the_markdown_and_the_blocks_are_the_whole() -> None:
    """The blocks joined by blank lines are the answer, and quote text cannot forge a marker."""
    cited = (citation(1, text="See [2] and\nmore"), citation(2, doc="b"))
    answer = Answer("Headline", sections(cited, strings("en")), cited, answered=True, language="en")
    text = markdown(answer)
    assert text == "\n\n".join(block for block, _ in markdown_blocks(answer))
    assert text.count("[2]") == 1
    assert "> more” [1]" in text
    assert [c.marker for _, brought in markdown_blocks(answer) for c in brought] == [1, 2]
