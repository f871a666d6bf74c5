"""How many passages have each term, by language: what makes a word rare, which no passage knows by itself.

Kept beside the passages as a sum of parts: one for everything that was there when it was last summed up, and one for
each change since, so that a change writes little however large the corpus, and is counted once however often it is
tried. A term of a language costs 8 bytes in memory and about 8 in the parts.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.scoring import HEADER, term_hash

MAX_TERMS = 500_000
"""Of a part: some 4 MB; a request may have 32 MB."""


@dataclass(frozen=True, slots=True)
class Counts:
    """One language: ascending 32-bit hashes of terms, in how many passages each is, both (n,); and the passages.

    `length` is the sum of the passages' lengths in content tokens.
    """

    hashes: NDArray[np.uint32]
    counts: NDArray[np.int64]
    passages: int
    length: int

    def frequency(self, term: str) -> int:
        """How many passages have a term."""
        wanted = term_hash(term)
        place = int(np.searchsorted(self.hashes, np.uint32(wanted)))
        return int(self.counts[place]) if place < len(self.hashes) and self.hashes[place] == wanted else 0

    @property
    def average_length(self) -> float:
        """The mean length of a passage."""
        return self.length / self.passages if self.passages else 0.0


Statistics = Mapping[str, Counts]
"""By language."""


def counted(packed: Iterable[tuple[str, bytes]]) -> dict[str, Counts]:
    """The statistics of passages, each (language, header and terms as `scoring.pack` makes them)."""
    found: dict[str, list[bytes]] = {}
    for language, one in packed:
        found.setdefault(language, []).append(one)
    return {language: _of(some) for language, some in found.items()}


def _of(packed: list[bytes]) -> Counts:
    size = HEADER.itemsize
    heads = np.frombuffer(b"".join(one[:size] for one in packed), dtype=HEADER)
    each = [np.unique((np.frombuffer(one[size:], dtype="<u8") >> np.uint64(32)).astype(np.uint32)) for one in packed]
    hashes, counts = np.unique(np.concatenate(each), return_counts=True)
    return Counts(hashes, counts.astype(np.int64), len(packed), int(heads["length"].sum()))


def total(parts: Iterable[tuple[Statistics, int]]) -> dict[str, Counts]:
    """The sum of statistics, each times its factor; what has come to nothing is left out."""
    found: dict[str, list[tuple[Counts, int]]] = {}
    for part, factor in parts:
        for language, counts in part.items():
            found.setdefault(language, []).append((counts, factor))
    summed = {language: _sum(some) for language, some in found.items()}
    return {language: counts for language, counts in summed.items() if len(counts.hashes) or counts.passages}


def _sum(parts: list[tuple[Counts, int]]) -> Counts:
    passages, length = (sum(getattr(part, name) * factor for part, factor in parts) for name in ("passages", "length"))
    if len(parts) == 1 and parts[0][1] == 1:
        return parts[0][0]
    hashes, places = np.unique(np.concatenate([part.hashes for part, _ in parts]), return_inverse=True)
    values = np.concatenate([part.counts * factor for part, factor in parts])
    counts = np.zeros(len(hashes), dtype=np.int64)
    np.add.at(counts, places, values)
    kept = counts != 0
    return Counts(hashes[kept].astype(np.uint32), counts[kept], passages, length)


def payloads(statistics: Statistics) -> Iterator[dict[str, Any]]:
    """Statistics as payloads of points, none of which is too large for a request."""
    for language, counts in statistics.items():
        for start in range(0, max(1, len(counts.hashes)), MAX_TERMS):
            yield {
                "language": language,
                "passages": counts.passages if start == 0 else 0,
                "length": counts.length if start == 0 else 0,
                "hashes": _text(counts.hashes[start : start + MAX_TERMS].astype("<u4")),
                "counts": _text(counts.counts[start : start + MAX_TERMS].astype("<i4")),
            }


def of_payload(payload: Mapping[str, Any]) -> dict[str, Counts]:
    """The statistics that a payload is."""
    hashes, counts = (_array(payload[name], kind) for name, kind in (("hashes", "<u4"), ("counts", "<i4")))
    found = Counts(hashes.astype(np.uint32), counts.astype(np.int64), payload["passages"], payload["length"])
    return {str(payload["language"]): found}


def _text(array: NDArray[Any]) -> str:
    return base64.b64encode(zlib.compress(array.tobytes(), 1)).decode("ascii")


def _array(text: str, kind: str) -> NDArray[Any]:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=kind)
