"""Counts tokens, offline."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.blanks import Pieces
from index.errors import InvalidData

if TYPE_CHECKING:
    from tiktoken import Encoding

# What the text-embedding-3 models count in. Newer models count Nordic text in fewer tokens, so this is a safe bound.
ENCODING = "cl100k_base"
_TABLE_URL = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
_CACHE_VARIABLE = "TIKTOKEN_CACHE_DIR"
# Byte pair merging is not linear in the length of an unbroken run, so long texts are counted in pieces.
_PIECE_CHARACTERS = 4_000

_MAX_REMEMBERED = 65_536
# What the encoding cuts texts into before it merges pairs, for texts of these signs alone: they hold no line break, and
# of blanks only the plain one.
_LETTERS = "A-Za-zÀ-ÖØ-öø-ÿ"
_PLAIN = re.compile(rf"[ !-~{_LETTERS}«»–—…“”‘’„•·]*+")
_PIECE = re.compile(
    rf"'(?i:[sdmt]|ll|ve|re)|[^{_LETTERS}0-9]?+[{_LETTERS}]++|[0-9]{{1,3}}+| ?[^ {_LETTERS}0-9]++| ++\Z| +(?![^ ])| "
)


@lru_cache(maxsize=20_000)
def count_tokens(text: str) -> int:
    """Return how many tokens a text has in `cl100k_base`.

    Texts over 4,000 characters are counted in pieces of that length, which may add a token at each seam. Nothing is
    fetched: the table comes from the user's own TIKTOKEN_CACHE_DIR where it is there, else from llama-index-core.

    Raises:
        InvalidData: the table is in neither place.
    """
    if len(text) <= _PIECE_CHARACTERS:
        return _counted(text)
    return sum(_counted(text[start : start + _PIECE_CHARACTERS]) for start in range(0, len(text), _PIECE_CHARACTERS))


def _counted(text: str) -> int:
    # Pairs are merged within a piece only: a word has as many tokens wherever it stands. A single blank between words
    # begins a piece, so that what stands between two blanks counts for itself.
    first, *others = text.split(" ")
    found = _first_of_texts[first] + sum(map(_behind_blanks.__getitem__, others))
    if found >= 0:
        return found
    if _PLAIN.fullmatch(text):
        return sum(map(_known_pieces().__getitem__, _PIECE.findall(text)))
    return len(_encoding().encode_ordinary(text))


def _counted_alone(text: str, blank: str = "") -> int:
    """The tokens of a text without blanks, behind a blank or behind nothing; _NOT_ALONE where they depend on others."""
    if not text or not _PLAIN.fullmatch(text):
        return _NOT_ALONE
    return sum(map(_known_pieces().__getitem__, _PIECE.findall(blank + text)))


_NOT_ALONE = -_PIECE_CHARACTERS * 4
"""Less than the tokens of any text that is counted in one piece, each letter having four bytes at most."""
_first_of_texts = Pieces(_counted_alone)
_behind_blanks = Pieces(partial(_counted_alone, blank=" "))


class _Pieces(dict[str, int]):
    """How many tokens the pieces of texts have that were met; another one takes its place when it is full."""

    def __init__(self, encoding: Encoding) -> None:
        super().__init__()
        self._encoding = encoding

    def __missing__(self, piece: str) -> int:
        found = self[piece] = len(self._encoding.encode_ordinary(piece))
        return found


_pieces: list[_Pieces] = []


def _known_pieces() -> _Pieces:
    if not _pieces or len(_pieces[0]) >= _MAX_REMEMBERED:
        _pieces[:] = [_Pieces(_encoding())]
    return _pieces[0]


@cache
def _encoding() -> Encoding:
    import tiktoken

    own = os.environ.get(_CACHE_VARIABLE)
    folder = _table_folder(own)
    os.environ[_CACHE_VARIABLE] = str(folder)
    try:
        return tiktoken.get_encoding(ENCODING)
    finally:
        # The variable is the user's: other code in this process may rely on it being unset.
        if own is None:
            del os.environ[_CACHE_VARIABLE]
        else:
            os.environ[_CACHE_VARIABLE] = own


def _table_folder(own: str | None) -> Path:
    name = hashlib.sha1(_TABLE_URL.encode(), usedforsecurity=False).hexdigest()  # how tiktoken names its cache files
    folders = ([Path(own)] if own else []) + [package_data("tiktoken_cache")]
    for folder in folders:
        if (folder / name).is_file():
            return folder
    raise InvalidData(f"expected tiktoken's table {name} in {' or '.join(map(str, folders))}, found none")


def package_data(name: str) -> Path:
    """Return a data folder that ships inside llama-index-core, found without importing it (that takes a second).

    Raises:
        InvalidData: llama-index-core is not installed, or has no such folder.
    """
    package = importlib.util.find_spec("llama_index")
    for place in package.submodule_search_locations or () if package else ():
        folder = Path(place) / "core" / "_static" / name
        if folder.is_dir():
            return folder
    raise InvalidData(f"expected the folder {name} inside llama-index-core, found none: install the locked packages")
