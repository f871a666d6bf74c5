"""Records on their way from one process to another."""

from __future__ import annotations

import pickle

from index.records import Passage, Segment, Span, Speaker
from index.words import Word

PASSAGE = Passage(
    id="a:0-4:0",
    document_id="a",
    start=0,
    end=4,
    text="Text",
    language="en",
    speaker=Speaker("Anna Berg", "commenter"),
    kind="comment",
    sentences=(Span(0, 4),),
    context="A title",
    number=3,
)


def test_records_arrive_as_they_were_sent() -> None:
    """Every field, and what stands within; equal, and of the same size as what was sent."""
    segment = Segment("furniture", 5, 9, "da", None, "share buttons", number=0)
    word = Word("hus", ("huset", "hus"), (("house", 1.0),), (Word("h", ("h",)),), known=True)
    for record in (PASSAGE, segment, word):
        assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301 - our own


def test_no_field_is_named_on_the_way() -> None:
    """Which is what takes the time."""
    sent = pickle.dumps(PASSAGE)
    assert b"Anna Berg" in sent
    assert b"document_id" not in sent
    assert b"__setstate__" not in sent
