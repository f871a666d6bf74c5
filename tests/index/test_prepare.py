"""The way from text to passages, for any text at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.prepare import prepare
from index.records import LanguageGuess
from index.sources import SourceInfo
from index.tokens import count_tokens
from tests.index.making_documents import always, prepared

# Pieces of which pages are made, and characters that break naive offset arithmetic.
_PIECES = st.sampled_from(
    [
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\f",
        "\v",
        "\u2028",
        "\u2029",
        "\x85",
        "\x1c",
        " ",
        "\t",
        "\u00a0",
        "\u3000",
        "\ufeff",
        "\u200b",
        "• ",
        "  • ",
        "- ",
        "– ",
        "> ",
        "# ",
        "1. ",
        "  2. ",
        "(a) ",
        "•",
        "...",
        "…",
        ".",
        "!?",
        ":",
        "”",
        "«",
        "“",
        '"',
        ")",
        "🙂",
        "👩\u200d👩\u200d👧",
        "e\u0301",
        "שלום עולם",
        "مرحبا",
        "日本語。",
        "3 kommentarer",
        "8 svar",
        "Anna Berg siger:",
        "Bo skriver:",
        "Anna Berg",
        "12. mars 2015 kl. 14:22",
        "Om Anna Berg",
        "Av Anna Berg",
        "Skriv et svar",
        "Del artikel",
        "Pingback: x",
        "Kategorier",
        "Nyhetsbrev",
        "Det er en lang setning om hvordan folk bruker ord, og den er ikke ferdig",
        "Dr. Hansen kom kl. 12.",
        "– Vi er glade, sier Kari Nordmann i Firma.",
        "“Det er bra”, siger hun.",
        "http://example.org/a_b.html",
        "x" * 700,
        "ord " * 90,
    ]
)
_TEXTS = st.one_of(st.lists(_PIECES, max_size=40).map("".join), st.text(max_size=300))


def _prepared(text: str, max_tokens: int):  # type: ignore[no-untyped-def]  # the record's own type says it
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return prepare(Path("any.txt"), text, sha256, None, lambda _: always("nb"), max_tokens=max_tokens)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_TEXTS, st.sampled_from([8, 40, 200]))
def test_any_text_is_covered_once_and_quoted_verbatim(text: str, max_tokens: int) -> None:
    """Segments cover every non-blank character once, in order; passages and sentences are verbatim and in bounds."""
    result = _prepared(text, max_tokens)
    covered = [0] * len(text)
    position = 0
    for part in result.segments:
        assert position <= part.start < part.end <= len(text)
        assert not text[part.start].isspace()
        assert not text[part.end - 1].isspace()
        assert part.reason if part.kind == "furniture" else part.reason is None
        position = part.end
        covered[part.start : part.end] = [1] * (part.end - part.start)
    mark = 1 if text.startswith("\ufeff") else 0
    assert all(covered[i] or text[i].isspace() for i in range(mark, len(text)))

    for passage in result.passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text.strip() == passage.text != ""
        assert passage.sentences
        last = passage.start
        for sentence in passage.sentences:
            assert last <= sentence.start < sentence.end <= passage.end
            assert text[sentence.start : sentence.end].strip() == text[sentence.start : sentence.end]
            last = sentence.end
    starts = [passage.start for passage in result.passages]
    assert starts == sorted(starts)
    assert len({passage.id for passage in result.passages}) == len(result.passages)


@settings(max_examples=40, deadline=None)
@given(_TEXTS)
def test_the_same_text_gives_the_same_passages(text: str) -> None:
    """Preparing is deterministic."""
    assert _prepared(text, 60) == _prepared(text, 60)


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="ab .\n🙂é", min_size=1, max_size=4_000), st.sampled_from([5, 30, 120]))
def test_no_passage_is_over_the_budget(text: str, max_tokens: int) -> None:
    """A passage holds at most `max_tokens` tokens, however long a sentence or a word is."""
    for passage in _prepared("Tekst\n\n" + text, max_tokens).passages:
        assert count_tokens(passage.text) <= max_tokens


def test_the_source_outweighs_the_text() -> None:
    """Title and author come from sources.toml where it names them, else from the text."""
    text = (
        "En overskrift\n\nAv Kari Nordmann\n\nDette er en artikkel om noe, og den er ikke veldig lang i det hele tatt."
    )
    assert prepared(text).document.title == "En overskrift"
    assert prepared(text).document.author == "Kari Nordmann"
    said = prepared(text, source=SourceInfo(title="Annen tittel", author="Per Hansen")).document
    assert (said.title, said.author) == ("Annen tittel", "Per Hansen")


def test_a_text_without_title_and_author_has_its_stem_and_none() -> None:
    """Where a text names neither, the title is the file's stem and there is no author."""
    document = prepared(
        "Dette er en ganske kort tekst, men den er likevel hele setninger.", name="notat 7.txt"
    ).document
    assert (document.id, document.title, document.author) == ("notat 7", "notat 7", None)


def test_a_passage_id_belongs_to_one_version() -> None:
    """A changed document shares no passage id with its former version, even where the passage is the same."""
    first = prepared(
        "Overskrift\n\nDette er den første setningen i en tekst som er lang nok.\n\nOg her er noe som blir endret."
    )
    second = prepared(
        "Overskrift\n\nDette er den første setningen i en tekst som er lang nok.\n\nOg her er noe som ble annet."
    )
    assert not {p.id for p in first.passages} & {p.id for p in second.passages}


def test_the_language_of_a_document_is_that_of_its_article() -> None:
    """Comments in another language do not change the document's language, and keep their own."""
    page = (
        "Hvorfor vi sluttet med åpne kontorer\n\n"
        "Vi flyttet i fjor til et lokale uten vegger, og etter tre måneder var alle enige om at det ikke virket.\n\n"
        "2 kommentarer\n\n"
        "1. Erik Lund sier:\n\n    Helt enig, vi har det på samme måte her, og ingen får gjort noe som helst.\n\n"
        "2. Jane Cooper sier:\n\n    We tried this in our London office as well, and after half a year we had to "
        "build the walls back up again because nobody could think.\n"
    )
    result = prepared(page)
    assert result.document.language == "nb"
    assert {p.language for p in result.passages if p.number == 2} == {"en"}
    assert {p.language for p in result.passages if p.number != 2} == {"nb"}


def test_an_english_quote_does_not_make_an_english_paragraph() -> None:
    """Names and short English quotes inside a paragraph leave its language as it is."""
    text = (
        "Tittel\n\nDet var en vanlig mandag, og vi satt i møterommet og ventet på sjefen.\n\n"
        "Han sa «what gets measured gets managed», og så viste han fram Return of Investment i Excel for oss."
    )
    assert {part.language for part in prepared(text).segments} == {"nb"}


def test_a_document_of_one_line_can_be_found() -> None:
    """A text that is nothing but a title still gives a passage."""
    result = prepared("Årsrapport 2019")
    assert [passage.text for passage in result.passages] == ["Årsrapport 2019"]


def test_an_unknown_language_is_kept() -> None:
    """A language outside of the five passes through to the passages."""
    text = "Titel\n\nDas ist ein ganzer Satz, der lang genug ist, damit man ihn als Absatz erkennen kann."
    result = prepare(Path("a.txt"), text, "0" * 64, None, lambda _: LanguageGuess("de", 1.0))
    assert result.document.language == "de"
    assert {passage.language for passage in result.passages} == {"de"}
