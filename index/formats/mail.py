"""E-mail (.eml): subject and body as text, the headers as facts. Attachments are left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.encodings import decode
from index.errors import UnreadableDocument
from index.formats.extracted import Extracted, facts_of
from index.formats.mail_html import letter
from index.formats.mail_thread import read_thread
from index.formats.web_page import parse_page, read_page
from index.records import Part

if TYPE_CHECKING:
    from email.message import EmailMessage

_PREFIXES = re.compile(r"(?:(?:re|sv|vs|vb|fw|fwd|aw|wg|ang|svar)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
"""What mail programs set before a subject: they are no part of what a thread is called."""


def read_mail(data: bytes) -> Extracted:
    """Return a message's subject and body: the plain text, else what the HTML says.

    Other messages that it quotes or forwards are quotations of their senders, without the marks of quotation.
    Signatures, what names a sender, and what an HTML page would call furniture, stay in the text as furniture.

    Raises:
        UnreadableDocument: no message, or one without text.
    """
    # Imported here: it costs 12 ms, and most folders hold no e-mail.
    from email import message_from_bytes, policy

    message = message_from_bytes(data, policy=policy.default)
    if not any(message[name] for name in ("From", "Subject", "Date")):
        raise UnreadableDocument("expected an e-mail with a From, Subject or Date header, found none of them")
    subject = " ".join(str(message["Subject"] or "").split())
    body, found = _body(message)
    if not body.strip():
        raise UnreadableDocument("expected an e-mail with text, found one without (attachments are not read)")
    text = f"{subject}\n\n{body}" if subject else body
    title = _PREFIXES.sub("", subject) or subject
    facts = facts_of("e-mail headers", title=title, author=_author(message), published=_date(message))
    start = len(text) - len(body)
    head = [Part("title", 0, len(subject))] if subject else []
    parts = [replace(part, start=part.start + start, end=part.end + start) for part in found]
    return Extracted(text, facts, (*head, *parts))


def _body(message: EmailMessage) -> tuple[str, list[Part]]:
    """Return a message's text and its parts."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return "", []
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    text, _ = decode(raw, declared=part.get_content_charset())
    text = text.replace("\r\n", "\n")
    if part.get_content_type() != "text/html":
        return read_thread(text, flowed=part.get_param("format") == "flowed")
    written = letter(parse_page(text))
    if written is not None:
        return read_thread(written, wrapped=False)
    page = read_page(text.encode("utf-8"), declared="utf-8")
    dropped = [one for one in page.parts if one.kind == "furniture"]
    _, below = read_thread(_without(page.text, dropped), wrapped=False)
    furniture = [one for one in below if one.kind == "furniture"]
    return page.text, sorted([*dropped, *furniture], key=lambda one: one.start)


def _without(text: str, parts: Sequence[Part]) -> str:
    """Return a text with blanks in the place of some parts."""
    pieces, position = [], 0
    for part in parts:
        pieces += [text[position : part.start], " " * (part.end - part.start)]
        position = part.end
    return "".join(pieces) + text[position:]


def _author(message: EmailMessage) -> str | None:
    """Return the sender's name; an address alone is not a name."""
    from email.utils import parseaddr

    name, _ = parseaddr(str(message["From"] or ""))
    return None if "@" in name else name


def _date(message: EmailMessage) -> str | None:
    header = message["Date"]
    moment = getattr(header, "datetime", None)
    return moment.date().isoformat() if moment else None
