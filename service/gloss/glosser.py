"""The way from a quote to its gloss: words, readings, the readings that fit, the other language's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate

from index.lexicon import LANGUAGES, Lexicon
from index.words import WordAnalyzer
from service.gloss.choose import choose_senses
from service.gloss.compounds import Compounds
from service.gloss.confidence import Confidence
from service.gloss.data import load_tables
from service.gloss.english import EnglishWriter
from service.gloss.entries import Entries
from service.gloss.lattice import Transitions, best_path
from service.gloss.morphology import Morphology
from service.gloss.nordic import NordicWriter
from service.gloss.plurals import numbered
from service.gloss.readings import Reader
from service.gloss.records import Node, Pair, Reading, Token
from service.gloss.rewrite import decade, rewrite
from service.gloss.tokens import expand, tokenize
from service.gloss.vocabulary import Vocabulary

MAX_CHARACTERS = 6_000
"""Longer texts are not glossed: no quote is as long, and nobody reads a gloss of pages."""
_CLAUSE_SIGNS = {",": ",", ";": "END", ".": "END", "!": "END", "?": "END", "…": "END", ":": "END", "–": ",", "—": ","}


def is_glossable(source: str, target: str) -> bool:
    """Whether there is a gloss from `source` to `target`: two different ones of the five languages."""
    return source != target and source in LANGUAGES and target in LANGUAGES


class Glosser:
    """Makes word-for-word aids. Deterministic, offline, and safe to use from several threads."""

    def __init__(self, lexicon: Lexicon, words: WordAnalyzer | None = None) -> None:
        """Take the lexicon, and the word analyser of the index where there is one (its cache is shared)."""
        tables = load_tables()
        words = words or WordAnalyzer(lexicon)
        morphology = Morphology(tables, words)
        self._lexicon = lexicon
        self._morphology = morphology
        self._tables = tables
        self._follows = {language: Transitions(tables.transitions, language) for language in LANGUAGES}
        vocabulary = Vocabulary(lexicon, tables.entries)
        self._reader = Reader(vocabulary, tables, words, morphology)
        self._compounds = Compounds(self._reader, tables.no_parts)
        self._entries = Entries(vocabulary, tables, self._reader)
        self._confidence = Confidence(lexicon, tables)
        self._english = EnglishWriter(morphology, tables.wordings)
        self._nordic = {
            language: NordicWriter(language, morphology, words, tables.wordings)
            for language in LANGUAGES
            if language != "en"
        }
        self._gloss = lru_cache(maxsize=1_000)(self._make)

    def gloss(self, text: str, source: str, target: str) -> str:
        """`text` word for word in `target`; words that are not known, names and numbers stay as they are.

        An aid to reading, never a translation: the order of the words is the source's. A text between other languages
        than the lexicon's, or of more than MAX_CHARACTERS, is returned as it is.
        """
        if not is_glossable(source, target) or len(text) > MAX_CHARACTERS:
            return text
        return self._gloss(text, source, target)

    def pairs(self, text: str, source: str, target: str) -> tuple[Pair, ...]:
        """The words of `text` beside what the gloss has for them, in the gloss's order; signs are left out."""
        tokens, written = self._written(text, source, target)
        return tuple(
            Pair(
                " ".join(token.text for token in tokens[node.start : node.end]),
                node.words,
                bool(node.reading.senses or node.reading.parts or node.tag == "N"),
            )
            for node in written
            if tokens[node.start].word
        )

    def _make(self, text: str, source: str, target: str) -> str:
        return _join(*self._written(text, source, target))

    def chosen(self, text: str, source: str, target: str) -> tuple[Node, ...]:
        """The readings that a gloss is written from; those in doubt are dropped."""
        return self._chosen(text, source, target)[1]

    def _chosen(self, text: str, source: str, target: str) -> tuple[list[Token], tuple[Node, ...]]:
        tokens = tokenize(text)
        if source == "en":
            tokens = expand(tokens, self._tables.contractions)
        nodes = self.read(tokens, source)
        nodes = rewrite(nodes, source, target, self._tables.function_words)
        return tokens, self._confidence.leave_unsure(nodes, source, target)

    def _written(self, text: str, source: str, target: str) -> tuple[list[Token], tuple[Node, ...]]:
        tokens, nodes = self._chosen(text, source, target)
        written = self._english.write(nodes) if target == "en" else self._nordic[target].write(nodes, source)
        return tokens, written

    def read(self, tokens: Sequence[Token], language: str) -> tuple[Node, ...]:
        """The readings of a text that fit together, with their senses."""
        nodes = self.candidates(tokens, language)
        path = best_path(nodes, _places(tokens), self._follows[language])
        return choose_senses(numbered(path, language, self._morphology), self._lexicon)

    def candidates(self, tokens: Sequence[Token], language: str) -> list[Node]:
        """Every reading of every word, and of every entry of several words."""
        nodes: list[Node] = []
        words: list[str | None] = []
        for place, token in enumerate(tokens):
            word = token.text.lower().replace("’", "'") if token.word else None
            words.append(None if word is None or self._is_name(tokens, place, language) else word)
            if _counts(token):
                nodes.extend(
                    Node(place, place + 1, found, words=token.text) for found in self._readings(tokens, place, language)
                )
        for node in self._entries.find(words, language):
            kept = " ".join(token.text for token in tokens[node.start : node.end])
            nodes.append(replace(node, words=kept))
        return nodes

    def _readings(self, tokens: Sequence[Token], place: int, language: str) -> Sequence[Reading]:
        """The readings of one token; a token that stays as it is has one, of the word class that its shape tells."""
        token = tokens[place]
        if not token.word:
            return (Reading(_CLAUSE_SIGNS.get(token.text, "SIGN")),)
        if token.text[0].isdigit():
            if decade(token.text):
                return (Reading("N", feature="pl.def"),)
            return (Reading("NUM", feature="" if token.text == "1" else "pl"),)
        if self._is_name(tokens, place, language):
            return self._names(token.text, language)
        word = token.text.lower().replace("’", "'")
        if language == "en" and word.endswith(("'s", "s'")):
            base = word[:-2] if word.endswith("'s") else word[:-1]
            return [
                replace(reading, tag="NGEN", genitive=True)
                for reading in self._reader.read(base, language)
                if reading.pos in ("noun", "name")
            ] or (Reading("NGEN"),)
        found: Sequence[Reading] = self._reader.read(word, language)
        if language == "da" and word == "i" and not token.sentence_start:
            # The pronoun (you) is written with a capital.
            found = [reading for reading in found if (reading.tag == "PREP") == (token.text == "i")]
        if not found and "-" in word:
            found = self._compounds.hyphenated(token.text, language)
        return found or (Reading("NAME" if token.text[0].isupper() else "N"),)

    def _names(self, written: str, language: str) -> Sequence[Reading]:
        found = [reading for reading in self._reader.read(written.lower(), language) if reading.pos == "name"]
        if found and written.lower() not in {name.lower() for name in self._tables.names}:
            return found
        genitive = language != "en" and written.endswith("s") and len(written) > 3
        return (Reading("NAME"), Reading("NGEN", -0.6)) if genitive else (Reading("NAME"),)

    def _is_name(self, tokens: Sequence[Token], place: int, language: str) -> bool:
        """Whether a token is to be read as a name, not as the common noun that is spelt like it."""
        token = tokens[place]
        written = token.text
        if not written[0].isupper() or ("-" in written and written.rpartition("-")[2].islower()):
            return False
        if written.isupper() and len(written) > 1:
            return not self._is_function(written, language)
        neighbours = [tokens[other] for other in (place - 1, place + 1) if 0 <= other < len(tokens)]
        beside = any(other.word and other.text[0].isupper() and not other.sentence_start for other in neighbours)
        if token.sentence_start:
            if written in self._tables.names:
                return beside or not self._is_function(written, language)
            return (
                beside and not self._is_function(written, language) and not self._reader.read(written.lower(), language)
            )
        if written in self._tables.names:
            return True
        if language == "en" and written in ("I", "I'm"):
            return False
        return not (self._is_function(written, language) and not beside) and not self._is_noun(
            written, beside, language
        )

    def _is_function(self, written: str, language: str) -> bool:
        return written.lower() in self._reader.functions(language)

    def _is_noun(self, written: str, beside: bool, language: str) -> bool:
        """Whether a capital in mid-sentence is only a manner of writing a common noun (`Internett`)."""
        if beside or written in self._tables.names or len(written) < 6:
            return False
        return any(
            reading.pos == "noun" and not reading.parts and reading.weight > -0.9
            for reading in self._reader.read(written.lower(), language)
        )


