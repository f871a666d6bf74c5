"""What is asked: the language, the topic, whether several voices are wanted, and who must have said it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from index.analysis import Analyzer, QuestionTerm, QuestionTerms
from index.library import Library
from index.record import Record
from index.records import Filters
from service.conversations import Earlier
from service.courtesies import asks_something, courtesy_language
from service.cues import Cues, Kind, has
from service.follow_up import SEPARATOR, carry_on, joined, of_somebody_else, referent
from service.numbered import Numbered, numbered
from service.overview import Overview, overview_asked
from service.sides import Side, sides
from service.slips import as_found, mend
from service.speakers import Names, named_speakers, told_apart
from service.strings import answer_language


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    `standalone` can be read without the conversation. `terms` are its content terms without its frame ("what do the
    authors think about") and without what only says who must speak: what the answer has to be about. The first
    `carried` of them come from the question before. `topic` is that in the question's own words, where the question
    has a form from which it can be told, and `topic_span` where it stands. `sides` are what it holds against each
    other. `says` is whether it asks what somebody says, `commenters` whether only the words of those are wanted who
    comment on the texts. `language` is the question's, `answer_language` the answer's. `speakers` and `languages` are
    whose words, and which texts, the question names; empty where it names none. `text` is as asked, all else is of the
    question with its slips of the finger mended. `overview` is what it asks for where it has no topic, and a
    `courteous` message asks nothing of the documents. `prefers` are kinds of sentences that answer it better,
    `numbered` the things in it that have a number for a name. `who_said` is whether it asks who said what was answered
    before, and `others_than` are those on whose words it asks for the words of others.
    """

    text: str
    standalone: str
    language: str
    answer_language: str
    terms: QuestionTerms
    carried: int
    topic: str | None
    topic_span: tuple[int, int] | None
    several_voices: bool
    says: bool
    kinds: tuple[Kind, ...]
    speakers: frozenset[str]
    languages: frozenset[str]
    prefers: tuple[Kind, ...] = ()
    numbered: tuple[Numbered, ...] = ()
    sides: tuple[Side, ...] = ()
    commenters: bool = False
    overview: Overview | None = None
    courteous: bool = False
    who_said: bool = False
    others_than: frozenset[str] = frozenset()

    def constrain(self, filters: Filters) -> Filters:
        """The asker's own filters, and what the question itself says about who must have said it and where."""
        return replace(
            filters,
            speakers=filters.speakers or self.speakers,
            languages=filters.languages or self.languages,
        )


def understand(
    text: str, *, language: str, earlier: Earlier | None, library: Library, cues: Cues, names: Names
) -> Question:
    """Understand one question.

    Args:
        text: the question as asked.
        language: the language that the answer must have, or "auto" for the question's own.
        earlier: the question before it in the conversation.
        names: those of everybody who speaks in the documents.
    """
    if earlier and cues.beginning(text, earlier.language):
        before = read(earlier.standalone, earlier.language, library.analyzer, cues, names)
        if asked_now := of_somebody_else(text, earlier, before, cues, names):
            found = understand(asked_now, language=language, earlier=None, library=library, cues=cues, names=names)
            return replace(found, text=text)
    if earlier and cues.asks_who_said(text):
        # The same again, to be told whose words they are.
        found = understand(earlier.standalone, language=language, earlier=None, library=library, cues=cues, names=names)
        spoken = library.detector.detect(text, prefer=earlier.language).language
        said_in = answer_language(spoken if language == "auto" else language)
        standalone = joined(earlier.standalone, text)
        return replace(found, text=text, standalone=standalone, answer_language=said_in, who_said=True)
    detected = library.detector.detect(text, prefer=earlier.language if earlier else None).language
    if not asks_something(text):
        return greeting(text, courtesy_language(text, detected), language)
    asked = text
    text = mend(text, detected, analyzer=library.analyzer, lexical=library.lexical, cues=cues, names=names)
    own = read(text, detected, library.analyzer, cues, names)
    standalone, speakers = text, own.speakers
    overview = own.overview(text, cues, library.record, goes_on=earlier is not None)
    if earlier and not overview:
        before = read(earlier.standalone, detected, library.analyzer, cues, names)
        if not own.speakers and (person := referent(earlier, before, names)):
            text = cues.with_name(text, detected, person)
            own = read(text, detected, library.analyzer, cues, names)
            standalone = text
        standalone, speakers = carry_on(text, own, earlier.standalone, before, detected, cues)
        if not own.topical.terms and not speakers:
            overview = before.overview(earlier.standalone, cues, library.record, goes_on=False)
    whole = own if standalone == text else read_parts(standalone, detected, library.analyzer, cues, names)
    boundary = len(standalone) - len(text) if standalone.endswith(SEPARATOR + text) else 0
    topic = cues.topic(text, detected) if standalone == text else None
    return Question(
        text=asked,
        standalone=standalone,
        language=detected,
        answer_language=answer_language(detected if language == "auto" else language),
        terms=replace(whole.topical, terms=as_found(whole.topical.terms, library.analyzer, library.lexical)),
        carried=sum(term.start < boundary for term in whole.topical.terms),
        topic=text[slice(*topic)].strip(" \"'“”«»„") if topic else None,
        topic_span=topic,
        says=own.says,
        several_voices=not speakers and (own.several_voices or (not own.topical.terms and whole.several_voices)),
        kinds=cues.asked_kinds(text),
        prefers=cues.preferred(text),
        others_than=own.others_than,
        numbered=numbered(standalone, whole.topical.terms, cues.numbered),
        speakers=frozenset(speakers),
        languages=own.languages or (frozenset() if own.topical.terms else whole.languages),
        sides=tuple(replace(side, terms=as_found(side.terms, library.analyzer, library.lexical)) for side in own.sides)
        if standalone == text
        else (),
        commenters=whole.says and not speakers and asks_commenters(standalone, detected, cues),
        overview=overview,
    )


