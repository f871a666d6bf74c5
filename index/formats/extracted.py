"""What is taken out of a file, and how its text and structure are laid out together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from index.records import Fact, FactName, Origin, Part, SegmentKind

_LONGEST_FACT = 500


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file's text with what its format says of it. Parts are in order and do not overlap; gaps are left to the rules.

    `parts` is empty where the format has no structure of its own; the rules for plain text then find it. `marked` is
    where the format sets words off at the beginning of a paragraph (bold), in order: names of who speaks may be.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    parts: tuple[Part, ...] = ()
    marked: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Blocks:
    """Lays blocks of text out with an empty line between them, and notes what each is."""

    parts: list[Part] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _length: int = 0

    def add(
        self, kind: SegmentKind, text: str, *, name: str | None = None, number: int = 0, reason: str | None = None
    ) -> None:
        """Add a block; one that holds only blanks is none. Outer blanks are left out."""
        text = text.strip()
        if not text:
            return
        if self._texts:
            self._texts.append("\n\n")
            self._length += 2
        self.parts.append(Part(kind, self._length, self._length + len(text), name, number, reason))
        self._texts.append(text)
        self._length += len(text)

    def extracted(self, facts: Sequence[Fact]) -> Extracted:
        """Return everything that was added, as one text."""
        text = "".join(self._texts)
        return Extracted(text + "\n" if text else "", tuple(facts), tuple(self.parts))


def facts_of(origin: Origin, **values: str | None) -> tuple[Fact, ...]:
    """Return facts of one origin, on one line each; what is missing or blank is no fact."""
    names: tuple[FactName, ...] = ("title", "author", "published", "publication", "url", "encoding")
    found = [(name, " ".join((values.get(name) or "").split())[:_LONGEST_FACT]) for name in names]
    return tuple(Fact(name, value, origin) for name, value in found if value)
