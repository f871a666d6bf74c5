"""The words by which texts say who speaks, and what a person's name and a date look like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.errors import InvalidData
from index.phrases import DATA, PhraseTable, expand, phrases_of, read_toml, words_of

_LONGEST_NAME_WORDS = 5
_LONGEST_NAME = 50
_LONGEST_MOMENT = 40
_MOMENT_WORDS = 4
_BETWEEN = " \t\u00a0·•|–—-,»"
_NAME_WORD = re.compile(r"[^\W\d_][\w.'’´`-]*", re.UNICODE)
_ALIAS = re.compile(r"[^\W_][\w.'’@+~!-]*", re.UNICODE)
_SUFFIX = re.compile(r"\s*[(\[][^()\[\]]{0,40}[)\]]\s*$")
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\b)?"
)
_FIRST_WORD = re.compile(r"\W*([^\W\d_]+)")
_LAST_WORD = re.compile(r"(\w+)\W*$")
_DATE_TOKEN = re.compile(r"\d+(?:st|nd|rd|th)?|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Speech:
    """The lists of data/speech.toml, all languages together; every set holds compared words (see `words_of`)."""

    counted_sections: PhraseTable[str]
    bare_sections: PhraseTable[str]
    comment_verbs: frozenset[str]
    posted_by: frozenset[str]
    quoted_from: tuple[str, ...]
    byline_labels: PhraseTable[str]
    byline_prepositions: frozenset[str]
    author_headings: PhraseTable[str]
    about: frozenset[str]
    author_verbs: frozenset[str]
    quotation_verbs: frozenset[str]
    quotation_verb_words: frozenset[str]
    pronouns_self: frozenset[str]
    pronouns_other: frozenset[str]
    particles: frozenset[str]
    joining: frozenset[str]
    not_before_speaker: frozenset[str]
    titles: frozenset[str]
    title_endings: tuple[str, ...]
    nobody: frozenset[str]
    badges: frozenset[str]
    months: frozenset[str]
    date_words: frozenset[str]
    moments: PhraseTable[str]
    moment_ends: frozenset[str]
    function_words: frozenset[str]


@cache
def speech() -> Speech:
    """Return the lists, read once.

    Raises:
        InvalidData: the file is malformed; the message names the table.
    """
    return load_speech(DATA / "speech.toml")


def load_speech(path: Path) -> Speech:
    """Read the lists from a file; see `speech`."""
    tables = read_toml(path)

    def listed(name: str) -> list[str]:
        table: object = tables
        for key in name.split("."):
            if not isinstance(table, Mapping) or key not in table:
                raise InvalidData(f"{path}: expected a table [{name}], found none")
            table = table[key]
        return list(phrases_of(path, name, table))

    def words(name: str) -> frozenset[str]:
        return frozenset(expanded for phrase in listed(name) for expanded in expand(phrase))

    def table(name: str) -> PhraseTable[str]:
        return PhraseTable((phrase, phrase) for phrase in listed(name))

    return Speech(
        counted_sections=table("comment_section.counted"),
        bare_sections=table("comment_section.bare"),
        comment_verbs=words("comment_verb"),
        posted_by=words("posted_by"),
        quoted_from=tuple(sorted(words("quoted_from"))),
        byline_labels=table("byline.label"),
        byline_prepositions=words("byline.preposition"),
        author_headings=table("author_box.heading"),
        about=words("author_box.about"),
        author_verbs=words("author_box.verb"),
        quotation_verbs=words("quotation_verb"),
        quotation_verb_words=frozenset(verb.split()[0] for verb in words("quotation_verb")),
        pronouns_self=words("pronoun.self"),
        pronouns_other=words("pronoun.other"),
        particles=words("name.particle"),
        joining=words("name.joining"),
        not_before_speaker=words("not_before_speaker"),
        titles=words("name.title"),
        title_endings=tuple(sorted(words("name.title_ending"))),
        nobody=words("name.nobody"),
        badges=words("name.badge"),
        months=words("date.month"),
        date_words=words("date.word"),
        moments=table("date.moment"),
        moment_ends=words("date.month") | words("date.word") | {phrase.split()[-1] for phrase in words("date.moment")},
        function_words=words("function_word"),
    )


def clean_name(text: str) -> str:
    """Return a name without what pages set around it: bullets, separators, a remark in brackets, "@"."""
    return _SUFFIX.sub("", text.strip(" \t\u00a0,;:|·•–—-»›>«/")).strip(" \t\u00a0,;:|·•–—-»›>").removeprefix("@")


def is_name(text: str, *, alias: bool = False) -> bool:
    """Tell whether a text looks like a person's name: one to five capitalised words, none of them a function word.

    With `alias`, one word of any case ("efa", "mortensaxnaes", "anna_91") is a name as well. A capital alone does not
    tell a name from another short line: callers look at where the line stands.
    """
    words = text.split()
    lists = speech()
    if not words or len(words) > _LONGEST_NAME_WORDS or len(text) > _LONGEST_NAME:
        return False
    folded = [words_of(word) for word in words]
    common = [word in lists.function_words and word not in lists.particles for word in folded]
    # "Hans" and "Alle" are names as well: a capitalised one beside another word is let pass.
    if folded[0] in lists.not_before_speaker or 2 * sum(common) > len(words):
        return False
    if any(c and word[0].islower() for c, word in zip(common, words, strict=True)):
        return False
    if len(words) == 1 and alias:
        return bool(_ALIAS.fullmatch(words[0])) and words[0][-1] not in "!?" and any(c.isalpha() for c in words[0])
    return all(
        bool(_NAME_WORD.fullmatch(word)) and (word[0].isupper() or plain in lists.particles)
        for word, plain in zip(words, folded, strict=True)
    ) and any(word[0].isupper() for word in words)


def known_name(text: str) -> str | None:
    """Return a commenter's cleaned name, or None where the page wrote that there is none ("anonymous", "gæst").

    What pages set behind a name ("Author") is no part of it.
    """
    name = clean_name(text)
    before, _, badge = name.rpartition(" ")
    if before and words_of(badge) in speech().badges:
        name = clean_name(before)
    return None if not name or words_of(name) in speech().nobody else name


def is_date(text: str) -> bool:
    """Tell whether a text is a date, a time or "3 hours ago", with nothing else beside it."""
    lists = speech()
    if not 0 < len(text) <= 80:
        return False
    first = _FIRST_WORD.match(text)
    if first and not _may_date(first.group(1).casefold()):
        return False  # As of most texts that are asked about.
    rest, dates = _DATE.subn(" ", text)
    tokens = [token.casefold() for token in _DATE_TOKEN.findall(rest)]
    if len(tokens) > 12:
        return False
    for token in tokens:
        if not (token[0].isdigit() or _may_date(token)):
            return False
    numbers = sum(token[0].isdigit() for token in tokens)
    dated = any(token in lists.months for token in tokens) and numbers > 0
    # "3 hours ago" has two words beside its figure, a telephone number has none.
    return dates > 0 or dated or (numbers > 0 and len(tokens) - numbers >= 2)


def is_moment(text: str) -> bool:
    """Tell whether a text is a date, or says when without one: "just now", "yesterday", "3 h"."""
    return _may_end_moment(text) and _is_moment(text)


def _is_moment(text: str) -> bool:
    if is_date(text):
        return True
    words = words_of(text) if len(text) <= _LONGEST_MOMENT else ""
    return words.count(" ") < _MOMENT_WORDS and speech().moments.whole(words) is not None


def _may_end_moment(text: str) -> bool:
    last = _LAST_WORD.search(text, max(0, len(text) - _LONGEST_MOMENT))
    return last is not None and ends_moment(last.group(1).casefold())


def ends_moment(word: str) -> bool:
    """Tell whether a compared word may be the last one of a moment: most lines need no more work."""
    return word in speech().moment_ends or word[-1:].isdigit() or word[:1].isdigit()


def before_moment(text: str) -> str | None:
    """Return what stands before the moment that a line ends with: "" where it is nothing else, None without one.

    A word like "now" ends many a heading, so that one without a figure needs a sign before it: "Anna Berg · now".
    """
    if not _may_end_moment(text):
        return None
    text = text.strip(_BETWEEN)
    if _is_moment(text):
        return ""
    tokens = text.split()
    for position in range(1, min(len(tokens), _LONGEST_NAME_WORDS + 2)):
        rest = " ".join(tokens[position:])
        if (rest[0] in _BETWEEN or any(c.isdigit() for c in rest)) and _is_moment(rest.strip(_BETWEEN)):
            return " ".join(tokens[:position]).strip(_BETWEEN)
    return None


def _may_date(word: str) -> bool:
    return word in speech().months or word in speech().date_words


def is_title(word: str) -> bool:
    """Tell whether a capitalised word says what a person is and is no part of the name: "Dr", "Marknadschefen"."""
    plain = words_of(word)
    return plain in speech().titles or plain.endswith(speech().title_endings)


def function_share(words: Iterable[str]) -> float:
    """Return the share of function words among compared words, 0..1 (0 for none): prose in the five has about 0.4."""
    listed = list(words)
    return sum(map(speech().function_words.__contains__, listed)) / len(listed) if listed else 0.0
