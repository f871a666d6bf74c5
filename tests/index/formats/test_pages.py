"""A PDF's pages as people have them: what was one before it was set is one again, in the order of reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.formats.extracted import Extracted
from index.formats.pages import laid_out
from index.formats.pdf import read_pdf
from index.formats.set_lines import Lines
from index.load import extract
from index.prepare import Prepared, prepare
from tests.index.formats.making_files import Put, paragraphs, set_pdf
from tests.index.making_documents import detector

HARBOUR = [
    "The council has decided that the old harbour is to be rebuilt before the",
    "end of next year, and that the fishermen are to keep the quays that they",
    "have used for as long as anybody in the town can remember.",
]
SPLIT = [
    "Nobody in the village believed that the ferry from the islands would ever",
    "come back, but the captain, who had",
    "sailed it for thirty years before the bridge was built, said that it would,",
    "and one morning in May there it was.",
]
SENTENCE = " ".join(SPLIT)


def prepared(data: bytes) -> Prepared:
    found = extract(Path("a.pdf"), data)
    return prepare(Path("a.pdf"), found.text, "", None, detector().detect, facts=found.facts, parts=found.parts)


def sentences(data: bytes) -> list[str]:
    one = prepared(data)
    spans = [sentence for passage in one.passages for sentence in passage.sentences]
    return [" ".join(one.document.text[span.start : span.end].split()) for span in spans]


def said(found: Extracted, kind: str) -> list[str]:
    return [" ".join(found.text[part.start : part.end].split()) for part in found.parts if part.kind == kind]


def page(number: int, lines: list[Put]) -> list[Put]:
    """A page with what is printed at its edges."""
    return [Put("Yearbook of the town", 780, size=8), *lines, Put(f"Page {number} of 3", 40, size=8)]


def test_a_sentence_that_goes_over_a_pages_end_is_one() -> None:
    """It is found and quoted whole; what is printed at the edges of both pages, and a note, stand behind it."""
    pages = [
        page(1, [*paragraphs(HARBOUR, SPLIT[:2]), Put("1 See the minutes of the council, volume four.", 60, size=7)]),
        page(2, paragraphs(SPLIT[2:], HARBOUR)),
        page(3, paragraphs(HARBOUR)),
    ]
    data = set_pdf(pages)
    found = read_pdf(data)
    assert "\n".join(SPLIT) in found.text
    assert SENTENCE in sentences(data)
    assert said(found, "furniture").count("Page 1 of 3") == 1
    assert found.text.count("volume four") == 1
    assert not any("Page" in one or "Yearbook" in one for one in sentences(data))


def test_a_sentence_that_goes_over_a_columns_end_is_one() -> None:
    """The note at the foot of the first column stands behind the paragraph."""
    first = [*paragraphs(HARBOUR, SPLIT[:2], left=50), Put("1 See the minutes.", 60, left=50, size=7)]
    data = set_pdf([[*first, *paragraphs(SPLIT[2:], HARBOUR, left=320)]])
    assert SENTENCE in sentences(data)


def test_a_page_that_begins_with_another_sentence_continues_nothing() -> None:
    """A line that is left open at a page's end, and a new sentence that would have fitted on it, stay two."""
    data = set_pdf([paragraphs(HARBOUR, ["What nobody has said"]), paragraphs(HARBOUR)])
    assert "remember.\n\nWhat nobody has said\n\nThe council" in read_pdf(data).text


def test_a_title_of_two_lines_is_one_title() -> None:
    """The largest letters of the first page are the title, whatever a program calls the file; larger ones than the
    text's are headings."""
    top = [Put("What the harbour means to those", 780, size=20), Put("Who live beside it", 756, size=20)]
    lines = [*top, *paragraphs(HARBOUR), Put("The fishermen and", 600, size=14), Put("Their quays", 583, size=14)]
    data = set_pdf([[*lines, *paragraphs(HARBOUR, top=550)]], info={"Title": "c38.html"})
    assert prepared(data).document.title == "What the harbour means to those Who live beside it"
    assert said(read_pdf(data), "heading") == ["The fishermen and Their quays"]


def test_a_lead_in_larger_letters_is_text() -> None:
    """It ends as a sentence does, and is found."""
    lines = [Put("The harbour", 780, size=20), *paragraphs(SPLIT, top=750, size=12), *paragraphs(HARBOUR, top=660)]
    assert SENTENCE in sentences(set_pdf([lines]))


def test_a_paragraph_is_known_by_the_room_above_it() -> None:
    """Sentences that end at the end of a line are of the paragraph that the next line belongs to."""
    lines = ["The ferry came back in May, and all of the village stood on the quay then.", *HARBOUR]
    found = read_pdf(set_pdf([paragraphs(lines, HARBOUR)]))
    assert [found.text[part.start : part.end] for part in found.parts] == ["\n".join(lines), "\n".join(HARBOUR)]


def test_items_that_are_only_set_in_are_a_list() -> None:
    """A browser draws the marks of lists, so that a short item looked like a heading and was in no passage."""
    items = [Put("The quays of the fishermen", 640, left=80), Put("The bridge to the islands", 628, left=80)]
    lines = [*paragraphs(HARBOUR), *items, *paragraphs(HARBOUR, top=610)]
    assert said(read_pdf(set_pdf([lines])), "list_item") == [item.text for item in items]
    assert "The bridge to the islands" in sentences(set_pdf([lines]))


@pytest.mark.parametrize("mark", ["\u2022", "\x7f"])
def test_a_mark_that_stands_beside_its_item_is_its_mark(mark: str) -> None:
    """Whatever code a font has for the sign."""
    lines = [*paragraphs(HARBOUR), Put(mark, 640, left=50), Put("The quays of the fishermen are kept.", 640, left=62)]
    assert "\n• The quays of the fishermen are kept.\n" in read_pdf(set_pdf([lines])).text


