"""Every format's way from a file to passages: structure, speakers, facts, and a build that nothing stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.build import build
from index.errors import UnreadableDocument
from index.load import extract, read_document
from index.prepare import Prepared, prepare
from index.record import Record
from index.sources import SourceInfo
from tests.index.formats.making_files import docx, pdf
from tests.index.formats.test_office import LINES, PARAGRAPHS
from tests.index.formats.test_texts import MAIL
from tests.index.formats.test_web_page import ARTICLE, FOOT, HEAD, WORDPRESS
from tests.index.making import built
from tests.index.making_documents import detector, voices

PAGE = "".join((HEAD, ARTICLE, WORDPRESS, FOOT)).encode()
MARKDOWN = "---\ntitle: Om tillit\n---\n# Tillit\n\nTillit er noe som bygges opp over lang tid mellom folk.\n"
TABLE = "name,comment\nAnna Berg,The ferry is late every single morning.\n,It was on time yesterday.\n"
FILES = {
    "a page 🙂.html": PAGE,
    "report.pdf": pdf([LINES]),
    "town.docx": docx(PARAGRAPHS, title="Byen vår", creator="Per Hansen"),
    "..mail.eml": MAIL.encode("latin-1"),
    "mail.eml": MAIL.encode("latin-1"),
    "trust.md": MARKDOWN.encode(),
    "voices.csv": TABLE.encode(),
    "old.txt": "Gamle dager\n\nBlåbær ble plukket på øya hvert år.\n".encode("latin-1"),
}
BAD = {
    "scan.pdf": pdf([[]]),
    "locked.docx": b"\xd0\xcf\x11\xe0" + bytes(600),
    "bomb.docx": docx(PARAGRAPHS, extra=bytes(120_000_000)),
    "empty.html": b"<html><body><script>x</script></body></html>",
    "columns.csv": b"a,b\n1,2\n",
    "broken.eml": b"no message",
}


def prepared(name: str, data: bytes, source: SourceInfo | None = None) -> Prepared:
    found = extract(Path(name), data)
    path, text = Path(name), found.text
    return prepare(path, text, "0" * 64, source, detector().detect, facts=found.facts, parts=found.parts)


def known(document: Prepared) -> dict[str, tuple[str, str]]:
    return {fact.name: (fact.value, fact.origin) for fact in document.document.facts}


@pytest.mark.parametrize("name", sorted(FILES))
def test_everything_is_covered_once_and_verbatim(name: str) -> None:
    """Segments cover every non-blank character of the stored text exactly once; passages are word for word in it."""
    result = prepared(name, FILES[name])
    text, position = result.document.text, 0
    for part in result.segments:
        assert position <= part.start < part.end
        assert not text[position : part.start].strip()
        position = part.end
    assert not text[position:].strip()
    assert result.passages
    assert all(passage.text == text[passage.start : passage.end] for passage in result.passages)


def test_a_saved_page_has_its_voices() -> None:
    """The article is its author's, each comment its writer's, and a quoted person is told apart."""
    result = prepared("page.html", PAGE)
    assert voices(result) == [(1, "Anna Berg"), (2, None)]
    assert {p.speaker.name for p in result.passages if p.speaker.role == "author"} == {"Kari Nordmann"}
    comments = [p for p in result.passages if p.speaker.role == "commenter"]
    assert "Helt enig i dette" in comments[0].text
    assert "12:00" not in "".join(p.text for p in result.passages)
    assert next(part for part in result.segments if part.kind == "list_item").lead_in is not None


def test_a_table_has_only_commenters() -> None:
    """Nobody is the author of a table of comments."""
    result = prepared("voices.csv", TABLE.encode())
    assert voices(result) == [(1, "Anna Berg"), (2, None)]
    assert result.document.author is None
    assert (result.document.title, result.document.language) == ("voices", "en")


def test_answers_to_a_form_are_found_by_their_question() -> None:
    """Each comment has the question of its column in its context, and no other."""
    form = (
        "Name;What do you like about the bridge?;What could be better about it?\n"
        "Anna Berg;It is long and it is red.;The paint comes off in the rain.\n"
        "Bo Lie;It brings people together here.;Nothing at all as it is.\n"
    )
    asked = {passage.text: passage.context for passage in prepared("form.csv", form.encode()).passages}
    assert asked["It is long and it is red."] == "form\nWhat do you like about the bridge?"
    assert asked["Nothing at all as it is."] == "form\nWhat could be better about it?"


def test_a_mail_quotes_whom_it_quotes() -> None:
    """Lines with ">" are said by the one who is announced above them."""
    result = prepared("mail.eml", MAIL.encode("latin-1"))
    assert result.document.author == "Kari Nordmann"
    quoted = [part.speaker.name for part in result.segments if part.kind == "quotation" and part.speaker]
    assert quoted == ["Anna Berg"]


def test_front_matter_is_never_a_passage() -> None:
    """It is stored, and dropped with its reason; the text below it is judged as ever."""
    result = prepared("trust.md", MARKDOWN.encode())
    assert result.document.text == MARKDOWN
    assert result.segments[0].reason == "front matter"
    assert not any("title:" in passage.text for passage in result.passages)
    assert known(result)["title"] == ("Om tillit", "front matter")
    assert [part.kind for part in result.segments] == ["furniture", "title", "paragraph"]


def test_what_counts_of_a_document_says_where_it_was_said() -> None:
    """sources.toml outweighs the file, the file its text, the text the file's name."""
    said = prepared("page.html", PAGE, SourceInfo(title="Annen tittel"))
    assert said.document.title == "Annen tittel"
    assert known(said)["title"] == ("Annen tittel", "sources.toml")
    assert known(said)["author"] == ("Kari Nordmann", "HTML meta")
    text = b"On ferries\n\nBy Jane Cooper\n\n3 May 2012\n\nThe ferry leaves at nine, and nobody has been late for it.\n"
    assert known(prepared("a.txt", text)) == {
        "title": ("On ferries", "text"), "author": ("Jane Cooper", "text"), "published": ("3 May 2012", "text")
    }  # fmt: skip
    assert known(prepared("notes 7.csv", TABLE.encode()))["title"] == ("notes 7", "file name")


