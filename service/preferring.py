"""What a question prefers among the sentences found: one that defines, gives a reason, denies, or has its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.choose import Candidate, sentence_text
from service.coverage import Coverage
from service.cues import REASON, Cues
from service.numbered import other_number
from service.understand import Question

DEFINES = 0.3
"""What a sentence gains that begins by saying what the thing is that is asked for."""
PREFERRED = {REASON: 0.2, "negation": 0.2}
"""What a sentence gains that gives a reason where one is asked for, or denies as the question does. Decision 0305."""
BESIDE = 0.9
"""What a reason, in a sentence that says nothing else of the question, has of the score of the sentence before it."""
PLAINLY = 0.85
"""The share of what the best sentence has of the question from which one that is preferred says plainly what is asked;
then others gain by their share of it only."""
OTHER_NUMBER = 0.6
"""What is left of the score of a sentence on another version or model than the one that is asked about."""
MAX_BESIDE_WHAT_IS_DEFINED = 3
"""Words before "is" beside what is asked for: an article, brackets with its short form."""
ALL_OF_WHAT_IS_DEFINED = 0.8
"""The share of the question that they must have."""


def preferred(found: Sequence[Candidate], question: Question, coverage: Coverage, cues: Cues) -> Sequence[Candidate]:
    """The candidates, best first, where those gain that are what the question prefers. What answers stays as it was."""
    wants = question.prefers
    asks_what = not question.kinds and cues.asks_what(question.text)
    if not (wants or asks_what or question.numbered):
        return found
    if any(kind.name == REASON for kind in wants):
        found = with_reasons(found, cues)
    most = max((one.own.share for one in found), default=0.0) or 1.0
    texts = [sentence_text(one.passage, one.passage.sentences[one.place]) for one in found]
    gains = [
        sum(PREFERRED[kind.name] for kind in wants if kind.is_answered(text, one.passage.language, ""))
        for one, text in zip(found, texts, strict=True)
    ]
    plain = any(gain and one.own.share >= PLAINLY * most for one, gain in zip(found, gains, strict=True))
    gained: list[Candidate] = []
    for one, text, gain in zip(found, texts, gains, strict=True):
        score = one.score + (DEFINES if asks_what and defines(one, coverage, cues) else 0.0)
        score += gain * (one.own.share / most if plain else 1.0)
        score *= OTHER_NUMBER if other_number(question.numbered, text) else 1.0
        gained.append(replace(one, score=score))
    return sorted(gained, key=lambda candidate: -candidate.score)


def with_reasons(found: Sequence[Candidate], cues: Cues) -> list[Candidate]:
    """The candidates, with the sentences after them that have nothing of the question but give the reason."""
    places = {(one.passage.id, one.place) for one in found}
    all_of_them = list(found)
    for one in found:
        passage, after = one.passage, one.place + 1
        if (passage.id, after) in places or after >= len(passage.sentences):
            continue
        if cues.gives_reason_before(sentence_text(passage, passage.sentences[after]), passage.language):
            all_of_them.append(replace(one, place=after, score=BESIDE * one.score))
    return all_of_them


def defines(candidate: Candidate, coverage: Coverage, cues: Cues) -> bool:
    """Whether a sentence begins with what is asked for, and with little else, and then says what that is."""
    passage = candidate.passage
    thing = cues.defined(sentence_text(passage, passage.sentences[candidate.place]), passage.language)
    if thing is None or len(thing.split()) > len(coverage.units) + MAX_BESIDE_WHAT_IS_DEFINED:
        return False
    return coverage.measure(thing, passage.language).share >= ALL_OF_WHAT_IS_DEFINED
