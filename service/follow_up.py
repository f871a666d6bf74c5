"""Questions that go on from the one before: "and trust?", "why?", "what did she say about it?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.analysis import QuestionTerm
from service.conversations import Earlier
from service.cues import Cues, words_in
from service.speakers import Names, named_speakers

if TYPE_CHECKING:
    from service.understand import Reading

SEPARATOR = " – "
"""Between the question before and the one that goes on from it, in a standalone question."""
MAX_STANDALONE_CHARACTERS = 600
"""A longer standalone question loses its oldest part: what was asked five questions ago is no longer meant."""
MAX_TERMS_OF_A_POINTER = 3
"""A question with more content words than this stands on its own, whatever pronouns it has."""


def carry_on(
    text: str, own: Reading, earlier: str, before: Reading, language: str, cues: Cues
) -> tuple[str, frozenset[str]]:
    """The standalone form of a question, and whose words it asks for.

    Args:
        text, own: the question and its reading.
        earlier, before: the standalone question before it and its reading.

    Without a topic of its own, or pointing back ("them", "that"), a question is read together with the one before. One
    that begins like "And trust?" and only names a new topic takes the place of the old topic. A personal pronoun
    stands for whoever spoke in the question before.
    """
    begins = cues.beginning(text, language)
    speakers = own.speakers
    if not speakers and words_in(text, cues.persons, language):
        speakers = before.speakers
    new_topic = text[begins:].strip(" ,?!.")
    old_topic = cues.topic(earlier, language)
    if (
        begins
        and own.topical.terms
        and old_topic
        and not own.speakers
        and len(new_topic.split()) <= MAX_TERMS_OF_A_POINTER
    ):
        start, end = old_topic
        return earlier[:start] + new_topic + earlier[end:], speakers or before.speakers
    points = words_in(text, cues.points_back, language) or words_in(text, cues.persons, language)
    few = len(own.topical.terms) <= MAX_TERMS_OF_A_POINTER
    if not own.topical.terms or (few and (points or begins)):
        return joined(earlier, text), speakers or (before.speakers if not own.topical.terms else frozenset())
    return text, speakers


def of_somebody_else(text: str, earlier: Earlier, before: Reading, cues: Cues, names: Names) -> str | None:
    """The question before, asked of another person: "And Anna Berg?" after "What does Bo Ek say about fish?".

    None where more is said, nobody is named who speaks, or not one person's words were asked for by one question.

    Args:
        before: the reading of the earlier question.
    """
    begins = cues.beginning(text, earlier.language)
    if not begins or SEPARATOR in earlier.standalone or len(before.speakers) != 1:
        return None
    words = text[begins:].strip(" ,?!.").split()
    while words and words[-1].lower() in cues.ends.get(earlier.language, ()):
        words.pop()
    name = " ".join(words).rstrip(",")
    named = list(named_speakers(name, names).values())
    if len(named) != 1 or (0, len(name)) not in named[0]:
        return None
    asked = earlier.standalone
    spans = named_speakers(asked, names).get(next(iter(before.speakers)), [])
    for start, end in sorted(spans, reverse=True):
        asked = asked[:start] + name + asked[end:]
    return asked if spans else None


def referent(earlier: Earlier, before: Reading, names: Names) -> str | None:
    """The one person whom "she" or "he" stands for after a question and its answer, None where it may be several.

    Whoever spoke in the question; else somebody it names in full; else the one person whom the answer quotes.

    Args:
        before: the reading of the earlier question.
        names: of everybody who speaks in the documents.
    """
    if before.speakers:
        return next(iter(before.speakers)) if len(before.speakers) == 1 else None
    full = full_names(earlier.standalone, before)
    if full:
        return full[0] if len(full) == 1 else None
    # Introductions name who speaks; the quotes under them may name others.
    said = "\n".join(line for line in earlier.answer.splitlines() if not line.startswith(">"))
    spoken = named_speakers(said, names)
    return next(iter(spoken)) if len(spoken) == 1 else None


def full_names(text: str, reading: Reading) -> list[str]:
    """The names of two words and more that a question has."""
    found: list[str] = []
    run: list[QuestionTerm] = []
    for term in (*(term for term in reading.topical.terms if term.kind != "phrase"), None):
        follows = run and term is not None and text[run[-1].end : term.start] == " "
        if term is not None and term.kind == "name" and (follows or not run):
            run.append(term)
            continue
        if len(run) > 1:
            found.append(text[run[0].start : run[-1].end])
        run = [term] if term is not None and term.kind == "name" else []
    return found


def joined(earlier: str, text: str) -> str:
    """Both questions, the oldest parts of the earlier one dropped while the whole is too long."""
    parts = earlier.split(SEPARATOR)
    while len(parts) > 1 and len(SEPARATOR.join((*parts, text))) > MAX_STANDALONE_CHARACTERS:
        parts.pop(0)
    return SEPARATOR.join((*parts, text))
