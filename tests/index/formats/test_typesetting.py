"""What setting a text in type does to its words and lines is taken back where a text is taken out of a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.formats.pages import laid_out
from index.formats.set_lines import Line
from index.formats.typesetting import as_written
from index.load import extract
from index.prepare import Prepared, prepare
from tests.index.formats.making_files import pdf
from tests.index.making_documents import detector

COLUMN = [
    "The council has decided that the old harbour is to be",
    "rebuilt before the end of next year, says mayor Grethe",
    "Lund of the Harbour Party. It costs less than people in",
    "Storvik had feared: the work on the quays is paid by the",
    "fishermen themselves.",
    "What the neighbours say",
    "Nobody has asked those who live there, writes the former",
    "teacher Anders Holm in a letter to the editor.",
]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("The oﬃcer ﬁnds ﬂowers, and staﬀ too.", "The officer finds flowers, and staff too."),
        ("De vil gjen-\nåpne havna nå.", "De vil gjenåpne\nhavna nå."),
        ("Det är fram-\ntiden", "Det är framtiden"),
        ("Den store fram-\ntid\n\nNeste", "Den store framtid\n\nNeste"),
        ("Landene i Nord-\nEuropa venter.", "Landene i Nord-Europa\nventer."),
        ("Siden 1930-\ntallet er det slik.", "Siden 1930-tallet\ner det slik."),
        ("Skriv en e-\npost til oss.", "Skriv en e-post\ntil oss."),
        ("Se en tv-\nserie nu.", "Se en tv-serie\nnu."),
        ("Det kan be-\nhövas nu.", "Det kan behövas\nnu."),
        ("Her er for-\nog bagside.", "Her er for-\nog bagside."),
        ("Se web-adressen; web-\nadressen er ny.", "Se web-adressen; web-adressen\ner ny."),
        ("Se https://example.org/for-\nsiden i dag.", "Se https://example.org/for-\nsiden i dag."),
        ("Liverpool-\nspilleren scoret.", "Liverpool-spilleren\nscoret."),
        ("en sam\u00adfunds\u00ad\nborger og\u200b mere", "en samfundsborger\nog mere"),
        ("- Ja -\nnei", "- Ja -\nnei"),
    ],
)
def test_words_are_as_they_were_written(page: str, text: str) -> None:
    """Ligatures are letters; a broken word is whole; a hyphen that belongs to a word, or to two of them, stays."""
    assert as_written([page]) == [text]


def test_how_the_text_writes_a_word_elsewhere_counts() -> None:
    """A word that another page has without a hyphen is broken, whatever stands before it."""
    assert as_written(["A new Inter-\nnational", "International law"])[0] == "A new International"
    assert as_written(["A new Inter-\nnational"]) == ["A new Inter-national"]


@given(st.text(st.sampled_from("aB1-\u2010\u00ad\ufb01 \n./"), max_size=60))
def test_nothing_but_breaks_is_taken_away(page: str) -> None:
    """Letters, their order, and empty lines stay."""
    (found,) = as_written([page])
    letters = [sign for sign in page.replace("\ufb01", "fi") if sign.isalnum()]
    assert [sign for sign in found if sign.isalnum()] == letters


def prepared(lines: list[str]) -> Prepared:
    found = extract(Path("a.pdf"), pdf([lines]))
    return prepare(Path("a.pdf"), found.text, "", None, detector().detect, facts=found.facts, parts=found.parts)


def segments(lines: list[str]) -> list[tuple[str, str]]:
    one = prepared(lines)
    return [(part.kind, " ".join(one.document.text[part.start : part.end].split())) for part in one.segments]


def speakers(lines: list[str]) -> set[str | None]:
    return {one.speaker.name for one in prepared(lines).segments if one.speaker and one.speaker.role == "quoted"}


def test_a_line_before_a_name_is_no_heading() -> None:
    """In a column, a sentence that goes on with a capital stays one; a short line between paragraphs is a heading."""
    assert segments(COLUMN) == [
        ("quotation", " ".join(COLUMN[:3]).partition(" It costs")[0]),
        ("paragraph", "It costs" + " ".join(COLUMN[2:5]).partition("It costs")[2]),
        ("heading", COLUMN[5]),
        ("quotation", " ".join(COLUMN[6:])),
    ]
    assert speakers(COLUMN) == {"Grethe Lund", "Anders Holm"}


@given(
    st.lists(
        st.builds(
            Line,
            st.text(st.sampled_from("aB .-•1"), max_size=70).map(str.strip).filter(bool),
            page=st.just(0),
            left=st.sampled_from([0.0, 50.0, 60.0]),
            height=st.floats(0, 800),
            size=st.sampled_from([0.0, 8.0, 10.0, 16.0]),
            bold=st.booleans(),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 5),
)
def test_whatever_stands_where_is_in_the_text_once(lines: list[Line], page_length: int) -> None:
    """No letter is lost or doubled; parts are in order, do not overlap, and begin and end with what can be seen."""
    placed = [replace(line, page=place // page_length) for place, line in enumerate(lines)]
    found = laid_out(placed, ())
    assert Counter("".join(found.text.split())) - Counter("-") == Counter(
        sign for line in placed for sign in line.text if not sign.isspace()
    ) - Counter("-")
    end = 0
    for part in found.parts:
        assert end <= part.start < part.end
        said = found.text[part.start : part.end]
        assert said.strip() == said
        assert all(line.strip() for line in said.splitlines())
        end = part.end
