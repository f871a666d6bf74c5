"""The lines of an e-mail's body: how deep each is quoted, and which name the sender of what stands below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from index.lines import ends_sentence
from index.phrases import DATA, read_names, words_of
from index.quotations import person_at
from index.speech import clean_name, is_date, is_name, speech

_QUOTED = re.compile(r"(?:[ \t]*>)+[ \t]?")
_ADDRESS = re.compile(r"\s*(?:[<(\[](?:mailto:)?[^<>()\[\]\s]*@[^<>()\[\]\s]*[>)\]])+|\S+@\S+")
_LABEL = re.compile(r"[*_]{0,2}([^\W\d_][\w -]{0,20}?)[*_]{0,2}\s?:[*_]{0,2}(?:\s+|$)")
_RULE = re.compile(r"[-_=*\s]{5,}")
_MOST_LINES = 3
"""Of what announces a quoted message, wrapped: "Den tor. 14. mar. 2024 kl. 10.14 skrev Anna Berg <a@example.org>:"."""
_MOST_BLANK = 5
"""Lines between an announcement and what it announces."""
_LEAST_HEADERS = 3
_LONGEST_ANNOUNCEMENT = 240


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a body without its marks of quotation, of which it has `depth`; a `soft` one goes on in the next."""

    depth: int
    text: str
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """The rows `start` to `end` (exclusive) that say who sent what follows them at a depth; `name` may not be told."""

    start: int
    end: int
    depth: int
    name: str | None


def rows_of(body: str, *, flowed: bool = False) -> list[Row]:
    """Return the lines of a body; with `flowed` (RFC 3676), a blank at the end of one says that it goes on."""
    found: list[Row] = []
    for line in body.splitlines():
        marks = _QUOTED.match(line)
        text = line[marks.end() :] if marks else line
        soft = flowed and text.endswith(" ") and text != "-- "
        found.append(Row(marks.group().count(">") if marks else 0, text.strip(), soft))
    return found


def find_announced(rows: Sequence[Row]) -> list[Announced]:
    """Return everything in a body that names the sender of a message quoted or forwarded in it, in order."""
    found: list[Announced] = []
    position = 0
    while position < len(rows):
        announced = _headers(rows, position) or _announcement(rows, position)
        if announced is None or (found and announced.start < found[-1].end):
            position += 1
            continue
        found.append(announced)
        position = announced.end
    return found


@cache
def mail_words() -> Mapping[str, Sequence[str]]:
    """Return the lists of data/mail_furniture.toml."""
    return read_names(DATA / "mail_furniture.toml")


def _headers(rows: Sequence[Row], first: int) -> Announced | None:
    """A block of "From: …", "Sent: …", "To: …", "Subject: …", with the line above that says what it is."""
    row = rows[first]
    if _label(row.text) not in mail_words()["from_labels"]:
        return None
    end, labels, position = first + 1, 1, first + 1
    while position < len(rows) and rows[position].depth == row.depth:
        label = _label(rows[position].text)
        if label in mail_words()["from_labels"] or label in mail_words()["other_labels"]:
            labels += 1
            end = position + 1
        elif rows[position].text and end < position:
            break  # text below a blank line
        elif rows[position].text and "@" not in rows[position].text:
            break
        elif rows[position].text:
            end = position + 1  # a long list of receivers
        position += 1
    start = _above(rows, first)
    if labels < _LEAST_HEADERS and start == first:
        return None
    return Announced(start, end, row.depth, _person(row.text[_labelled(row.text) :]))


def _above(rows: Sequence[Row], first: int) -> int:
    """Return where the lines above a block of headers begin that say that a message follows."""
    start, position = first, first - 1
    while position >= 0 and first - position <= _MOST_LINES and rows[position].depth == rows[first].depth:
        text = rows[position].text
        words = words_of(text)
        if _RULE.fullmatch(text) or any(
            words == one or words.startswith(f"{one} ") for one in mail_words()["forwards"]
        ):
            start = position
        elif text:
            break
        position -= 1
    return start


def _labelled(text: str) -> int:
    match = _LABEL.match(text)
    return match.end() if match else 0


