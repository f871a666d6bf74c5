"""The passages for a question, with what it carries over from the question before at a lower weight."""

from __future__ import annotations

from dataclasses import replace

from index.records import Filters, Hit
from index.retrieve import Retriever
from service.understand import Question

CANDIDATES = 40
"""Passages that an answer chooses its quotes from: several for each voice, and few enough to read in milliseconds."""
AMONG = 4
"""Times as many are looked at where only some of the speakers are meant."""
OWN = 0.6
"""Of a hit's score, what a question's own words count that goes on from another one; the rest is that of both."""


def find(question: Question, retriever: Retriever, filters: Filters, limit: int = CANDIDATES) -> list[Hit]:
    """The best passages for `question` within its own constraints and `filters`, best first."""
    wanted = question.constrain(filters)

    def search(first: int) -> list[Hit]:
        terms = replace(question.terms, terms=question.terms.terms[first:])
        if not question.commenters and not question.others_than:
            return retriever.search(terms, language=question.language, limit=limit, filters=wanted)
        hits = retriever.search(terms, language=question.language, limit=AMONG * limit, filters=wanted)
        return [hit for hit in hits if is_meant(hit, question)][:limit]

    both = search(0)
    if not question.carried or question.carried == len(question.terms.terms):
        return both
    shares = {hit.passage.id: (1 - OWN) * share for hit, share in with_shares(both)}
    hits = {hit.passage.id: hit for hit in both}
    for hit, share in with_shares(search(question.carried)):
        shares[hit.passage.id] = shares.get(hit.passage.id, 0.0) + OWN * share
        hits.setdefault(hit.passage.id, hit)
    best = sorted(shares, key=lambda name: -shares[name])[:limit]
    return [replace(hits[name], score=shares[name], rank=rank) for rank, name in enumerate(best, start=1)]


def is_meant(hit: Hit, question: Question) -> bool:
    """Whether a passage is said by those whose words are asked for."""
    speaker = hit.passage.speaker
    return speaker.name not in question.others_than and (speaker.role == "commenter" or not question.commenters)


def with_shares(hits: list[Hit]) -> list[tuple[Hit, float]]:
    """Each hit with its score as a share of the best one's."""
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    return [(hit, hit.score / best) for hit in hits]
