"""What a question's own words say about the answer it wants; the words are data, in service/data/cues.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from index.analysis import QuestionTerm
from index.errors import InvalidData
from service.strings import strings

MAX_TOPIC_CHARACTERS = 80
"""A longer topic is not repeated in the answer: it would be the question over again."""

AUTHOR = "author"
"""The kind of question that only the name of a text's author answers."""
REASON = "reason"
"""What a question prefers that asks why."""

QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,200})[\"“”«»]")
"""What a question puts between quotation marks of any language: a title, or somebody's words."""

Words = Mapping[str, frozenset[str]]


Patterns = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question that only a certain kind of sentence answers; patterns by language, "any" for all."""

    name: str
    asked: Patterns
    answered: Patterns

    def asked_in(self, text: str) -> list[tuple[int, int]]:
        """Where a question shows that it is of this kind ("how many"; "what does … cost"), nowhere if it is not.

        The patterns of every language are tried: short questions are easily taken for a neighbour's.
        """
        found = (pattern.search(text) for pattern in self.asked.values())
        match = next((match for match in found if match), None)
        if match is None:
            return []
        groups = (match.span(number) for number in range(1, (match.lastindex or 0) + 1))
        return [match.span(), *(span for span in groups if span[0] >= 0)]

    def is_answered(self, sentence: str, language: str, question: str) -> bool:
        """Whether a sentence is of the kind that answers it; what the question says itself is no answer."""
        said = question.casefold()
        return any(
            match[0].casefold() not in said
            for code in ("any", language)
            if code in self.answered
            for match in self.answered[code].finditer(sentence)
        )


@dataclass(frozen=True, slots=True)
class Cues:
    """Concept ids, words by language and patterns that tell what a question wants; cues.toml says what each is for."""

    frame: frozenset[str]
    voices: frozenset[str]
    saying: frozenset[str]
    texts: frozenset[str]
    text_languages: Mapping[str, tuple[str, ...]]
    among_comments: Patterns
    commenters: Patterns
    others_than_commenters: Patterns
    kinds: Mapping[str, Kind]
    preferences: Mapping[str, Kind]
    reason_before: Patterns
    numbered: frozenset[str]
    others: Patterns
    who_said: Patterns
    definition: Patterns
    defining: Patterns
    leaning: Words
    continuing: Mapping[str, tuple[str, ...]]
    announcing: Mapping[str, tuple[re.Pattern[str], ...]]
    begins: Mapping[str, tuple[str, ...]]
    ends: Words
    persons: Words
    owners: Words
    genitive: Mapping[str, str]
    points_back: Words
    topics: Mapping[str, tuple[re.Pattern[str], ...]]
    comparing: Patterns
    pairs: Mapping[str, tuple[re.Pattern[str], ...]]
    commenting: frozenset[str]
    overview: Patterns
    beside_overview: Patterns

    def is_frame(self, term: QuestionTerm) -> bool:
        """Whether a term speaks of the texts or of saying, not of the question's topic."""
        return term.kind in ("word", "phrase") and has(term, self.frame)

    def topic(self, text: str, language: str) -> tuple[int, int] | None:
        """Where a question of the form "what do they say about X" has its X: offsets into `text`."""
        for pattern in self.topics.get(language, ()):
            if (found := pattern.search(text)) and len(found["topic"]) <= MAX_TOPIC_CHARACTERS:
                return found.span("topic")
        return None

    def asks_commenters(self, text: str, language: str) -> bool | None:
        """Whether a question asks for what those say who comment on the texts, and for nobody else's words.

        None where it does not say whose.
        """
        if in_any(self.among_comments, text):
            return True
        start, end = self.topic(text, language) or (0, 0)
        frame = f"{text[:start]} {text[end:]}"
        if in_any(self.others_than_commenters, frame):
            return False
        return True if in_any(self.commenters, frame) else None

    def compares(self, text: str, language: str) -> list[tuple[int, int]]:
        """Where a question asks to compare: offsets of the words that say so."""
        pattern = self.comparing.get(language)
        return [match.span() for match in pattern.finditer(text)] if pattern else []

    def pair(self, text: str, language: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Where a question of the form "the difference between X and Y" has its X and its Y."""
        for pattern in self.pairs.get(language, ()):
            if found := pattern.search(text):
                return found.span("a"), found.span("b")
        return None

    def leans(self, sentence: str, language: str) -> bool:
        """Whether a sentence begins with a word that leans on the sentence before it ("It", "This", "But")."""
        first = re.search(r"\w+", sentence)
        return first is not None and first[0].lower() in self.leaning.get(language, frozenset())

    def explains(self, sentence: str, language: str) -> bool:
        """Whether a sentence begins like one that explains the sentence before it ("Because")."""
        began = sentence.lstrip(' \t\n–—-•*"“”»«').lower()
        return any(re.match(rf"{re.escape(begin)}(?!\w)", began) for begin in self.continuing.get(language, ()))

    def announces(self, sentence: str, language: str) -> int:
        """How many things a sentence announces ("three pieces of advice"), 0 where it announces none."""
        for pattern in self.announcing.get(language, ()):
            if found := pattern.search(sentence):
                count = found["count"].lower()
                return int(count) if count.isdigit() else strings(language).count(count)
        return 0

    def beginning(self, text: str, language: str) -> int:
        """The length of a beginning that goes on from the question before ("And what about"), 0 where there is none."""
        lowered = text.lower()
        lengths = [
            len(begin) for begin in self.begins.get(language, ()) if re.match(rf"{re.escape(begin)}(?!\w)", lowered)
        ]
        return max(lengths, default=0)

    def with_name(self, text: str, language: str, name: str) -> str:
        """A question with a name in the place of the pronouns of persons that it has."""

        def named(match: re.Match[str]) -> str:
            word = match[0].lower()
            if word in self.owners.get(language, ()):
                ending = self.genitive[language]
                return name if name[-1] in "sxz" and ending == "s" else name + ending
            return name if word in self.persons.get(language, ()) else match[0]

        return re.sub(r"\w+", named, text)

    def asks_what(self, text: str) -> bool:
        """Whether a question asks what something is, or what a word means."""
        return in_any(self.definition, text)

    def defined(self, sentence: str, language: str) -> str | None:
        """What stands before the words that say what it is ("… is a", "… means"); None where none do."""
        found = pattern.search(sentence) if (pattern := self.defining.get(language)) else None
        return sentence[: found.start()] if found else None

    def asked_kinds(self, text: str) -> tuple[Kind, ...]:
        """The kinds that a question is of."""
        kinds = tuple(kind for kind in self.kinds.values() if kind.asked_in(text))
        return tuple(kind for kind in kinds if kind.name == AUTHOR) or kinds

    def preferred(self, text: str) -> tuple[Kind, ...]:
        """What a question prefers, without which a sentence may answer it all the same."""
        return tuple(kind for kind in self.preferences.values() if kind.asked_in(text))

    def gives_reason_before(self, sentence: str, language: str) -> bool:
        """Whether a sentence gives the reason of what the sentence before it says ("That is because …")."""
        pattern = self.reason_before.get(language)
        return pattern is not None and pattern.search(sentence) is not None

    def others_than(self, text: str) -> tuple[int, int] | None:
        """Where a question of who is of another mind than somebody, or of the same, names that person."""
        found = (pattern.search(text) for pattern in self.others.values())
        return next((match.span("name") for match in found if match), None)

    def asks_who_said(self, text: str) -> bool:
        """Whether a question is who said what was answered before."""
        return in_any(self.who_said, text)


def in_any(patterns: Patterns, text: str) -> bool:
    """Whether a pattern of any language is in `text`: short questions are easily taken for a neighbour's."""
    return any(pattern.search(text) for pattern in patterns.values())


def has(term: QuestionTerm, concepts: frozenset[str]) -> bool:
    """Whether one of a term's senses is among `concepts`."""
    return any(concept in concepts for concept, _ in term.concepts)


def words_in(text: str, words: Words, language: str) -> bool:
    """Whether a word of `text` is among the language's `words`."""
    wanted = words.get(language, frozenset())
    return any(word in wanted for word in re.findall(r"\w+", text.lower()))


def load_cues() -> Cues:
    """Read the cues. Raises InvalidData when the file lacks a part or a pattern is wrong."""
    source = files("service").joinpath("data", "cues.toml")
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
        follow_up = table["follow_up"]
        return Cues(
            frame=frozenset(table["frame_concepts"]),
            voices=frozenset(table["voices_concepts"]),
            saying=frozenset(table["saying_concepts"]),
            texts=frozenset(table["text_concepts"]),
            text_languages={concept: tuple(codes) for concept, codes in table["text_languages"].items()},
            among_comments=compiled(table["commenters"]["inside"]),
            commenters=compiled(table["commenters"]["asked"]),
            others_than_commenters=compiled(table["commenters"]["others"]),
            kinds=as_kinds(table["kinds"]),
            preferences=as_kinds(table["preferences"]),
            reason_before=compiled(table["preferences"][REASON]["before"]),
            numbered=frozenset(table["numbered"]["words"]),
            others=compiled(table["others"]),
            who_said=compiled(follow_up["who_said"]),
            definition=compiled(table["definition"]["asked"]),
            defining=compiled(table["definition"]["says"]),
            leaning=by_language(table["leaning"]),
            continuing={language: tuple(words) for language, words in table["continuing"].items()},
            announcing=in_turn(table["announcing"]),
            begins={language: tuple(words) for language, words in follow_up["begins"].items()},
            ends=by_language(follow_up["ends"]),
            persons=by_language(follow_up["persons"]),
            owners=by_language(follow_up["owners"]),
            genitive={language: str(ending) for language, ending in follow_up["genitive"].items()},
            points_back=by_language(follow_up["points_back"]),
            topics=in_turn(table["topics"]),
            comparing=compiled(table["compare"]["words"]),
            pairs=in_turn(table["compare"]["pairs"]),
            commenting=frozenset(table["overview"]["commenting_concepts"]),
            overview=compiled(table["overview"]["asked"]),
            beside_overview=compiled(table["overview"]["besides"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, re.error) as error:
        raise InvalidData(f"service/data/cues.toml: {error}") from error


def as_kinds(table: Mapping[str, Mapping[str, Mapping[str, list[str]]]]) -> dict[str, Kind]:
    """The kinds of a table, by their names."""
    return {name: Kind(name, compiled(entry["asked"]), compiled(entry["answered"])) for name, entry in table.items()}


def by_language(table: Mapping[str, list[str]]) -> Words:
    """The words of each language as a set."""
    return {language: frozenset(words) for language, words in table.items()}


def compiled(table: Mapping[str, list[str]]) -> Patterns:
    """Each language's patterns as one."""
    return {language: re.compile("|".join(patterns), re.IGNORECASE) for language, patterns in table.items()}


def in_turn(table: Mapping[str, list[str]]) -> dict[str, tuple[re.Pattern[str], ...]]:
    """Each language's patterns, to be tried in their order."""
    return {
        language: tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
        for language, patterns in table.items()
    }
