"""Where the lines and paragraphs of a passage begin, by its sentences."""

from __future__ import annotations

from index.records import Passage


def begins_paragraph(passage: Passage, place: int) -> bool:
    """Whether a blank line stands before a sentence of a passage that is not the first."""
    before, after = passage.sentences[place - 1], passage.sentences[place]
    return passage.text[before.end - passage.start : after.start - passage.start].count("\n") > 1


def paragraph_of(passage: Passage, place: int) -> int:
    """The place of the sentence with which the paragraph of a sentence begins."""
    while place > 0 and not begins_paragraph(passage, place):
        place -= 1
    return place


def on_new_line(passage: Passage, place: int) -> bool:
    """Whether a sentence of a passage begins on the line after the one before it, as list items do."""
    before, after = passage.sentences[place - 1], passage.sentences[place]
    return passage.text[before.end - passage.start : after.start - passage.start].count("\n") == 1
