"""Word documents as people have them: notes, comments, changes, text boxes, tables and interviews."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from index.formats.extracted import Extracted
from index.formats.read import FORMATS
from index.formats.word import read_word
from tests.index.formats.making_word import paragraph, run, table, text_box, word

FIRST = "Broen ble bygget av folk fra begge sider av fjorden."
SECOND = "Den kostet mer enn noen hadde trodd."
SAID = [
    ("Ola", "Når flyttet dere hit?"),
    ("Kari", "Vi flyttet hit da broen ble bygget, og vi har bodd her siden."),
    ("Ola", "Hva betydde den?"),
    ("Kari", "Alt. Etterpå kom butikken, og så kom skolen."),
]


def kinds(found: Extracted) -> list[tuple[str | None, str | None, str]]:
    return [(part.kind, part.name, found.text[part.start : part.end]) for part in found.parts]


def quoted(found: Extracted) -> list[tuple[str | None, str]]:
    return [(name, text) for kind, name, text in kinds(found) if kind == "quotation"]


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_stand_below_the_text(kind: str) -> None:
    """What a note says is the author's; the lines that separate notes are none."""
    notes = f'<w:{kind} w:id="-1" w:type="separator">{paragraph("x")}</w:{kind}>'
    notes += f'<w:{kind} w:id="2">{paragraph(SECOND)}</w:{kind}>'
    found = read_word(word(paragraph(FIRST) + paragraph("Slutt på teksten."), others={f"{kind}s": notes}))
    assert [text for _, _, text in kinds(found)] == [FIRST, "Slutt på teksten.", SECOND]
    assert found.parts[-1].kind == "paragraph"


def test_comments_have_their_writers() -> None:
    """A comment in the margin is a comment of whom the file names, each with its own number."""
    comments = f'<w:comment w:id="0" w:author="Anna Berg">{paragraph("Er dette riktig?")}</w:comment>'
    comments += f'<w:comment w:id="1" w:author="">{paragraph("Ja.")}</w:comment>'
    found = read_word(word(paragraph(FIRST), others={"comments": comments}))
    assert kinds(found)[1:] == [("comment", "Anna Berg", "Er dette riktig?"), ("comment", None, "Ja.")]
    assert [part.number for part in found.parts] == [0, 1, 2]


def test_a_text_box_is_read_once_and_tears_no_paragraph() -> None:
    """Word writes a box twice, in the middle of a paragraph; it stands below that one."""
    found = read_word(word(paragraph(text_box("Fakta om broen."), FIRST) + paragraph(SECOND)))
    assert [text for _, _, text in kinds(found)] == [FIRST, "Fakta om broen.", SECOND]


def test_what_was_deleted_moved_away_or_hidden_is_not_read() -> None:
    """The text is as it reads with all changes accepted."""
    deleted = "<w:del><w:r><w:delText>aldri </w:delText></w:r></w:del>"
    added = f"<w:ins>{run('for lenge siden ')}</w:ins>"
    moved = f"<w:moveFrom>{run(SECOND)}</w:moveFrom>"
    body = paragraph("Broen ble ", deleted, added, "bygget.", run("Skjult.", hidden=True))
    found = read_word(
        word(body + paragraph(moved) + paragraph(FIRST) + paragraph(f"<w:moveTo>{run(SECOND)}</w:moveTo>"))
    )
    assert [text for _, _, text in kinds(found)] == ["Broen ble for lenge siden bygget.", FIRST, SECOND]


def test_hyphens_that_programs_set_are_letters_or_nothing() -> None:
    """A hyphen that does not break is one; one that only shows at the end of a line is none."""
    inner = "<w:r><w:t>e</w:t><w:noBreakHyphen/><w:t>post om bo</w:t><w:softHyphen/><w:t>lig\u00adpris</w:t></w:r>"
    assert kinds(read_word(word(paragraph(inner)))) == [("paragraph", None, "e-post om boligpris")]


def test_a_style_is_what_it_is_based_on() -> None:
    """An organisation's own styles are told by the built-in ones; a table of contents is furniture."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/></w:style>'
        for key, name, base in [
            ("Firmatittel", "Firma tittel", "Tittel"),
            ("Tittel", "Title", "Normal"),
            ("Firma1", "Firma overskrift", "O1"),
            ("O1", "heading 1", "Normal"),
            ("INNH1", "toc 1", "Normal"),
            ("Rundt", "Rundt", "Rundt"),
        ]
    )
    body = "".join(
        paragraph(text, style=style)
        for text, style in [
            ("Om broen", "Firmatittel"),
            ("Bygging 3", "INNH1"),
            ("Bygging", "Firma1"),
            (FIRST, "Rundt"),
        ]
    )
    assert [kind for kind, _, _ in kinds(read_word(word(body, styles=styles)))] == [
        "title",
        "furniture",
        "heading",
        "paragraph",
    ]


INTERVIEWS: dict[str, Callable[[str, str], str]] = {
    "bold, with a colon": lambda name, said: paragraph(run(f"{name}: ", bold=True), said),
    "bold, the colon not": lambda name, said: paragraph(run(name, bold=True), f": {said}"),
    "bold, without one": lambda name, said: paragraph(run(name, bold=True), f" {said}"),
    "bold, above": lambda name, said: paragraph(run(name, bold=True)) + paragraph(said),
    "with a tab": lambda name, said: paragraph(f"{name}:", "<w:r><w:tab/></w:r>", said),
    "with the time, as Teams": lambda name, said: paragraph(
        run(name, bold=True), run("   0:03"), "<w:r><w:br/></w:r>", said
    ),
}


@pytest.mark.parametrize("shape", INTERVIEWS)
def test_interviews_have_their_speakers(shape: str) -> None:
    """Names in bold type or before a colon are those of who says what follows."""
    made = INTERVIEWS[shape]
    body = paragraph("Om broen", style="Title") + "".join(made(name, said) for name, said in SAID)
    found = FORMATS[".docx"](word(body))
    assert quoted(found) == SAID


def test_words_in_bold_are_not_always_names() -> None:
    """Paragraphs that begin with words set off in bold stay the author's."""
    body = "".join(
        paragraph(run(word_, bold=True), f" er viktig for alle som bor her, og {number} av dem vet det.")
        for number, word_ in enumerate(["Veien", "Skolen", "Broen", "Kaien"])
    )
    assert quoted(FORMATS[".docx"](word(body))) == []


@pytest.mark.parametrize("head", [(("Tid", "Navn", "Kommentar"),), ()])
def test_tables_of_who_says_what_have_their_speakers(head: tuple[tuple[str, ...], ...]) -> None:
    """The head names the columns, or they are told by what stands in them; times and names are no text."""
    rows = [(f"00:0{minute}:10", name, said) for minute, (name, said) in enumerate(SAID)]
    found = read_word(word(paragraph(FIRST) + table(*head, *rows)))
    assert quoted(found) == SAID
    assert {kind for kind, _, _ in kinds(found)} == {"paragraph", "furniture", "quotation"}


def test_other_tables_stay_the_authors() -> None:
    """A table of things has no speakers."""
    rows = [("Vare", "Pris"), ("Brød", "Dyrt i år."), ("Melk", "Billig i år."), ("Ost", "Som før.")]
    assert quoted(read_word(word(table(*rows)))) == []