def _counts(token: Token) -> bool:
    """Whether a token has a place of its own among its neighbours; quotation marks and the like have none."""
    return token.word or token.text in _CLAUSE_SIGNS


def _places(tokens: Sequence[Token]) -> list[int]:
    """The place of each token among those that count."""
    return [counted - 1 for counted in accumulate(_counts(token) for token in tokens)]


def _join(tokens: Sequence[Token], nodes: Sequence[Node]) -> str:
    """The words with the signs and blanks of the source; a capital where a sentence of the source has one."""
    starts = {node.start: node for node in nodes}
    covered = {place for node in nodes for place in range(node.start + 1, node.end)}
    pieces: list[str] = []
    raise_next = False
    order = iter(nodes)
    for place, token in enumerate(tokens):
        if place in covered:
            continue
        if place not in starts:
            pieces.append((" " if token.space and pieces else "") + token.text)
            continue
        # Words that changed places come in the order of the nodes.
        node = next(order)
        raise_next = raise_next or (token.sentence_start and token.text[:1].isupper())
        if not node.words:
            continue
        words = node.words
        if raise_next and token.word:
            words = words[0].upper() + words[1:]
            raise_next = False
        elif token.text.isupper() and len(token.text) > 1 and node.reading.function:
            words = words.upper()
        pieces.append((" " if token.space and pieces else "") + words)
    return "".join(pieces).strip()
