"""Measures of the answer itself: rightly answered or abstained, in which language, how long, how near a reference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from evaluation.citations import MARKERS, harmonic_mean
from evaluation.records import Scores
from evaluation.replies import Reply
from evaluation.runs import Outcome
from index.records import LanguageGuess

SURE = 0.6
"""A line of the answer's own words is held against what the reply says of itself when its detection is this sure."""
MIN_WORDS = 6
"""Fewer own words than this are not detected at all."""
WORD = re.compile(r"\w+")
QUOTED_LINE = re.compile(r"^\s*>.*$", re.MULTILINE)
ESCAPE = re.compile(r"\\([^\w\s])")
QUOTED = re.compile(r"“[^”]*”|”[^”]*”|«[^»]*»|»[^«]*«|\"[^\"]*\"")

Detect = Callable[[str], LanguageGuess]


def answer_scores(outcome: Outcome, detect: Detect) -> Scores:
    """The answer measures; None where one does not apply."""
    question, reply = outcome.question, outcome.reply
    scores: Scores = {"failed": float(reply is None)}
    if reply is None:
        scores["decision_right"] = 0.0
        return scores
    scores["decision_right"] = float(reply.answered == question.answerable)
    if question.answerable:
        scores["false_refusal"] = float(not reply.answered)
    else:
        scores["abstained"] = float(not reply.answered)
    scores["language_right"] = float(reply.language == question.language and speaks(reply, detect))
    scores["answer_words"] = float(len(words(reply.answer)))
    if question.answer is not None and question.answerable:
        scores["token_f1"] = token_f1(reply.answer, question.answer) if reply.answered else 0.0
    return scores


def speaks(reply: Reply, detect: Detect) -> bool:
    """Whether the answer's own words are in the language that the reply says it is in, as far as they tell.

    Line by line, since Danish and Bokmål share most of the words around quotes, and a detector that adds up what is
    only likely becomes certain of the wrong one: more than half of the words must be against the reply.
    """
    against = total = 0
    for line in own_words(reply).splitlines():
        guess = detect(line)
        count = len(WORD.findall(line))
        total += count
        if guess.language != reply.language and guess.confidence >= SURE:
            against += count
    return total < MIN_WORDS or against <= total / 2


def own_words(reply: Reply) -> str:
    """The answer without quotes, titles, names and markers: what the target says in its own voice.

    Block quotes, cited quotes and whatever else stands in quotation marks are not the target's words.
    """
    text = ESCAPE.sub(r"\1", QUOTED_LINE.sub(" ", MARKERS.sub(" ", reply.answer)))
    for citation in sorted(reply.citations, key=lambda citation: -len(citation.text)):
        for foreign in (citation.text, citation.title, citation.speaker or ""):
            if foreign:
                text = text.replace(foreign, " ")
    lines = (" ".join(line.split()) for line in QUOTED.sub(" ", text).splitlines())
    # A sentence that introduces one voice after another would otherwise count as many times, and drown the others.
    return "\n".join(dict.fromkeys(line for line in lines if line))


def token_f1(answer: str, reference: str) -> float:
    """F1 of the words that answer and reference share, with repetition (SQuAD; Rajpurkar et al. 2016).

    Case and punctuation are dropped. Articles are kept: the original drops English ones only.
    """
    found, expected = Counter(words(answer)), Counter(words(reference))
    shared = sum((found & expected).values())
    if not shared:
        return 0.0
    return harmonic_mean(shared / sum(found.values()), shared / sum(expected.values()))


def words(text: str) -> list[str]:
    """The words of a text in lower case, without Markdown's signs and markers."""
    return [word.casefold() for word in WORD.findall(MARKERS.sub(" ", text))]
