"""What was asked for lately is remembered, and no more than that."""

from __future__ import annotations

import pytest

from index.recent import Recent


def test_never_more_than_so_many_are_remembered() -> None:
    """However many are put in, and the last half of them are there."""
    recent: Recent[int, str] = Recent(10)
    for number in range(100):
        recent[number] = str(number)
        assert len(recent) <= 10
    assert [number for number in range(95, 100) if number not in recent] == []
    assert recent[99] == "99"


def test_what_is_asked_for_stays() -> None:
    """Something in use is still there after many others have come and gone."""
    recent: Recent[int, str | None] = Recent(10)
    recent[-1] = None
    for number in range(100):
        recent[number] = str(number)
        assert recent[-1] is None
    assert 0 not in recent


def test_what_is_not_remembered_is_an_error() -> None:
    """As in a dictionary."""
    recent: Recent[str, int] = Recent(2)
    with pytest.raises(KeyError):
        recent["a"]
    recent["a"] = 1
    recent["a"] = 2
    assert (recent["a"], len(recent), "b" in recent) == (2, 1, False)
