"""Nothing is shown that is not in the stored text, to the letter, at the place that is named."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from service.records import Quote

log = logging.getLogger(__name__)


class Texts(Protocol):
    """Where stored texts are read: the record, or a fake in the tests."""

    def text_slices(self, places: Sequence[tuple[str, int, int]]) -> list[str | None]:
        """The stored text at (document id, start, end), None where there is none."""


def verified(quotes: Sequence[Quote], texts: Texts) -> list[Quote]:
    """The quotes, in order, that stand word for word at their offsets; what does not is dropped and logged."""
    stored = texts.text_slices([(quote.document_id, quote.start, quote.end) for quote in quotes])
    kept = []
    for quote, text in zip(quotes, stored, strict=True):
        if quote.text and quote.text == text:
            kept.append(quote)
        else:
            log.warning("dropped a quote that is not at %s:%d-%d", quote.document_id, quote.start, quote.end)
    return kept
