"""E-mail as programs in five languages write it: whose words are whose, and what is no text."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from index.formats.extracted import Extracted
from index.formats.mail import read_mail
from index.formats.mail_rows import sender_of

OWN = "Vi har vedtatt å stenge bryggen i to uker, for stolpene under den er råtne."
OTHER = "Når kan vi bruke bryggen igjen? Båten min ligger der, og den må på land før vinteren kommer."
FIRST = "Bryggen er i dårlig stand."


def message(text: str, *, html: str | None = None, **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = '"Kari Nordmann" <kari@example.org>'
    made["Subject"] = headers.get("subject", "SV: Bryggen")
    made["Date"] = "Tue, 4 Jun 2019 10:00:00 +0200"
    if text:
        made.set_content(text, charset=headers.get("charset", "utf-8"), cte=headers.get("cte"))
    if html:
        (made.add_alternative if text else made.set_content)(html, subtype="html")
    return bytes(made)


def quoted(found: Extracted) -> list[tuple[str | None, str]]:
    parts = [part for part in found.parts if part.kind == "quotation"]
    return [(part.name, " ".join(found.text[part.start : part.end].split())) for part in parts]


def said(found: Extracted) -> str:
    """What is left without furniture and what is quoted, in one line."""
    text = found.text
    for part in reversed(found.parts):
        if part.kind in ("furniture", "quotation", "title"):
            text = text[: part.start] + text[part.end :]
    return " ".join(text.split())


HEADERS = {
    "en": "From: Per Hansen <per@example.org>\nSent: Tuesday, 4 June 2019 09:12\nTo: Kari\nSubject: The quay\n",
    "da": "Fra: Per Hansen <per@example.org>\nSendt: 4. juni 2019 09:12\nTil: Kari\nEmne: Broen\n",
    "nn": "Frå: Per Hansen\nSendt: tysdag 4. juni 2019 09:12\nTil: Kari\nEmne: Bryggja\n",
    "sv": "Från: Per Hansen <per@example.org>\nSkickat: den 4 juni 2019 09:12\nTill: Kari\nÄmne: Bryggan\n",
    "bold": "*Fra:* Per Hansen\n*Sendt:* 4. juni 2019 09:12\n*Til:* Kari\n*Emne:* Bryggen\n",
    "ruled": "________________________________\nFra: Per Hansen\nSendt: 4. juni 2019 09:12\nTil: Kari\nEmne: Bryggen\n",
    "named": "-----Opprinnelig melding-----\nFra: Per Hansen [mailto:per@example.org]\nSendt: 4. juni 2019\n"
    "Til: Kari\nEmne: Bryggen\n",
    "forwarded": "---------- Forwarded message ---------\nFrom: Per Hansen <per@example.org>\nDate: Tue, 4 Jun 2019\n"
    "Subject: Bryggen\nTo: <kari@example.org>\n\n",
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
def test_what_stands_below_the_headers_of_a_message_is_its_senders(headers: str) -> None:
    """Outlook and forwarded messages mark no line; the block of headers says whose the rest is, with signature."""
    found = read_mail(message(f"{OWN}\n\nMvh\nKari\n\n{headers}\n{OTHER}\n\nMed vennlig hilsen\nPer Hansen\n"))
    assert quoted(found) == [("Per Hansen", OTHER)]
    assert said(found) == OWN


ANNOUNCED = {
    "Gmail, en": "On Tue, Jun 4, 2019 at 9:12 AM Per Hansen <per@example.org> wrote:",
    "Gmail, da": "Den tir. 4. jun. 2019 kl. 09.12 skrev Per Hansen <per@example.org>:",
    "Gmail, nb": "tir. 4. juni 2019 kl. 09:12 skrev Per Hansen <per@example.org>:",
    "Gmail, sv": "Den tis 4 juni 2019 kl 09:12 skrev Per Hansen <per@example.org>:",
    "Gmail, wrapped": "Den tir. 4. jun. 2019 kl. 09.12 skrev Per Hansen\n<per@example.org>:",
    "wrapped early": "Den tirsdag den 4. juni 2019 kl.\n09.12 skrev Per Hansen <per@example.org>:",
    "Apple, en": "On 4 Jun 2019, at 09:12, Per Hansen <per@example.org> wrote:",
    "Apple, nb": "4. jun. 2019 kl. 09:12 skrev Per Hansen <per@example.org>:",
    "Thunderbird, da": "Den 04.06.2019 kl. 09.12 skrev Per Hansen:",
    "Thunderbird, sv": "Per Hansen skrev den 2019-06-04 09:12:",
    "nn": "tys. 4. juni 2019 kl. 09:12 skreiv Per Hansen:",
}


@pytest.mark.parametrize("line", ANNOUNCED.values(), ids=ANNOUNCED)
def test_marked_lines_are_of_whom_the_line_above_announces(line: str) -> None:
    """The marks of quotation are not stored, so that a wrapped sentence is whole; the announcement is furniture."""
    marked = "> Når kan vi bruke bryggen igjen? Båten min ligger der, og den må på\n> land før vinteren kommer.\n"
    found = read_mail(message(f"{OWN}\n\n{line}\n\n{marked}"))
    assert quoted(found) == [("Per Hansen", OTHER)]
    assert said(found) == OWN
    assert "skr" not in said(found)


def test_a_thread_within_a_thread_has_three_writers() -> None:
    """What is quoted twice is of whom the quoted message quotes, and the quoted one goes on below it."""
    text = (
        f"{OWN}\n\nPer Hansen skrev:\n> Enig.\n>\n> Den 3. juni 2019 kl. 08.00 skrev Anna Berg:\n>> {FIRST}\n>\n"
        "> Den må altså stenges.\n"
    )
    found = quoted(read_mail(message(text)))
    assert found == [("Per Hansen", "Enig."), ("Anna Berg", FIRST), ("Per Hansen", "Den må altså stenges.")]


def test_answers_between_the_lines_are_the_writers() -> None:
    """What stands between quoted lines without a mark is the sender's, and each quoted piece stays its writer's."""
    found = read_mail(message(f"Per Hansen skrev:\n> {FIRST}\n\nJa, det er den.\n\n> Stenges den?\n\n{OWN}\n"))
    assert quoted(found) == [("Per Hansen", FIRST), ("Per Hansen", "Stenges den?")]
    assert said(found) == f"Ja, det er den. {OWN}"


def test_what_nobody_is_named_for_is_nobodys() -> None:
    """Marked lines that nothing announces are quoted without a name."""
    assert quoted(read_mail(message(f"> {FIRST}\n\n{OWN}\n"))) == [(None, FIRST)]


LETTERS = {
    "Gmail": f'<div dir="ltr"><div>{OWN}</div></div><div class="gmail_quote"><div class="gmail_attr">Den tir. 4. jun. '
    f"2019 kl. 09.12 skrev Per Hansen &lt;<a href='mailto:p@example.org'>p@example.org</a>&gt;:<br></div>"
    f'<blockquote class="gmail_quote"><div>{OTHER}</div></blockquote></div>',
    "Apple": f"<div>{OWN}</div><br><blockquote type='cite'><div>4. jun. 2019 kl. 09:12 skrev Per Hansen "
    f"&lt;p@example.org&gt;:</div><br><div>{OTHER}</div></blockquote><div>Sendt fra min iPhone</div>",
    "Outlook": f"<div class=WordSection1><p class=MsoNormal>{OWN}</p><p class=MsoNormal>Med vennlig hilsen</p>"
    "<p class=MsoNormal>Kari</p><div><p class=MsoNormal><b>Fra:</b> Per Hansen &lt;p@example.org&gt;<br><b>Sendt:</b> "
    f"4. juni 2019<br><b>Til:</b> Kari<br><b>Emne:</b> Bryggen</p></div><p class=MsoNormal>{OTHER}</p></div>",
    "Outlook on the web": f"<div class='elementToProof'>{OWN}</div><hr><div id='divRplyFwdMsg'><b>Fra:</b> Per Hansen"
    f"<br><b>Sendt:</b> 4. juni 2019<br><b>Til:</b> Kari<br><b>Emne:</b> Bryggen</div><div>{OTHER}</div>",
}


@pytest.mark.parametrize("html", LETTERS.values(), ids=LETTERS)
def test_letters_in_html_have_their_writers(html: str) -> None:
    """A message without plain text says by its markup what it quotes."""
    found = read_mail(message("", html=f"<html><body>{html}</body></html>"))
    assert quoted(found) == [("Per Hansen", OTHER)]
    assert said(found) == OWN


def test_a_notice_of_several_lines_is_furniture_as_a_whole() -> None:
    """What an organisation adds below every message was wrapped as well; the text above it stays."""
    notice = (
        "Denne e-mail kan indeholde fortrolige oplysninger og er kun beregnet\n"
        "til modtageren. Har du modtaget den ved en fejl, bedes du slette den.\n"
    )
    assert said(read_mail(message(f"{OWN}\n\n{notice}"))) == OWN


def test_what_is_sent_twice_is_read_once() -> None:
    """Plain text and HTML of one message say the same."""
    found = read_mail(message(OWN, html=f"<p>{OWN}</p>"))
    assert found.text.count(OWN) == 1


@pytest.mark.parametrize(
    ("charset", "cte"), [("iso-8859-1", "quoted-printable"), ("windows-1252", "base64"), ("utf-8", "8bit")]
)
def test_charsets_and_transfer_encodings_are_undone(charset: str, cte: str) -> None:
    """The text is the same however it was sent."""
    assert said(read_mail(message(OWN, charset=charset, cte=cte))) == OWN


def test_flowed_lines_go_on() -> None:
    """A blank at the end of a line joins it with the next (RFC 3676), whatever that begins with."""
    data = (
        b"From: Kari Nordmann <k@example.org>\nSubject: Bryggen\nContent-Type: text/plain; charset=utf-8; "
        b"format=flowed\n\nVi stenger den i uke \nTolv, og da er den \nStengt.\nHilsen\n"
    )
    found = read_mail(data)
    assert [found.text[part.start : part.end] for part in found.parts if part.kind is None] == [
        "Vi stenger den i uke\nTolv, og da er den\nStengt."
    ]


def test_a_threads_title_is_its_subject_without_what_programs_set_before_it() -> None:
    """ "SV: VS: Bryggen" is of the thread "Bryggen"; the stored text keeps the subject."""
    found = read_mail(message(OWN, subject="SV: Re[2]: VS: Bryggen"))
    assert found.facts[0].value == "Bryggen"
    assert found.text.startswith("SV: Re[2]: VS: Bryggen\n\n")


@pytest.mark.parametrize(
    "line", ["Dette skrev jeg i går:", "Her er det som avisen skrev 4. juni:", "Vi skrev følgende:"]
)
def test_a_line_that_names_nobody_announces_nobody(line: str) -> None:
    """A verb and a colon alone name no sender."""
    assert sender_of(line) is None


@pytest.mark.parametrize("piece", ["a", "a ", "> ", "@", "<a@", "Fra: ", "skrev "])
def test_long_lines_are_read_in_passing(piece: str) -> None:
    """No line takes more time than its length asks for; this test would not end otherwise."""
    data = b"From: Kari <k@example.org>\nSubject: x\n\nFra: " + f"{piece * 400_000}:\n> Ja.\nSendt: {piece}\n".encode()
    assert read_mail(data).text
