"""What is asked: the language, the topic, whether several voices are wanted, and who must have said it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from index.library import Library

from index.analysis import QuestionTerms
from index.records import Filters
from service.cues import Cues, has
from service.speakers import named_speakers
from service.strings import answer_language


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    `terms` are its content terms without its frame ("what do the authors think about") and without the names in
    `speakers`: what the answer has to be about. `topic` is that in the question's own words, where the question has a
    form from which it can be told. `language` is the question's, `answer_language` the answer's.
    """

    text: str
    standalone: str
    language: str
    answer_language: str
    terms: QuestionTerms
    topic: str | None
    several_voices: bool
    speakers: frozenset[str]

    def constrain(self, filters: Filters) -> Filters:
        """The asker's own filters, and what the question itself says about who must have said it."""
        if not self.speakers or filters.speakers:
            return filters
        return replace(filters, speakers=self.speakers)


def understand(
    text: str, *, language: str, prefer: str | None, library: Library, cues: Cues, names: Collection[str]
) -> Question:
    """Understand one question.

    Args:
        text: the question as asked.
        language: the language that the answer must have, or "auto" for the question's own.
        prefer: the conversation's language, for a question too short to tell.
        names: those of everybody who speaks in the documents.
    """
    detected = library.detector.detect(text, prefer=prefer).language
    analysed = library.analyzer.question(text, detected)
    everything = (*analysed.terms, *analysed.functions)
    says = any(has(term, cues.saying) for term in everything)
    speakers = named_speakers(text, names) if says else {}
    spans = [span for found in speakers.values() for span in found]
    topical = tuple(
        term
        for term in analysed.terms
        if not cues.is_frame(term) and not any(start <= term.start < end for start, end in spans)
    )
    # A question of nothing but frame words ("what do they write about authors?") has those for its topic.
    about = topical or tuple(term for term in analysed.terms if not any(a <= term.start < b for a, b in spans))
    return Question(
        text=text,
        standalone=text,
        language=detected,
        answer_language=answer_language(detected if language == "auto" else language),
        terms=replace(analysed, terms=about),
        topic=cues.topic(text, detected),
        several_voices=not speakers and any(has(term, cues.voices) for term in everything),
        speakers=frozenset(speakers),
    )