def greeting(text: str, detected: str, language: str) -> Question:
    """A message that asks nothing."""
    return Question(
        text=text,
        standalone=text,
        language=detected,
        answer_language=answer_language(detected if language == "auto" else language),
        terms=QuestionTerms(text, detected, (), ()),
        carried=0,
        topic=None,
        topic_span=None,
        several_voices=False,
        says=False,
        kinds=(),
        speakers=frozenset(),
        languages=frozenset(),
        courteous=True,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of a text say, taken for itself; `topical` are its `terms` without frame and constraints."""

    terms: tuple[QuestionTerm, ...]
    topical: QuestionTerms
    several_voices: bool
    says: bool
    speakers: frozenset[str]
    languages: frozenset[str]
    sides: tuple[Side, ...]
    others_than: frozenset[str] = frozenset()

    def overview(self, text: str, cues: Cues, record: Record, *, goes_on: bool) -> Overview | None:
        """The overview that is asked for; None where there is a topic, or a fact or somebody's words are wanted."""
        if self.speakers or cues.asked_kinds(text):
            return None
        return overview_asked(text, self.terms, self.topical.terms, cues, record.titled, goes_on=goes_on)


def read(text: str, language: str, analyzer: Analyzer, cues: Cues, names: Names) -> Reading:
    """Read a question for itself. Where nothing but its frame is left, it has no topical terms."""
    analysed = replace(analyzer.question(text, language), spelled=True)
    everything = sorted((*analysed.terms, *analysed.functions), key=lambda term: term.start)
    compares = cues.compares(text, language)
    says = any(has(term, cues.saying) for term in everything)
    named = named_speakers(text, names, {term.start for term in analysed.functions}) if says or compares else {}
    others_at = cues.others_than(text)
    speakers, others = told_apart(named, others_at)
    spans = [span for found in speakers.values() for span in found]
    which = which_texts(analysed.terms, cues)
    spans += [(term.start, term.end) for pair in which for term in pair]
    # "What share of" and "how old" say what is asked for, not what about.
    spans += [span for kind in cues.kinds.values() for span in kind.asked_in(text)]
    # Who disagrees with somebody is to be found by saying so; there is nothing to compare.
    spans += [] if others_at else compares
    # The words of an entry such as "according to" are as much frame as the entry.
    spans += [(term.start, term.end) for term in everything if term.kind == "phrase" and cues.is_frame(term)]
    topical = tuple(
        term
        for term in analysed.terms
        if not cues.is_frame(term) and not any(start <= term.start < end for start, end in spans)
    )
    groups = dict.fromkeys(
        cues.text_languages[concept]
        for adjective, *_ in which
        for concept, _ in adjective.concepts
        if concept in cues.text_languages
    )
    return Reading(
        terms=analysed.terms,
        topical=replace(analysed, terms=topical),
        several_voices=any(has(term, cues.voices) for term in everything),
        says=says,
        speakers=frozenset(speakers),
        languages=frozenset(code for group in groups for code in group),
        sides=sides(text, language, topical, speakers, tuple(groups), cues),
        others_than=others,
    )


def read_parts(standalone: str, language: str, analyzer: Analyzer, cues: Cues, names: Names) -> Reading:
    """Read a question that is joined of several, each for itself: "And the Swedish one?" has no topic of its own.

    Which texts are meant is told by the last part that says it.
    """
    start = 0
    terms: list[QuestionTerm] = []
    functions: list[QuestionTerm] = []
    several = says = False
    languages: frozenset[str] = frozenset()
    for part in standalone.split(SEPARATOR):
        reading = read(part, language, analyzer, cues, names)
        terms += shifted(reading.topical.terms, start)
        functions += shifted(reading.topical.functions, start)
        several, says = several or reading.several_voices, says or reading.says
        languages = reading.languages or languages
        start += len(part) + len(SEPARATOR)
    whole = QuestionTerms(standalone, language, tuple(terms), tuple(functions), spelled=True)
    return Reading(whole.terms, whole, several, says, frozenset(), languages, ())


def asks_commenters(standalone: str, language: str, cues: Cues) -> bool:
    """Whether only commenters' words are wanted: the last of the joined questions that says whose tells."""
    said = (cues.asks_commenters(part, language) for part in reversed(standalone.split(SEPARATOR)))
    return next((whose for whose in said if whose is not None), False)


def shifted(terms: Collection[QuestionTerm], start: int) -> list[QuestionTerm]:
    """Terms of a part as terms of the whole, in which the part begins at `start`."""
    return [replace(term, start=term.start + start, end=term.end + start) for term in terms]


def which_texts(terms: tuple[QuestionTerm, ...], cues: Cues) -> list[tuple[QuestionTerm, ...]]:
    """The stretches that say which texts are meant: "Swedish post", or a last "Swedish" with no other topic.

    Of "the Danish and the Swedish post", both.
    """
    words = [term for term in terms if term.kind != "phrase"]
    adjectives = frozenset(cues.text_languages)
    found: list[tuple[QuestionTerm, ...]] = []
    for place, term in enumerate(words):
        if not has(term, adjectives):
            continue
        after = place + 1
        while after < len(words) and has(words[after], adjectives):
            after += 1
        if after < len(words) and has(words[after], cues.texts):
            inside = [other for other in terms if term.start <= other.start and other.end <= words[after].end]
            found.append((term, *inside))
        elif all(cues.is_frame(other) or other is term for other in words):
            found.append((term,))
    return found
