"""Nothing is shown that is not in the stored text, to the letter, at the place that is named."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from index.records import Document
from service.records import Quote

log = logging.getLogger(__name__)


class Texts(Protocol):
    """Where stored texts are read: the record, or a fake in the tests."""

    def document(self, document_id: str) -> Document | None: ...


def verified(quotes: Sequence[Quote], texts: Texts) -> list[Quote]:
    """The quotes, in order, that stand word for word at their offsets; what does not is dropped and logged."""
    stored: dict[str, str | None] = {}
    kept = []
    for quote in quotes:
        if quote.document_id not in stored:
            document = texts.document(quote.document_id)
            stored[quote.document_id] = document.text if document else None
        text = stored[quote.document_id]
        if text is not None and quote.text and text[quote.start : quote.end] == quote.text:
            kept.append(quote)
        else:
            log.warning("dropped a quote that is not at %s:%d-%d", quote.document_id, quote.start, quote.end)
    return kept
