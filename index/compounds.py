"""Takes Danish, Norwegian and Swedish compounds apart: `kundetilfredshedsmåling` → kunde, tilfredshed, måling."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

# What may stand between two parts, by language; the empty linker comes first. Vowel changes are handled as endings.
LINKERS = {
    "da": ("", "s", "e", "er"),
    "nb": ("", "s", "e", "er"),
    "nn": ("", "s", "e", "ar"),
    "sv": ("", "s", "e", "u", "o", "a"),
}
# Swedish first parts that lose their final vowel before the linker: kyrka + o, gata + u, vecka + o.
RESTORED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sv": {"": ("a", "e"), "s": ("a", "e"), "o": ("a",), "u": ("a",)},
    "nn": {"e": ("a",)},
}
MIN_LENGTH = 6
MIN_PART = 3
MAX_PARTS = 3
VOWELS = frozenset("aeiouyæøåäö")


def split(word: str, language: str, is_known: Callable[[str], bool], parts: int = MAX_PARTS) -> tuple[str, ...]:
    """The known words that `word` is made of, in order, as few as possible; () if it cannot be taken apart.

    Args:
        is_known: whether a part is a word; asked with the first parts in citation form and the last part as it stands.
    """
    if language not in LINKERS or len(word) < MIN_LENGTH:
        return ()
    # Few ends of a word are words, and most words have none: asked first, they save asking for the beginnings.
    # None begins before the third letter but after three equal consonants, of which the third is not written.
    first = MIN_PART - (word[MIN_PART - 1] == word[MIN_PART - 2])
    lasts = [cut >= first and is_known(word[cut:]) for cut in range(len(word) - MIN_PART + 1)]
    if not any(lasts):
        return ()
    for count in range(2, parts + 1):
        if found := _split(word, 0, language, is_known, lasts, count):
            return found
    return ()


def _split(
    word: str, start: int, language: str, is_known: Callable[[str], bool], lasts: Sequence[bool], count: int
) -> tuple[str, ...]:
    """`word[start:]` as exactly `count` known parts. The longest first part wins.

    Args:
        lasts: for each place whether what stands from there to the end is a known part.
    """
    if count == 1:
        return (word[start:],) if lasts[start] else ()
    for cut in range(len(word) - MIN_PART, start + MIN_PART - 1, -1):
        # glas(s)skål: of three equal consonants Swedish (and Norwegian) writes two.
        doubled = word[cut - 1] == word[cut - 2] and word[cut - 1] not in VOWELS
        # The last part begins where the next one does, or `count - 2` parts later.
        if not any(lasts[cut - doubled + MIN_PART * (count - 2) : None if count > 2 else cut + 1]):
            continue
        head, tail = word[start:cut], word[cut:]
        if not VOWELS.intersection(tail) or not VOWELS.intersection(head):
            continue
        if not (first := _first_part(head, language, is_known)):
            continue
        if rest := _split(word, cut, language, is_known, lasts, count - 1):
            return (first, *rest)
        if doubled and (rest := _split(word, cut - 1, language, is_known, lasts, count - 1)):
            return (first, *rest)
    return ()


def _first_part(head: str, language: str, is_known: Callable[[str], bool]) -> str | None:
    """The word that `head` is, once its linker is taken off and a lost vowel put back."""
    for linker in LINKERS[language]:
        if linker and not head.endswith(linker):
            continue
        stem = head[: len(head) - len(linker)] if linker else head
        if len(stem) < MIN_PART:
            continue
        if is_known(stem):
            return stem
        for vowel in RESTORED.get(language, {}).get(linker, ()):
            if is_known(stem + vowel):
                return stem + vowel
    return None
