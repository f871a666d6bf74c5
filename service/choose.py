"""From passages to quotes: the whole sentences that bear on the question, a fair share for every voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Hit, Passage, Span
from service.coverage import Coverage, Match
from service.cues import AUTHOR, Cues, Kind
from service.numbered import Numbered, other_number
from service.paragraphs import begins_paragraph, on_new_line
from service.records import Quote
from service.right_of_way import Aside, go_on

SENTENCE, PASSAGE, RANK = 0.55, 0.25, 0.2
"""What a sentence is chosen by: what it has of the question, what its passage has (a sentence need not repeat what the
one before it is about), and how well its passage was retrieved. Decision 0301."""
OF_THE_KIND = 0.2
"""What a sentence gains that is of the kind that answers the question: a number for "how many"."""
ABOVE = 0.3
"""What is in the headings above a sentence, or in the question that it answers, and in no sentence beside it, counts so
much for it: under "Mileage" it need not speak of mileage. Decision 0304."""
SAID = 0.3
"""The strength from which a sentence says something itself, if only in a related word."""
ONLY_ASKS = 0.35
"""What is left of the score of a turn in a conversation that only asks: the answer is what others say to it."""
NOT_PROSE = 0.75
"""What is left of the score of a sentence that only names things: a heading or a list of words says little on them."""
NEAR_BEST = 0.55
"""A quote must have this share of what the best one has; below it, quotes begin to be about something else."""
NEAR_BEST_OF_OTHERS = 0.75
"""The same for voices other than the best one's, where several are not asked for."""
MAX_SENTENCES_PER_VOICE = 3
MAX_LEANING = 2
"""Sentences that one may lean on in turn ("That is so. But it …"); further back it is another thought."""
SHORT_CHARACTERS = 60
MAX_QUOTE_CHARACTERS = 600
"""A sentence is only joined to its neighbours while the quote stays this short. A single sentence may be longer."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted: its place in its passage, and what it and the whole passage have of the question.

    `near` is what it has together with the sentences beside it and the heading above it. `of_the_kind` says whether it
    is of every kind that the question asks for.
    """

    passage: Passage
    place: int
    score: float
    own: Match
    near: Match
    whole: Match
    context: Match
    of_the_kind: bool


Voice = tuple[str, str, str | None, int]


def voice_of(passage: Passage) -> Voice:
    """Who speaks: an unnamed comment is a voice of its own, a named person is one over all of a document."""
    number = 0 if passage.speaker.name else passage.number
    return passage.document_id, passage.speaker.role, passage.speaker.name, number


def candidates(
    hits: Sequence[Hit],
    coverage: Coverage,
    kinds: Sequence[Kind],
    numbered: Sequence[Numbered] = (),
    aside: Aside = go_on,
) -> list[Candidate]:
    """Every sentence of the passages that has something of the question, best first; ties in the order of the hits.

    Of a question without any topic ("What does Ann think?") every sentence there is. `aside` is called before each hit.
    """
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    found: list[Candidate] = []
    for hit in hits:
        aside()
        found += of_passage(hit.passage, hit.score / best, coverage, kinds, numbered)
    return sorted(found, key=lambda candidate: -candidate.score)


def of_passage(
    passage: Passage, rank: float, coverage: Coverage, kinds: Sequence[Kind], numbered: Sequence[Numbered]
) -> list[Candidate]:
    """The candidates of one passage; `rank` is its retrieval score as a share of the best one's."""
    language = passage.language
    # Whoever speaks is part of what a sentence is about: "What does Mette think of …" is answered by her words.
    around = coverage.measure(passage.speaker.name or "", language)
    texts = [sentence_text(passage, span) for span in passage.sentences]
    own = [coverage.together((coverage.measure(text, language), around)) for text in texts]
    title, _, headings = passage.context.partition("\n")
    above = coverage.measure(headings, language)
    context = coverage.together((coverage.measure(title, language), above))
    # Text below a heading mostly says itself what it is about; an answer need not repeat what was asked.
    silent = all(max(match.units, default=0.0) < SAID for match in own)
    above = only_above(coverage, above, own) if silent or passage.kind == "quotation" else coverage.nothing
    whole = coverage.together((*own, context, around))
    asks = passage.kind == "quotation" and all(text.endswith("?") for text in texts)
    elsewhere = [other_number(numbered, text) for text in texts]
    found: list[Candidate] = []
    if coverage.units and not whole.share:
        return found
    for place, (text, match) in enumerate(zip(texts, own, strict=True)):
        share = match.share + ABOVE * (coverage.together((match, above)).share - match.share)
        if coverage.units and not share and not kinds:
            continue
        beside = range(max(0, place - 1), min(len(own), place + 2))
        near = coverage.together((*(own[at] for at in beside if at == place or not elsewhere[at]), context))
        answers = bool(kinds) and all(is_of(kind, text, passage, coverage.question) for kind in kinds)
        of_the_kind = answers and not elsewhere[place]
        # The sentence with the number may have nothing else: what it counts stands before it.
        if coverage.units and not share and not (of_the_kind and near.share > 0):
            continue
        score = SENTENCE * share + PASSAGE * whole.share + RANK * rank + OF_THE_KIND * of_the_kind
        if not coverage.is_prose(text, language):
            score *= NOT_PROSE
        score *= ONLY_ASKS if asks else 1.0
        found.append(
            Candidate(passage, place, score, match, near, whole, coverage.together((context, around)), of_the_kind)
        )
    return found


def only_above(coverage: Coverage, above: Match, own: Sequence[Match]) -> Match:
    """What the headings have that no sentence below them has: one that says it itself is the better quote."""
    if not above.share:
        return coverage.nothing
    said = (max(units) for units in zip(*(match.units for match in own), strict=True))
    return coverage.match([high if low < SAID else 0.0 for high, low in zip(above.units, said, strict=True)])


