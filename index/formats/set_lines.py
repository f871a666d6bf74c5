"""The lines of a PDF's pages with how they are set: where, how large, and whether bold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from math import isfinite
from typing import Any, NamedTuple

_LEAST_BLANK = 130
"""Thousandths of the size that text moves on without a letter: a tight blank in a justified line has two thirds of 200
to 333, kerning moves letters apart by a few."""
_SURE_BLANK = -1000.0
_RAISED = 0.15
"""Of the size, above the line: a mark."""
_SMALL = 0.85
"""Of the size of the line: a mark."""
_BULLET = re.compile(r"[\uf000-\uf0ff\x7f•◦▪▫●○■□‣⁃∙·–*-]")
_SIGNS = re.compile(r"^[\uf000-\uf0ff\x7f](?=\s)")
"""Fonts of signs have codes that no text has: Word's list marks are such ones."""
_SAME_HEIGHT = 0.5
"""Of the size: a mark of a list and its item stand side by side."""
_OUTER = re.compile("^[\\s\u00ad\u200b\u2060\ufeff]+|[\\s\u200b\u2060\ufeff]+$|\\s\u00ad+$")
"""Blanks, also those that nobody sees; a soft hyphen at a line's end breaks a word."""
_BEFORE_MARK = tuple('.,;:!?…”"»')


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was set: `text` has no outer blanks. `left` and `height` are of its start, in points from below.

    `size` and `bold` are what most of its characters have; a size of 0 is not known. `set_off` is how many characters
    at its beginning are bold.
    """

    text: str
    page: int
    left: float = 0.0
    height: float = 0.0
    size: float = 0.0
    bold: bool = False
    set_off: int = 0


def lines_of(page: Any, number: int) -> list[Line]:
    """Return the lines of a page that pypdf has opened, in the order of the file, which is nearly always that of
    reading: columns come one after the other.

    Args:
        page: a `pypdf.PageObject`.
        number: of the page, from 0.
    """
    found = Lines(number)
    page.extract_text(visitor_operand_before=_blanks, visitor_text=found.add)
    found.close()
    return found.lines


def _blanks(operator: bytes, operands: Any, _matrix: Any, _text_matrix: Any) -> None:
    """Make every move that is as wide as a blank surely one, and no other.

    pypdf takes moves for one from half of the font's own on, and fonts of TeX have a visible one that is wider than
    what stands between two words; and it does so in either direction, so that "W" and "ard" are two words.
    """
    if operator != b"TJ" or not operands or not isinstance(operands[0], list):
        return
    moves = operands[0]
    for place, move in enumerate(moves):
        if isinstance(move, int | float):
            moves[place] = _SURE_BLANK if move <= -_LEAST_BLANK else 0.0


class _Piece(NamedTuple):
    text: str
    left: float
    height: float
    size: float
    bold: bool


@dataclass(slots=True)
class Lines:
    """Puts the pieces that pypdf reads together to lines."""

    page: int
    lines: list[Line] = field(default_factory=list)
    _pieces: list[_Piece] = field(default_factory=list)

    def add(self, text: str, matrix: Sequence[float], text_matrix: Sequence[float], font: Any, size: float) -> None:
        """Take a piece of text with the matrices of its place; a newline in it ends a line."""
        left, height, scale = _place(matrix, text_matrix)
        upright = round(size * scale, 1) if isfinite(size * scale) else 0.0
        bold = "bold" in str((font or {}).get("/BaseFont", "")).casefold()
        # Characters without a code point (fonts without a map) come as lone surrogates or NUL: no text holds them.
        readable = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
        for place, piece in enumerate(readable.split("\n")):
            if place:
                self.close()
            if piece.strip() or (piece and self._pieces):
                self._pieces.append(_Piece(piece, left, height, upright, bold))

    def close(self) -> None:
        """End a line."""
        pieces, self._pieces = self._pieces, []
        while pieces and not pieces[-1].text.strip():
            pieces.pop()
        if not pieces:
            return
        sizes: Counter[float] = Counter()
        bold = 0
        for piece in pieces:
            letters = len(piece.text.strip())
            sizes[piece.size] += letters
            bold += letters if piece.bold else -letters
        size = sizes.most_common(1)[0][0]
        first = next(piece for piece in pieces if piece.size == size and piece.text.strip())
        text = _SIGNS.sub("•", _OUTER.sub("", _without_marks(pieces, first)))
        set_off = min(len(text), sum(len(piece.text) for piece in takewhile(_is_bold, pieces)))
        above = self.lines[-1] if self.lines else None
        if text and above is not None and _BULLET.fullmatch(above.text) and _on_one_line(above, first):
            sign = _SIGNS.sub("•", f"{above.text} ")
            self.lines[-1] = Line(f"{sign}{text}", self.page, above.left, first.height, size, bold > 0)
        elif text:
            self.lines.append(Line(text, self.page, first.left, first.height, size, bold > 0, set_off))


def _is_bold(piece: _Piece) -> bool:
    return piece.bold or not piece.text.strip()


def _place(matrix: Sequence[float], text_matrix: Sequence[float]) -> tuple[float, float, float]:
    """Return where a piece begins, as somebody sees it who turns the page until it can be read, and how large a letter
    of size 1 is."""
    a, b, c, d, e, f = text_matrix
    x = matrix[0] * e + matrix[2] * f + matrix[4]
    y = matrix[1] * e + matrix[3] * f + matrix[5]
    along = (matrix[0] * a + matrix[2] * b, matrix[1] * a + matrix[3] * b)
    scale = max(abs(matrix[0] * c + matrix[2] * d), abs(matrix[1] * c + matrix[3] * d))
    if abs(along[0]) >= abs(along[1]):
        return x, y, scale
    return (y, -x, scale) if along[1] > 0 else (-y, x, scale)


def _without_marks(pieces: Sequence[_Piece], first: _Piece) -> str:
    """Return the text of a line without the raised figures behind its sentences, which mark notes."""
    text = ""
    for piece in pieces:
        mark = piece.size <= _SMALL * first.size and piece.height > first.height + _RAISED * first.size
        if mark and piece.text.strip().isdigit():
            if text.rstrip().endswith(_BEFORE_MARK):
                continue
            if not text.strip():
                text = f"{piece.text.strip()} "  # The number of a note itself.
                continue
        text += piece.text
    return text


def _on_one_line(above: Line, piece: _Piece) -> bool:
    return piece.left > above.left and abs(above.height - piece.height) < _SAME_HEIGHT * piece.size
