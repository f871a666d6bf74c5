"""The records between the stages of a gloss: token → readings → chosen reading → words of the target language."""

from __future__ import annotations

from dataclasses import dataclass, replace

from index.lexicon import Concept


@dataclass(frozen=True, slots=True)
class FunctionWord:
    """A row of function_words.tsv: what it does (`tag`, `feature`), and its forms in each language, the usual first.

    `verb` is the English verb that the row is a form of, so that it can agree with its subject.
    """

    tag: str
    feature: str
    verb: str
    forms: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Sense:
    """A concept that a word may stand for; `cost` grows with how unlikely that is before the context is known."""

    concept: Concept
    cost: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a word or several.

    `tag` is the word class as the neighbours see it, `feature` the inflection ("sg.def", "past", "comp", …).
    A reading has senses (a content word), a function word, parts (a compound, in order), or none (kept as written).
    """

    tag: str
    weight: float = 0.0
    pos: str = ""
    feature: str = ""
    lemma: str = ""
    senses: tuple[Sense, ...] = ()
    function: FunctionWord | None = None
    parts: tuple[Reading, ...] = ()
    genitive: bool = False

    @property
    def kept(self) -> bool:
        """Whether the word stays as it is written."""
        return not (self.senses or self.function or self.parts)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number, address or sign of the text, with the blanks before it reduced to none or one."""

    text: str
    space: bool
    word: bool
    sentence_start: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A reading of `tokens[start:end]`, chosen among others; `words` is what it becomes in the target language.

    `after` is the word class that the following word sees, where that is not the reading's own; `inner` are the
    function words that stand inside an entry of several words (`handler ikke om`). A `dropped` node's words are final.
    `rivals` are other readings of the same words that fit the sentence about as well.
    """

    start: int
    end: int
    reading: Reading
    sense: Sense | None = None
    words: str = ""
    dropped: bool = False
    after: str = ""
    inner: tuple[FunctionWord, ...] = ()
    rivals: tuple[Reading, ...] = ()

    @property
    def tag(self) -> str:
        """The word class without what a colon tells it apart by."""
        return self.reading.tag.partition(":")[0]

    @property
    def plural(self) -> bool:
        return self.reading.feature.startswith("pl") or self.reading.feature.endswith(".pl")

    def inflected(self, feature: str) -> Node:
        """The node with other inflection."""
        return replace(self, reading=replace(self.reading, feature=feature))


@dataclass(frozen=True, slots=True)
class Pair:
    """Words of the source and what a gloss has for them; `content` is whether they are more than grammar."""

    original: str
    words: str
    content: bool