def _label(text: str) -> str:
    match = _LABEL.match(text)
    return words_of(match[1]) if match else ""


def _announcement(rows: Sequence[Row], last: int) -> Announced | None:
    """A paragraph that ends with a colon, a verb and a name in it, above what is quoted deeper."""
    row = rows[last]
    if not row.text.endswith((":", ": ")):
        return None
    below = next((other for other in rows[last + 1 : last + 1 + _MOST_BLANK] if other.text), None)
    deeper = below is not None and below.depth > row.depth
    start = last
    while start > 0 and last - start < _MOST_LINES - 1 and _belongs(rows[start - 1], row):
        start -= 1
    for begin in range(last, start - 1, -1):
        text = " ".join(other.text for other in rows[begin : last + 1])
        if len(text) > _LONGEST_ANNOUNCEMENT:
            return None
        # An address says surely that a message follows; otherwise it is shown by what is quoted below.
        if not (deeper or (_ADDRESS.search(text) and any(map(str.isdigit, text)))):
            continue
        name = sender_of(text)
        if name:
            return Announced(start, last + 1, row.depth + int(deeper), name)
    return None


def _belongs(above: Row, row: Row) -> bool:
    if above.depth != row.depth or not above.text:
        return False
    return not ends_sentence(above.text) or is_date(above.text)  # "Den tirsdag den 4. juni 2019 kl."


def sender_of(text: str) -> str | None:
    """Return whom a line (a short one) announces: "On 14 Mar 2024, at 10:14, Anna Berg <a@example.org> wrote:"."""
    tokens = _ADDRESS.sub(" ", text).rstrip(": ").split()
    verbs = [n for n, token in enumerate(tokens) if words_of(token) in speech().comment_verbs]
    for verb in reversed(verbs):
        for name in (_behind(tokens[verb + 1 :]), _before(tokens[:verb])):
            if name:
                return name
    return None


def _behind(tokens: Sequence[str]) -> str | None:
    if not tokens or is_date(" ".join(tokens)) or not tokens[0][:1].isupper():
        return None
    name = clean_name(person_at(tokens, 0).rstrip(",").strip("\"'"))
    return name if is_name(name, alias=True) else None


def _before(tokens: Sequence[str]) -> str | None:
    """Return the name that a row of words ends with, behind a date."""
    for length in range(min(5, len(tokens)), 0, -1):
        name = " ".join(tokens[-length:]).strip("\"' ,")
        if words_of(tokens[-length]) in speech().date_words:
            continue  # "10:14 AM Anna Berg"
        whole = length == len(tokens) or _ends_date(tokens[-length - 1])
        if whole and not any(map(str.isdigit, name)) and is_name(name) and not is_date(name):
            return clean_name(name)
    return None


def _ends_date(token: str) -> bool:
    plain = words_of(token)
    return token.endswith(",") or any(map(str.isdigit, token)) or plain in speech().date_words | speech().months


def _person(text: str) -> str | None:
    """Return the name in a header; an address alone is not a name."""
    name = _ADDRESS.sub(" ", text[:_LONGEST_ANNOUNCEMENT].replace("*", " ")).split(";")[0].strip(" \"'<>[]()")
    name = clean_name(" ".join(name.split()))
    return name if name and "@" not in name and any(map(str.isalpha, name)) else None


def texts_of(rows: Sequence[Row], announced: Sequence[Announced]) -> Iterator[tuple[int, int, str | None]]:
    """Return for each row that is no announcement its place, the message that it is of, and that one's sender.

    Messages are numbered as they are announced; 0 is the one that the headers of the file are of.
    """
    messages: dict[int, tuple[int, str | None]] = {0: (0, None)}
    places = iter(enumerate(announced, 1))
    number, coming = next(places, (0, None))
    for place, row in enumerate(rows):
        if coming is not None and place == coming.end:
            messages[coming.depth] = (number, coming.name)
            messages = {depth: message for depth, message in messages.items() if depth <= coming.depth}
            number, coming = next(places, (0, None))
        if coming is not None and place >= coming.start:
            continue
        message, name = messages.get(row.depth) or messages.setdefault(row.depth, (-row.depth, None))
        yield place, message, name
