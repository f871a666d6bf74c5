"""What a question looks for in the passages of its own and of other languages, whatever engine has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import scoring
from index.analysis import FUNCTION, QuestionTerms
from index.scoring import Group, Sought, Weights

# A question with fewer content words is looked for by its function words, too.
FEW_TERMS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, by whether the passages are in a language other than the question's.

    `keys` are the hashes of all of it, ascending; `columns[foreign]` are the places of `sought[foreign]` among them.
    """

    keys: NDArray[np.uint32]
    sought: dict[bool, Sought]
    columns: dict[bool, NDArray[np.intp]]
    few: bool

    @classmethod
    def of(cls, question: QuestionTerms, weights: Weights) -> Asked:
        """What a question looks for."""
        sought = {foreign: Sought.of(scoring.looked_for(question, foreign, weights)) for foreign in (False, True)}
        if sought[True].terms == sought[False].terms:  # Nearly always: they only count differently.
            own = sought[False].hashes()
            keys = np.unique(own)
            columns = dict.fromkeys((False, True), keys.searchsorted(own))
        else:
            hashes = {foreign: found.hashes() for foreign, found in sought.items()}
            keys = np.unique(np.concatenate(list(hashes.values())))
            columns = {foreign: keys.searchsorted(found) for foreign, found in hashes.items()}
        few = sum(term.kind != "phrase" for term in question.terms) < FEW_TERMS
        return cls(keys, sought, columns, few)

    def candidates(self, foreign: bool) -> list[tuple[str, float]]:
        """(term, weight) of what candidates are found by.

        Function words stand in nearly every passage and cost most of a search, so they only help to find candidates
        where there is little else to go by; they count in the exact scores in any case.
        """
        sought = self.sought[foreign]
        weighted = zip(sought.terms, sought.weights.tolist(), strict=True)
        return [(term, weight) for term, weight in weighted if self.few or not term.startswith(FUNCTION)]

    def group(self, foreign: bool, rarities: Sequence[float], average_length: float, passages: int) -> Group:
        """What so many passages of a language are scored by; `rarities` are those of `sought[foreign].terms`."""
        worth = self.sought[foreign].weights * np.array(rarities)
        values = np.bincount(self.columns[foreign], weights=worth, minlength=len(self.keys)).astype(np.float64)
        return Group(values, average_length, passages)
