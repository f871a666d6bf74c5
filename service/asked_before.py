"""Searches that were asked before: found again without searching, until a document or an index changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from index.library import Library

T = TypeVar("T")

MAX_REMEMBERED = 500
"""Results of ten passages, most of which other results share."""


class AskedBefore(Generic[T]):
    """Results by what was asked. Safe to use from several threads."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._state: tuple[object, dict[Hashable, T]] = (None, {})

    def get(self, asked: Hashable, search: Callable[[], T]) -> T:
        """What `search` returns, or returned when the documents and the indexes were those of now."""
        moment = self._library.moment()
        if moment is None:
            return search()
        of, known = self._state
        if moment != of or len(known) >= MAX_REMEMBERED:
            # Not emptied: a search that is under way must not put what is older into the new one.
            known = {}
            self._state = moment, known
        if asked not in known:
            known[asked] = search()
        return known[asked]

    def known(self, asked: Hashable) -> T | None:
        """What is remembered and holds now, in some microseconds; None where it has to be sought."""
        of, known = self._state
        found = known.get(asked)
        return found if found is not None and self._library.moment(at_once=True) == of else None
