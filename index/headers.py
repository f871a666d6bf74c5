"""Recognises the lines that name a commenter: "3. Anna siger:", "Anna Berg 12. mars 2015 kl. 14:22", "• Anna Berg"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from index.looks import Look
from index.phrases import words_of
from index.speech import clean_name, is_date, is_name, known_name, speech

Form = Literal["verb", "dated", "stacked", "bare"]
_LONGEST_HEADER_WORDS = 18


_TELLING = re.compile(r"[\d:]|(?:…|\.\.\.)$")


_EMPHASIS = re.compile(r"\*{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)|(?<!\w)_{1,3}(?!\w)")
_DATE_WORDS = 10
_LONGEST_NAME_WORDS = 5
_INITIAL = re.compile(r"(?:^|\s)[^\W\d_]\.$")  # "Ollie P."


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(sorted(phrase + " " for phrase in speech().posted_by))


@dataclass(frozen=True, slots=True)
class Header:
    """A line that names who wrote what follows.

    `name` is None where the page says that there is none. `template` is what all headers of a page have in common (the
    verb, "posted by", the kind of marker): pages are made by programs. `sure` tells that the line alone is enough, and
    that it needs no heading above the comments.
    """

    name: str | None
    form: Form
    template: tuple[str, str]
    sure: bool


def marker_kind(marker: str) -> str:
    """Return what kind of list marker this is: "number", "bullet" or "" for none."""
    if not marker:
        return ""
    return "number" if any(character.isdigit() for character in marker) else "bullet"


def header_of(line: Look, following: Look | None) -> Header | None:
    """Return what a line says as the header of a comment, or None. `following` is the unit below it."""
    if line.unit.words > _LONGEST_HEADER_WORDS or line.strong or line.unit.marker == ">":
        return None  # "> Anna said:" is quoted by somebody else.
    if not (_TELLING.search(line.text) or line.words.startswith(_prefixes())):
        # No colon, no figure, no "posted by": only a date below could make it a header, and most lines are none.
        dated_below = following is not None and _TELLING.search(following.text[:80])
        return _header_above_date(line, following, marker_kind(line.unit.marker)) if dated_below else None
    tokens = without_emphasis(line.text).split()
    if tokens and tokens[0].startswith("#") and tokens[0][1:].isdigit():
        tokens = tokens[1:]
    kind = marker_kind(line.unit.marker)
    if header := verb_header(tokens, kind):
        dated = following is not None and following.unit.words <= _DATE_WORDS and is_date(following.text)
        return replace(header, sure=True) if dated else header
    return _dated_header(tokens, kind) or _stacked_header(line, following, kind)


def like(line: Look, following: Look | None, first: Header) -> Header | None:
    """Return a line as a header of the same make as another one, whatever stands in the place of the name."""
    lead, kind = first.template
    tokens = without_emphasis(line.text).split()
    if first.form == "verb" and lead in line.words.split():
        at = next(position for position, token in enumerate(tokens) if words_of(token) == lead)
        behind = " ".join(tokens[at + 1 :])
        dated = is_date(behind) if behind else following is not None and is_date(following.text)
        sure = dated or (not behind and tokens[at].endswith(":") and (kind != "" or not first.sure))
        if 0 < at <= _LONGEST_NAME_WORDS and sure:
            return Header(known_name(" ".join(tokens[:at])), "verb", first.template, sure=True)
    if first.form == "dated" and words_of(" ".join(tokens)).startswith(lead):
        name, dated = name_and_date(tokens[len(lead.split()) :])
        if dated and len(name.split()) <= _LONGEST_NAME_WORDS and not name.endswith((".", "!", "?", ":")):
            return Header(known_name(name) if lead or kind else None, "dated", first.template, sure=True)
    return None


def without_emphasis(text: str) -> str:
    """Return a text without the signs by which Markdown sets words off: "**Anna** says:"."""
    return _EMPHASIS.sub("", text).strip() if "*" in text or "_" in text else text


def bare_name(line: Look) -> str | None:
    """Return a line's text where it is nothing but a name or an alias, else None."""
    name = clean_name(without_emphasis(line.text))
    closed = line.unit.closed and not _INITIAL.search(line.text)
    if line.unit.words > 4 or closed or line.rules or len(name) < 2 or not is_name(name, alias=True):
        return None  # A letter alone stands for a picture.
    return name


def verb_header(tokens: list[str], kind: str) -> Header | None:
    """ "Anna siger:", "Anna Berg skrev 3 maj, 2010 kl. 12:30", "Bo Lie on March 3, 2010 at 5:00 pm said:"."""
    for position in range(1, len(tokens)):
        verb = words_of(tokens[position])
        if verb not in speech().comment_verbs:
            continue
        after = " ".join(tokens[position + 1 :])
        if after and not is_date(after):
            return None
        name, dated = name_and_date(tokens[:position])
        dated = dated or bool(after)
        colon = tokens[-1].endswith((":", "...", "…")) or tokens[position].endswith(":")
        if name and (colon or dated) and is_name(clean_name(name), alias=True):
            return Header(known_name(name), "verb", (verb, kind), bool(kind) or dated)
        return None
    return None


def _dated_header(tokens: list[str], kind: str) -> Header | None:
    """ "Skrevet af Anna Berg den 3. maj 2012", "Anna Berg, 2012-05-03 10:12", "by anna » Tue May 3, 2011 2:22 pm"."""
    prefix = next((n for n in (3, 2, 1) if words_of(" ".join(tokens[:n])) in speech().posted_by and len(tokens) > n), 0)
    lead = words_of(" ".join(tokens[:prefix]))
    raw, dated = name_and_date(tokens[prefix:])
    name = clean_name(raw)
    if raw.endswith(":") and not prefix:
        return None  # "Updated: 3 May 2012" names nobody.
    if not (dated or prefix >= 2) or words_of(name) in speech().date_words | speech().months:
        return None
    if name.endswith((":", ".", "!", "?")) or not is_name(name, alias=bool(prefix or dated)):
        return None
    return Header(known_name(name), "dated", (lead, kind), dated)


def _header_above_date(line: Look, following: Look | None, kind: str) -> Header | None:
    """A name, or "Anna says", with nothing but a date below it."""
    tokens = without_emphasis(line.text).split()
    if following is not None and tokens and words_of(tokens[-1]) in speech().comment_verbs and is_date(following.text):
        found = verb_header([*tokens[:-1], tokens[-1] + ":"], kind)
        return replace(found, sure=True) if found else None
    return _stacked_header(line, following, kind)


def _stacked_header(line: Look, following: Look | None, kind: str) -> Header | None:
    """A name with nothing but a date below it."""
    name = bare_name(line)
    if name is None or following is None or following.unit.words > 12 or not is_date(_without_controls(following.text)):
        return None
    return Header(known_name(name), "stacked", ("", kind), False)


def _without_controls(text: str) -> str:
    """Cut "Reply", "Permalink" and the like from the end of a date line: words after the last separator."""
    head, separator, tail = text.rpartition("|") if "|" in text else text.rpartition("·")
    return head if separator and len(tail.split()) <= 3 else text


def name_and_date(tokens: list[str]) -> tuple[str, bool]:
    """Split "Anna Berg, den 3. maj 2012" into the name and whether a date follows it."""
    for position in range(1, len(tokens)):
        if is_date(" ".join(tokens[position:])):
            return " ".join(tokens[:position]), True
    return " ".join(tokens), False
