"""What is remembered of pieces between blanks."""

from __future__ import annotations

import pytest

from index import blanks
from index.blanks import LONGEST, Pieces


def test_a_piece_is_worked_out_once() -> None:
    """However often it is asked for."""
    asked: list[str] = []
    pieces = Pieces(lambda piece: asked.append(piece) or len(piece))
    assert [pieces["klage,"], pieces["og"], pieces["klage,"]] == [6, 2, 6]
    assert asked == ["klage,", "og"]


def test_no_more_than_so_many_pieces_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those before are forgotten, and very long ones are not remembered at all."""
    monkeypatch.setattr(blanks, "MAX_REMEMBERED", 2)
    pieces = Pieces(len)
    assert [pieces[piece] for piece in ("a", "bb", "ccc", "d" * (LONGEST + 1))] == [1, 2, 3, LONGEST + 1]
    assert list(pieces) == ["ccc"]
