"""Puts the best passages into a model's order: a cross-encoder reads the question and each passage together."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.errors import InvalidData
from index.neural import shorten
from index.patience import Patience

log = logging.getLogger(__name__)

RERANKED = 30
"""Passages that a model reads for a question; it takes tens of milliseconds for each on a processor."""


class Judge(Protocol):
    """What is different between rerankers."""

    def scores(self, question: str, passages: Sequence[str]) -> Sequence[float] | npt.NDArray[np.float32]:
        """One number a passage, in their order, higher for a better one; any exception means that there are none."""
        ...

    def close(self) -> None:
        """Let go of the model or its connections."""
        ...


class Reranker:
    """A judge that may fail: then the order stays as it was. Safe to use from several threads."""

    def __init__(self, name: str, judge: Judge) -> None:
        self.name = name
        self._judge = judge
        self._patience = Patience()
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why the model's last answer could not be used; None when it could."""
        return self._trouble

    def rank(self, question: str, passages: Mapping[int, str]) -> list[int]:
        """The numbers of the passages (number → text), the best first by the model's scores.

        Empty where the model failed just now, or several times a moment ago, when it is not asked.
        """
        if not passages or self._patience.is_out:
            return []
        try:
            found = np.asarray(
                self._judge.scores(question, [shorten(text) for text in passages.values()]), dtype=np.float32
            )
            if found.shape != (len(passages),) or not np.isfinite(found).all():
                raise InvalidData(f"expected {len(passages)} finite numbers, found an array of {found.shape}")
        except Exception as error:
            # Its text is not passed on: those of some providers repeat the key.
            status = getattr(error, "status_code", None)
            reason = type(error).__name__ + (f", status {status}" if status else "")
            if isinstance(error, InvalidData):
                reason = str(error)
            self._trouble = f"expected scores from {self.name}, found an error: {reason}"
            log.info("%s", self._trouble)
            self._patience.note(failed=True)
            return []
        self._trouble = None
        self._patience.note(failed=False)
        numbers = list(passages)
        return [numbers[place] for place in np.argsort(-found, kind="stable").tolist()]

    def close(self) -> None:
        """Close the model."""
        self._judge.close()
