"""Nothing is shown that is not in the stored text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from index.records import Speaker
from service.records import Quote
from service.verify import verified


class Stored:
    def __init__(self, text: str) -> None:
        self.text = text

    def text_slices(self, places: Sequence[tuple[str, int, int]]) -> list[str | None]:
        return [self.text[start:end] if name == "a" and end <= len(self.text) else None for name, start, end in places]


def quote(text: str, start: int) -> Quote:
    return Quote("a", "p", Speaker(None, "author"), "da", text, start, start + len(text), 1.0)


@given(text=st.text(min_size=2, max_size=60), data=st.data())
def test_only_what_stands_there_to_the_letter_is_shown(text: str, data: st.DataObject) -> None:
    """A true quote passes; changed by a character, moved, empty or of another document it is dropped."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    true = quote(text[start:end], start)
    assert verified([true], Stored(text)) == [true]
    changed = true.text[:-1] + chr((ord(true.text[-1]) + 1) % 0xD800)
    false = [
        replace(true, text=changed),
        replace(true, document_id="b"),
        replace(true, text="", end=true.start),
        replace(true, end=true.end + 1000),
    ]
    assert verified(false, Stored(text)) == []
