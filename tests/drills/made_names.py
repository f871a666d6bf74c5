"""Names of animals that do not exist, unlike one another, so that answers about two of them cannot be confused."""

from __future__ import annotations

import itertools
import random

CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aeiouy"
SYLLABLES = 4


def made_names(count: int) -> list[str]:
    """So many names, always the same ones; no two share two syllables in a row."""
    chance = random.Random(0)  # noqa: S311  # not for secrets
    names: list[str] = []
    taken: set[str] = set()
    while len(names) < count:
        syllables = [chance.choice(CONSONANTS) + chance.choice(VOWELS) for _ in range(SYLLABLES)]
        pairs = {first + second for first, second in itertools.pairwise(syllables)}
        if not pairs & taken:
            taken |= pairs
            names.append("".join(syllables).capitalize())
    return names
