"""Remembers what was asked for lately, so much and no more."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The last things that were put in or asked for: half of `most` of them at least, never more than `most`.

    In two halves: when the newer one is full, the older one is dropped, and what is asked for moves to the newer one.
    So looking up takes no longer than in a dictionary, what is in use stays, and nothing is ever emptied at once, as a
    dictionary that is cleared when it is full would be. Safe to use from several threads: at worst less is remembered.
    """

    __slots__ = ("_half", "_new", "_old")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._new: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        """What is remembered; KeyError where nothing is."""
        try:
            return self._new[key]
        except KeyError:
            found = self._old[key]
        self[key] = found
        return found

    def __setitem__(self, key: K, value: V) -> None:
        if len(self._new) >= self._half:
            self._old, self._new = self._new, {}
        self._new[key] = value

    def __contains__(self, key: K) -> bool:
        return key in self._new or key in self._old

    def __len__(self) -> int:
        return len(self._new.keys() | self._old.keys())
