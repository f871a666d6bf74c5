"""Lays the body of an e-mail out as the messages that it holds: each with its sender, none with marks of quotation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from index.formats.mail_furniture import SIGNATURE, automatic, signature
from index.formats.mail_rows import Row, find_announced, rows_of, texts_of
from index.lines import ends_sentence, marker_length
from index.quoting import INTRODUCES
from index.records import Part

_WIDEST = 100
"""Columns: in longer lines nothing was wrapped."""
_NARROWEST = 55
_SLACK = 4
_LONG_ENOUGH = 40


def read_thread(body: str, *, flowed: bool = False, wrapped: bool = True) -> tuple[str, list[Part]]:
    """Return a body's text without the marks of quotation, and its parts in order.

    What other messages say is a quotation of their senders; what names them, signatures, and what programs add, is
    furniture; a paragraph of the writer's own that was wrapped is one unit. The rest is left to the rules.

    Args:
        body: lines with ">" before what is quoted.
        flowed: whether a blank at the end of a line says that it goes on (RFC 3676).
        wrapped: whether a program may have wrapped the lines.
    """
    rows = rows_of(body, flowed=flowed)
    announced = find_announced(rows)
    messages = {place: (message, name) for place, message, name in texts_of(rows, announced)}
    reasons = {place: INTRODUCES for place in range(len(rows)) if place not in messages}
    for places in _by_message(rows, messages).values():
        begun = signature([rows[place].text for place in places])
        for number, place in enumerate(places):
            goes_on = (
                number > 0 and places[number - 1] == place - 1 and _is_notice(rows[place - 1], reasons.get(place - 1))
            )
            if (begun is not None and number >= begun) or goes_on or automatic(rows[place].text):
                reasons[place] = SIGNATURE
    text, starts = _text(rows)
    widths = _widths(rows, messages) if wrapped else {}
    return text, list(_parts(rows, starts, messages, reasons, widths))


def _is_notice(row: Row, reason: str | None) -> bool:
    """Whether a line that a program added is wrapped, so that the next one belongs to it."""
    return reason == SIGNATURE and len(row.text) >= _LONG_ENOUGH


def _by_message(rows: Sequence[Row], messages: dict[int, tuple[int, str | None]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, (message, _) in messages.items():
        if rows[place].text:
            found[message].append(place)
    return found


def _text(rows: Sequence[Row]) -> tuple[str, list[int]]:
    """Return the rows as one text, and where each begins in it."""
    starts, position = [], 0
    for row in rows:
        starts.append(position)
        position += len(row.text) + 1
    return "".join(row.text + "\n" for row in rows), starts


def _widths(rows: Sequence[Row], messages: dict[int, tuple[int, str | None]]) -> dict[int, int]:
    """Return the column at which each message was wrapped, for those that were."""
    found: dict[int, int] = {}
    for message, places in _by_message(rows, messages).items():
        lengths = [len(rows[place].text) for place in places]
        widest = max(lengths)
        if _NARROWEST <= widest <= _WIDEST:
            found[message] = widest
    return found


def _parts(
    rows: Sequence[Row],
    starts: Sequence[int],
    messages: dict[int, tuple[int, str | None]],
    reasons: dict[int, str],
    widths: dict[int, int],
) -> Iterator[Part]:
    place = 0
    while place < len(rows):
        first = place
        place += 1
        if not rows[first].text:
            continue
        start = starts[first]
        if first in reasons:
            yield Part("furniture", start, start + len(rows[first].text), reason=reasons[first])
            continue
        message, name = messages[first]
        while (
            place < len(rows)
            and place not in reasons
            and messages[place][0] == message
            and _goes_on(rows[place - 1], rows[place], widths.get(message, 0))
        ):
            place += 1
        end = starts[place - 1] + len(rows[place - 1].text)
        if message:
            yield Part("quotation", start, end, name=name)
        elif place - first > 1:
            yield Part(None, start, end)


def _goes_on(row: Row, following: Row, width: int) -> bool:
    if not following.text or marker_length(following.text, 0, len(following.text)):
        return False
    if row.soft:
        return True
    word = following.text.split(maxsplit=1)[0]
    if width and len(row.text) + 1 + len(word) > width - _SLACK:
        return True
    return bool(width) and len(row.text) >= _LONG_ENOUGH and word[0].islower() and not ends_sentence(row.text)