def test_preparing_anew_keeps_what_the_file_states() -> None:
    """What is stored is enough to prepare a document again: the same facts, the same structure."""
    first = prepared("town.docx", FILES["town.docx"]).document
    second = prepare(
        Path("town.docx"), first.text, first.sha256, None, detector().detect, facts=first.facts, parts=first.parts
    )
    assert second.document == first


def test_a_build_takes_in_every_format_and_names_every_bad_file(tmp_path: Path) -> None:
    """Bad files harm nothing; what was taken in is found, with its facts, and a second build changes nothing."""
    texts = tmp_path / "texts"
    texts.mkdir()
    for name, data in {**FILES, **BAD}.items():
        (texts / name).write_bytes(data)
    library, report = built(tmp_path)
    with library:
        good = len(FILES) - 1  # a name that starts with a dot is hidden
        assert (report.added, {skipped.path.name for skipped in report.skipped}) == (good, set(BAD))
        assert [(decoded.path.name, decoded.encoding) for decoded in report.decoded] == [("old.txt", "windows-1252")]
        infos = library.record.info(["a page 🙂", "old"])
        assert {fact.name: fact.origin for fact in infos["a page 🙂"].facts}["url"] == "HTML meta"
        assert {fact.name: fact.value for fact in infos["old"].facts}["encoding"] == "windows-1252"
        hits = library.retriever.search("Hvem plukker blåbær?", language="nb")
        assert {hit.passage.document_id for hit in hits[:3]} >= {"old", "report"}
        again = build(library, texts)
        assert (again.added, again.changed, again.unchanged) == (0, 0, good)
        stored = library.record.document("voices")
        assert stored is not None
        assert stored.parts == prepared("voices.csv", TABLE.encode()).document.parts


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of one version and half of another is no document."""
    path = tmp_path / "a.txt"
    path.write_text("One version.", encoding="utf-8")
    states = iter([(12, 1), (12, 2)])
    monkeypatch.setattr("index.load.state", lambda _: next(states))
    with pytest.raises(UnreadableDocument, match="changed while"):
        read_document(path)


def test_a_record_from_before_has_no_facts(tmp_path: Path) -> None:
    """A document without a row of facts is read as one that states nothing."""
    from tests.index.making import make_prepared, open_record, store

    record: Record = open_record(tmp_path)
    store(record, make_prepared("a", "Ett."))
    with record.write() as connection:
        connection.exec_driver_sql("DELETE FROM extractions")
    document = record.document("a")
    assert document is not None
    assert (document.facts, document.parts, record.documents()[0].facts) == ((), (), ())
    record.close()
