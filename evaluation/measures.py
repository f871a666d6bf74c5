"""Every measure there is, and the scores of a run. docs/evaluation.md defines each; a test holds the two together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaluation.answers import Detect, answer_scores
from evaluation.citations import citation_scores
from evaluation.records import Scores
from evaluation.retrieval import retrieval_scores
from evaluation.runs import Outcome
from index.tokens import count_tokens

Group = Literal["overall", "retrieval", "citations", "answers", "cost", "judge"]
Better = Literal["higher", "lower", "neither"]
Unit = Literal["share", "words", "seconds", "tokens"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure's name, where it belongs, which way is better, and its unit. A share lies in 0..1."""

    name: str
    group: Group
    better: Better = "higher"
    unit: Unit = "share"


MEASURES = (
    Measure("quality", "overall"),
    Measure("failed", "overall", "lower"),
    Measure("recall_1", "retrieval"),
    Measure("recall_5", "retrieval"),
    Measure("recall_10", "retrieval"),
    Measure("recall_2000_characters", "retrieval"),
    Measure("mrr_10", "retrieval"),
    Measure("ndcg_10", "retrieval"),
    Measure("verbatim", "citations"),
    Measure("fabricated", "citations", "lower"),
    Measure("citation_precision", "citations"),
    Measure("citation_recall", "citations"),
    Measure("citation_f1", "citations"),
    Measure("gold_shown", "citations"),
    Measure("documents_covered", "citations"),
    Measure("speakers_covered", "citations"),
    Measure("speaker_right", "citations"),
    Measure("repeated_quotes", "citations", "lower"),
    Measure("decision_right", "answers"),
    Measure("abstained", "answers"),
    Measure("false_refusal", "answers", "lower"),
    Measure("language_right", "answers"),
    Measure("token_f1", "answers"),
    Measure("answer_words", "answers", "neither", "words"),
    Measure("seconds", "cost", "lower", "seconds"),
    Measure("first_sentence_seconds", "cost", "lower", "seconds"),
    Measure("input_tokens", "cost", "lower", "tokens"),
    Measure("output_tokens", "cost", "neither", "tokens"),
    Measure("faithfulness", "judge"),
    Measure("relevance", "judge"),
)
BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}


def score(outcomes: Sequence[Outcome], detect: Detect, judged: Mapping[str, Scores] | None = None) -> dict[str, Scores]:
    """Question id → measure → value, in the order of `outcomes`; only measures that apply.

    `judged` are scores from a judging model, by question id, where there are any.
    """
    retrieved = retrieval_scores(outcomes)
    scores: dict[str, Scores] = {}
    for outcome in outcomes:
        identifier = outcome.question.id
        found: Scores = {
            **retrieved.get(identifier, {}),
            **citation_scores(outcome),
            **answer_scores(outcome, detect),
            **cost_scores(outcome),
            **(judged or {}).get(identifier, {}),
        }
        found["quality"] = quality(outcome, found)
        scores[identifier] = {name: found[name] for name in BY_NAME if found.get(name) is not None}
    return scores


def quality(outcome: Outcome, scores: Scores) -> float:
    """One figure for a question, to sort by: citation F1 where it has an answer, else whether the target abstained.

    0 where the answer is in another language than the question: nobody is helped by it.
    """
    if outcome.reply is None or scores.get("language_right") == 0:
        return 0.0
    return (scores.get("citation_f1") if outcome.gold else scores.get("abstained")) or 0.0


def cost_scores(outcome: Outcome) -> Scores:
    """Seconds and tokens. What the target does not count of the answer is counted here, in cl100k_base."""
    reply = outcome.reply
    written = count_tokens(reply.answer) if reply and reply.output_tokens is None else None
    return {
        "seconds": outcome.seconds,
        "first_sentence_seconds": outcome.first_sentence_seconds,
        "input_tokens": reply.input_tokens if reply else None,
        "output_tokens": reply.output_tokens if reply and written is None else written,
    }