def test_a_table_of_contents_is_furniture() -> None:
    """Titles with rising numbers of pages, which stand again above what they are titles of; a table is none."""
    titles = ["The harbour and the town", "The ferry", "Who pays for the bridge"]
    entries = [Put(f"{title} {2 + 3 * number}", 700 - 12 * number) for number, title in enumerate(titles)]
    table = ["Herring 12", "Cod 17", "Salmon 33"]
    chapters = [
        [Put(title, 780, size=14), *paragraphs(HARBOUR, table[:count], SPLIT[count:], [title])]
        for count, title in zip((3, 0, 2), titles, strict=True)
    ]
    found = read_pdf(set_pdf([entries, *chapters]))
    assert said(found, "furniture") == [entry.text for entry in entries]
    assert said(found, "heading") == titles


def test_a_year_at_the_end_of_a_page_is_no_page_number() -> None:
    """Pages have numbers of one kind: a lone figure may be the last word of a sentence."""
    lines = [*HARBOUR[:2], "have used for as long as anybody in this town can remember, which is since", "2010."]
    data = set_pdf([[*paragraphs(lines), Put("1", 40)], [*paragraphs(HARBOUR), Put("2", 40)]])
    assert said(read_pdf(data), "furniture") == ["1", "2"]
    assert any(one.endswith("which is since 2010.") for one in sentences(data))


def test_a_figure_that_marks_a_note_is_not_of_its_sentence() -> None:
    """It is small and raised behind the end of a sentence; a square metre keeps its own."""
    data = set_pdf([[Put("The quay has 40 m", 700), Put("2", 704, left=134, size=6)]])
    assert read_pdf(data).text.endswith("2\n")
    data = set_pdf([[Put("The quay is large.", 700), Put("2", 704, left=140, size=6)]])
    assert read_pdf(data).text == "The quay is large.\n"


def test_a_page_that_lies_on_its_side_has_paragraphs() -> None:
    """What is printed along the other edge is read as somebody sees it who turns the page."""
    found = Lines(0)
    for number, line in enumerate((*HARBOUR, *SPLIT)):
        found.add(f"{line}\n", (1, 0, 0, 1, 0, 0), (0, 10, -10, 0, 100 + 12 * number, 50), None, 1)
    assert {(line.left, line.size) for line in found.lines} == {(50, 10)}
    assert laid_out(found.lines, ()).text == "\n".join((*HARBOUR, *SPLIT)) + "\n"
    assert len(laid_out(found.lines, ()).parts) == 2


def test_blanks_of_a_text_without_blanks_are_kept() -> None:
    """TeX moves on instead: by less than half of the sign for a blank that its fonts show. Moving back is none."""
    moves = "[(Her)-222(er)-230(det)30(te,)-333(W)183(ard)] TJ"
    data = set_pdf([[Put("X", 700)]]).replace(b"(X) Tj", moves.encode())
    assert read_pdf(data).text == "Her er dette, Ward\n"


def test_a_line_of_nothing_that_can_be_seen_is_none() -> None:
    """Blanks without width are no text, and none stand around it."""
    found = Lines(0)
    for height, text in enumerate(("\u200b", "\u00ad", "\ufeff Her \u200b", "er sam\u00ad", "funn")):
        found.add(f"{text}\n", (1, 0, 0, 1, 0, 0), (10, 0, 0, 10, 50, 700 - 12 * height), None, 1)
    assert [line.text for line in found.lines] == ["Her", "er sam\u00ad", "funn"]


ASKED = [
    ("Ann Berg", "What was the ferry like before the bridge was built?"),
    ("Bo Lind", "I sailed it for thirty years, and I never once believed in the bridge."),
    ("Ann Berg", "What do you want to happen now?"),
    ("Bo Lind", "I want it to come back. We have had enough of the wind up there."),
]


@pytest.mark.parametrize("beside", [True, False])
def test_bold_names_tell_who_speaks(beside: bool) -> None:
    """Whether a name stands before what its bearer says or above it; what they say is theirs, not the writer's."""
    lines = [Put("A talk on the quay", 780, size=20), *paragraphs(HARBOUR, top=740)]
    height = 670.0
    for name, said in ASKED:
        lines.append(Put(f"{name}: " if beside else name, height, bold=True))
        height -= 0 if beside else 12
        lines.append(Put(said, height, left=100 if beside else 50))
        height -= 24
    one = prepared(set_pdf([lines]))
    found = [
        (part.speaker.name, one.document.text[part.start : part.end])
        for part in one.segments
        if part.kind == "quotation" and part.speaker
    ]
    assert found == ASKED


def test_short_paragraphs_are_not_lines_of_one() -> None:
    """Where most paragraphs have one line, most lines are as far apart as paragraphs are."""
    lines = ["The ferry came back in May, and all of the village stood on the quay then.", "The sea was calm that day."]
    texts = [[line] for line in lines * 3]
    data = set_pdf([paragraphs(HARBOUR, *texts)])
    assert read_pdf(data).text.count("\n\n") == len(texts)


def test_a_single_page_has_a_header_too() -> None:
    """Nothing repeats it: it is smaller than the text, and says the page's number or the title."""
    edges = [Put("What the harbour means to", 800, size=7), Put("1", 30, size=7)]
    lines = [*edges, Put("What the harbour means to us", 780, size=20), *paragraphs(HARBOUR, SPLIT)]
    found = read_pdf(set_pdf([lines]))
    assert said(found, "furniture") == ["What the harbour means to", "1"]
    assert said(found, "title") == ["What the harbour means to us"]
