"""E-mail, tables of comments and front matter."""

from __future__ import annotations

import pytest

from index.errors import UnreadableDocument
from index.formats.comment_table import read_comment_table
from index.formats.extracted import Extracted
from index.formats.front_matter import front_matter
from index.formats.mail import read_mail
from index.formats.markdown import read_markdown

MAIL = """From: =?utf-8?q?Kari_Nordmann?= <kari@example.org>
To: list@example.org
Subject: =?utf-8?q?M=C3=B8tet_p=C3=A5_tirsdag?=
Date: Tue, 7 May 2019 09:00:00 +0200
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

Hei alle. Møtet er flyttet til tirsdag, og det begynner klokka ti.

Anna Berg skrev:
> Kan vi flytte møtet?
"""


def facts(found: Extracted) -> dict[str, tuple[str, str]]:
    return {fact.name: (fact.value, fact.origin) for fact in found.facts}


def test_a_message_is_its_subject_and_body() -> None:
    """Headers are decoded and state the facts; the body is decoded as the message says."""
    found = read_mail(MAIL.encode("latin-1"))
    assert found.text.startswith("Møtet på tirsdag\n\nHei alle. Møtet er flyttet")
    assert "kari@example.org" not in found.text
    origin = "e-mail headers"
    assert facts(found) == {
        "title": ("Møtet på tirsdag", origin),
        "author": ("Kari Nordmann", origin),
        "published": ("2019-05-07", origin),
    }


def test_a_message_in_html_is_its_text_and_attachments_are_left_out() -> None:
    """Where there is no plain text, the page's text counts; an attached file is not read."""
    message = (
        "From: a@example.org\nSubject: News\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
        "Content-Type: text/html; charset=utf-8\n\n<html><body><p>The office moves to the harbour in May, and we all "
        "get a desk by the window.</p><script>evil()</script></body></html>\n--B\nContent-Type: text/plain\n"
        "Content-Disposition: attachment; filename=../../a.txt\n\nATTACHED\n--B--\n"
    )
    found = read_mail(message.encode())
    assert "moves to the harbour" in found.text
    assert "evil" not in found.text
    assert "ATTACHED" not in found.text
    assert "author" not in facts(found)


@pytest.mark.parametrize(
    "data",
    [
        b"Just a text.\n",
        b"Subject: x\n\n \n",
        b"Subject: x\nContent-Type: image/png\n\nabc",
        b"From: a\x00\n\n\x00\x01",
    ],
)
def test_what_is_no_message_with_text_is_refused(data: bytes) -> None:
    """No headers, no text, only a picture, or binary data: each has a reason."""
    with pytest.raises(UnreadableDocument, match="expected"):
        read_mail(data)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_gives_each_comment_its_writer(separator: str) -> None:
    """Quoted cells may hold line breaks and quotes; a row without a name is a comment without a writer."""
    rows = [
        ["Dato", "Navn", "Kommentar"],
        ["2019-03-04", "Anna Berg", '"Helt ""enig"" her,\nog mer; sånn"'],
        ["2019-03-05", "", "Ingen skrev under."],
        ["", "Tom", " "],
    ]
    found = read_comment_table("\r\n".join(separator.join(row) for row in rows))
    assert [(part.kind, part.name, part.number, found.text[part.start : part.end]) for part in found.parts] == [
        ("byline", "Anna Berg", 1, "Anna Berg"),
        ("furniture", None, 1, "2019-03-04"),
        ("comment", "Anna Berg", 1, 'Helt "enig" her,\nog mer; sånn'),
        ("furniture", None, 2, "2019-03-05"),
        ("comment", None, 2, "Ingen skrev under."),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1,2\n", "found the columns: a, b"),
        ("name,comment\nBo,\n", "found one without any"),
        ("\n", "expected a table"),
        ('name,comment\nBo,"' + "x" * 1_000_002 + '"\n', "field larger than"),
    ],
)
def test_a_table_without_comments_is_refused(text: str, reason: str) -> None:
    """The reason names the columns that were found."""
    with pytest.raises(UnreadableDocument, match=reason):
        read_comment_table(text)


def test_front_matter_states_facts_and_stays_in_the_text() -> None:
    """The text is the file's own; the block at its start is furniture."""
    text = (
        "---\ntitle: Om tillit\nauthor: [Kari Nordmann, Bo Lie]\ndate: 2020-02-03\nurl: https://example.org/a\n"
        "draft: true\n---\n# En overskrift\n\nTekst.\n"
    )
    found = read_markdown(text)
    assert found.text == text
    (part,) = found.parts
    assert (part.kind, text[part.end :]) == ("furniture", "\n# En overskrift\n\nTekst.\n")
    origin = "front matter"
    assert facts(found) == {
        "title": ("Om tillit", origin),
        "author": ("Kari Nordmann, Bo Lie", origin),
        "published": ("2020-02-03", origin),
        "url": ("https://example.org/a", origin),
    }


def test_front_matter_in_toml_is_read() -> None:
    """Hugo writes plus signs."""
    assert facts(read_markdown('+++\ntitle = "Hei"\ndate = 2020-02-03\n+++\nTekst.\n'))["published"][0] == "2020-02-03"


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nA line above.\n\n---\nText.\n",
        "---\n- a\n- b\n---\nText.\n",
        "---\ntitle: [\n---\nText.\n",
        "Text.\n---\ntitle: x\n---\n",
        "---\n" + "a: b\n" * 10_000 + "---\n",
        "---\n!!python/object/apply:os.system ['true']\n---\nText.\n",
    ],
)
def test_what_is_no_front_matter_is_text(text: str) -> None:
    """Rules, lists, broken YAML and code in it change nothing and are never run."""
    assert front_matter(text) == ((), ())


LETTER = """From: Kari Nordmann <kari@example.org>
Subject: Bryggen
Date: Tue, 4 Jun 2019 10:00:00 +0200
Content-Type: text/plain; charset=utf-8

Hei!

Bryggen blir stengt i to uker, for stolpene under den er råtne.
{ending}

Per Hansen skrev:
> Når kan vi bruke bryggen igjen?
"""


@pytest.mark.parametrize(
    "ending",
    [
        "\n-- \nKari Nordmann\nHavnesjef, Bryggen kommune\nTlf. 55 00 00 00",
        "\nMed vennlig hilsen\n\nKari Nordmann\nHavnesjef\nkari@example.org",
        "\nMvh\nKari",
        "\nSendt fra min iPhone",
        "\nBest regards,\nKari Nordmann\n\nSent from my phone",
        "\nVänliga hälsningar,\nKari",
        "\nVenlig hilsen\nKari",
        "\nVenleg helsing\nKari",
    ],
)
def test_the_signature_of_a_message_is_furniture(ending: str) -> None:
    """What stands below the text in every message is kept and not searched; the text and what is quoted stay."""
    found = read_mail(LETTER.format(ending=ending).encode())
    dropped = [found.text[part.start : part.end] for part in found.parts if part.reason == "e-mail signature"]
    assert dropped == [line.strip() for line in ending.splitlines() if line.strip()]


@pytest.mark.parametrize(
    "ending",
    [
        "\nHilsen\n\nfra folket på øya har jeg aldri fått, og det synes jeg er leit.",
        "\nBest\n\nWe should also speak about the harbour, which is in need of repair.",
    ],
)
def test_a_greeting_that_text_follows_is_no_signature(ending: str) -> None:
    """Where something is still said below the greeting, nothing is dropped."""
    assert "e-mail signature" not in {part.reason for part in read_mail(LETTER.format(ending=ending).encode()).parts}