def is_of(kind: Kind, text: str, passage: Passage, question: str) -> bool:
    """Whether a sentence of a passage is of the kind that answers: who wrote a text is told by who speaks in it."""
    if kind.name == AUTHOR:
        return passage.speaker.role == "author" and passage.speaker.name is not None
    return kind.is_answered(text, passage.language, question)


def choose(found: Sequence[Candidate], cues: Cues, *, several_voices: bool, max_quotes: int) -> list[Quote]:
    """The quotes of an answer, grouped by voice, the voice with the best quote first, each voice in reading order.

    Where several voices are asked for, every voice has its best sentence before any has a second.
    """
    if not found:
        return []
    best, first = found[0].score, voice_of(found[0].passage)
    near = [
        candidate
        for candidate in found
        if candidate.score
        >= (NEAR_BEST if several_voices or voice_of(candidate.passage) == first else NEAR_BEST_OF_OTHERS) * best
    ]
    voices: dict[Voice, list[Candidate]] = {}
    for candidate in near:
        voices.setdefault(voice_of(candidate.passage), []).append(candidate)
    chosen = [mine[0] for mine in voices.values()] if several_voices else []
    for candidate in near:
        from_voice = sum(voice_of(other.passage) == voice_of(candidate.passage) for other in chosen)
        if candidate not in chosen and from_voice < MAX_SENTENCES_PER_VOICE:
            chosen.append(candidate)
    quotes: list[Quote] = []
    for voice in voices:
        mine = [candidate for candidate in chosen[:max_quotes] if voice_of(candidate.passage) == voice]
        parts = join([widen(candidate, cues) for candidate in mine])
        quotes += parts if several_voices else best_first(parts)
    return quotes


def best_first(quotes: list[Quote]) -> list[Quote]:
    """The best of a voice's quotes before the others, which keep their order: it is the answer, and they go with it."""
    best = max(quotes, key=lambda quote: quote.score, default=None)
    return sorted(quotes, key=lambda quote: quote is not best)


def widen(candidate: Candidate, cues: Cues) -> tuple[Candidate, int, int]:
    """First and last sentence of a quote: with those before that it leans on, those after if it is cut off.

    A sentence that begins with "This" or ends with a colon says nothing on its own; nor does a very short one. What
    announces a list brings the list, an item of one brings all of it, and a reason stays with what it explains.
    """
    passage, sentences = candidate.passage, candidate.passage.sentences
    first = last = candidate.place

    def text(place: int) -> str:
        return sentence_text(passage, sentences[place])

    def fits(a: int, b: int) -> bool:
        within = a >= 0 and b < len(sentences)
        return within and sentences[b].end - sentences[a].start <= MAX_QUOTE_CHARACTERS

    lead = lead_of(candidate)
    if lead is not None and fits(lead, last):
        first = lead
    for _ in range(MAX_LEANING):
        if not cues.leans(text(first), passage.language) or not fits(first - 1, last):
            break
        first -= 1
    short = sentences[last].end - sentences[last].start < SHORT_CHARACTERS
    announced = cues.announces(text(first), passage.language)
    if short and lead is None and not announced:
        # What stands beside it in its paragraph: the next paragraph is about something else.
        if fits(first, last + 1) and not begins_paragraph(passage, last + 1):
            last += 1
        elif first == last and fits(first - 1, last) and not begins_paragraph(passage, first):
            first -= 1
    announced = max(0, announced - (last - first))
    lists = lead is not None
    while fits(first, last + 1):
        opened = text(last).rstrip().endswith(":")
        item = lists and on_new_line(passage, last + 1)
        if not (opened or item or announced or cues.explains(text(last + 1), passage.language)):
            break
        announced = max(0, announced - 1)
        lists = lists or opened
        last += 1
    return candidate, first, last


def lead_of(candidate: Candidate) -> int | None:
    """The place of the sentence that opens the list, by a colon, of which the candidate is an item; None elsewhere."""
    passage, place = candidate.passage, candidate.place
    while place > 0:
        if sentence_text(passage, passage.sentences[place - 1]).rstrip().endswith(":"):
            return place - 1
        if not on_new_line(passage, place):
            break
        place -= 1
    return None


def join(parts: Sequence[tuple[Candidate, int, int]]) -> list[Quote]:
    """Quotes in reading order, those of one passage that touch or overlap made one."""
    merged: list[tuple[Candidate, int, int]] = []
    for candidate, first, last in sorted(parts, key=lambda part: (part[0].passage.start, part[1])):
        if merged:
            before, start, end = merged[-1]
            if before.passage.id == candidate.passage.id and first <= end + 1:
                best = max(before, candidate, key=lambda one: one.score)
                merged[-1] = (best, start, max(end, last))
                continue
        merged.append((candidate, first, last))
    return [quote(candidate, first, last) for candidate, first, last in merged]


def quote(candidate: Candidate, first: int, last: int) -> Quote:
    """The sentences first..last of a passage as a quote."""
    passage = candidate.passage
    start, end = passage.sentences[first].start, passage.sentences[last].end
    return Quote(
        document_id=passage.document_id,
        passage_id=passage.id,
        speaker=passage.speaker,
        language=passage.language,
        text=passage.text[start - passage.start : end - passage.start],
        start=start,
        end=end,
        score=round(candidate.score, 4),
    )


def sentence_text(passage: Passage, span: Span) -> str:
    """A sentence of a passage, by its absolute span."""
    return passage.text[span.start - passage.start : span.end - passage.start]
