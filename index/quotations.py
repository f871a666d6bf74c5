"""Finds who is quoted within a text: "…, sier digital direktør Kari Nordmann i Firma", "X skriver: «…»", dashes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.phrases import words_of
from index.records import Span
from index.sentences import sentences
from index.speech import is_name, is_title, speech

_PAIRS = {"“": "”“", "”": "”", "„": "“”", "«": "»", "»": "«»", '"': '"', "‘": "’", "’": "’"}
_CLOSED_AT = ".,!?…:; "
_CLAUSE = re.compile(r"[,!?…”“\"»«’–—-]\s+(?=[^\W\d_])")
_LONGEST_QUOTATION = 6_000  # characters; no paragraph that one person says is longer
_LONGEST_CLAUSE = 16  # words from the verb on: "sier administrerende direktør Kari Nordmann i Firma til Avisen"
_LONGEST_OWN_CLAUSE = 6  # "bruker jeg å si"
_MOST_TITLE_WORDS = 7
_LONGEST_UNNAMED = 3  # "sier politiadvokaten"
_ENDS = '.!?…:”“"»’)'


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who a sentence says is speaking. `name` is None where it is a pronoun or an unnamed person; `own`: the writer."""

    name: str | None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of a unit that somebody else than the writer says; `name` is None where the text does not name them."""

    span: Span
    name: str | None


def find_quotation(
    text: str, span: Span, language: str, *, introduced: Attribution | None, colon: bool, dash: bool
) -> Quotation | None:
    """Return the quotation that a paragraph is, begins or ends with, or None where it is the writer's own text.

    Args:
        text: the stored text.
        span: the paragraph, without a list marker.
        language: the paragraph's language.
        introduced: who the line above says speaks ("Kari Nordmann skriver:"), if it does.
        colon: whether the paragraph above ends with a colon, so that this one as a whole is what it announces.
        dash: whether a dash before the paragraph marks it as speech.

    A paragraph with an attribution and no marks is quoted as a whole only after a colon or where it is one sentence;
    else only its first or last sentence is, as nothing tells where the quotation starts.
    """
    if span.end - span.start > _LONGEST_QUOTATION or not (dash or _may_quote(text[span.start : span.end])):
        return None
    found = sentences(text, span.start, span.end, language)
    marked_end = _closing_mark(text, found[0].start, span.end)
    marked = dash or marked_end is not None
    said = [attribution(text[sentence.start : sentence.end], marked=marked) for sentence in found]
    if marked:
        return _marked(text, span, found, said, marked_end, introduced)
    if (introduced or colon) and said[-1] and not said[-1].own:
        return Quotation(Span(found[0].start, span.end), said[-1].name)
    if said[-1] and said[-1].name:
        return Quotation(Span(found[-1].start, span.end), said[-1].name)
    if said[0] and said[0].name:
        return Quotation(found[0], said[0].name)
    return _introduced_within(text, span, found)


def _may_quote(paragraph: str) -> bool:
    """Whether a paragraph has a quotation mark in front or any verb of speech: most have not, and need no more work."""
    return paragraph[0] in _PAIRS or not speech().quotation_verb_words.isdisjoint(words_of(paragraph).split())


def _marked(
    text: str,
    span: Span,
    found: Sequence[Span],
    said: Sequence[Attribution | None],
    marked_end: int | None,
    introduced: Attribution | None,
) -> Quotation | None:
    """Return the quotation at the start of a paragraph that begins with a quotation mark or a dash."""
    for position, (sentence, who) in enumerate(zip(found, said, strict=True)):
        if who is None:
            continue
        if marked_end and sentence.start > marked_end:
            break
        if who.own:
            return None
        end = sentence.end
        for later in found[position + 1 :]:  # "…", sier hun. "…" goes on.
            if text[later.start] not in "–—" and text[later.start] not in _PAIRS:
                break
            end = later.end
        return Quotation(Span(found[0].start, span.end if end == found[-1].end else end), who.name)
    whole = marked_end is not None and not text[marked_end : span.end].strip(_CLOSED_AT)
    if marked_end is None or whole:
        return Quotation(Span(found[0].start, span.end), introduced.name if introduced else None)
    return None


def _closing_mark(text: str, start: int, end: int) -> int | None:
    """Return where the quotation that starts at `start` is closed (after the mark), or None where none starts."""
    closing = _PAIRS.get(text[start])
    if closing is None or start + 1 >= end:
        return None
    places = [place for mark in closing if (place := text.find(mark, start + 1, end)) > 0]
    return min(places) + 1 if places else None


def attribution(sentence: str, *, marked: bool = False) -> Attribution | None:
    """Return who a sentence says at its end is speaking, or None where it says nothing of the kind.

    With `marked` a dash or a quotation mark shows that somebody speaks, so that anything may follow the name ("sa Ek
    onsdag"); without, only what adds to the name may ("sa Ek i Malmö"), as "siger Peter ingenting" quotes nobody.
    """
    for clause in reversed(list(_CLAUSE.finditer(sentence))):
        tokens = sentence[clause.end() :].rstrip(_ENDS + " \u00a0").split()
        if not 0 < len(tokens) <= _LONGEST_CLAUSE:
            return None
        if (found := _spoken_clause(tokens, marked)) is not None:
            return found
    return None


def _spoken_clause(tokens: Sequence[str], marked: bool) -> Attribution | None:
    lists = speech()
    folded = [words_of(token) for token in tokens]
    if len(tokens) <= _LONGEST_OWN_CLAUSE and len(tokens) > 1 and folded[1] in lists.pronouns_self:
        return Attribution(None, own=True) if tokens[0].islower() else None
    for length in (3, 2, 1):
        if len(tokens) > length and " ".join(folded[:length]) in lists.quotation_verbs:
            return _speaker(tokens[length:], marked)
    # English puts the verb last as well: "…," Jane Doe said.
    if len(tokens) <= 5 and folded[-1] in lists.quotation_verbs:
        if folded[0] in lists.pronouns_self and len(tokens) == 2:
            return Attribution(None, own=True)
        if folded[0] in lists.pronouns_other and len(tokens) == 2:
            return Attribution(None)
        name = " ".join(tokens[:-1])
        return Attribution(name) if is_name(name) else None
    return None


def _speaker(tokens: Sequence[str], marked: bool) -> Attribution | None:
    """Return who stands after the verb: "digital direktør Helge Tennø i Dinamo" gives Helge Tennø."""
    lists = speech()
    folded = [words_of(token) for token in tokens]
    if folded[0] in lists.pronouns_self:
        return Attribution(None, own=True)
    if folded[0] in lists.not_before_speaker:
        return None
    if folded[0] in lists.pronouns_other and (len(tokens) == 1 or not tokens[1][:1].isupper()):
        return Attribution(None)
    for position, token in enumerate(tokens[: _MOST_TITLE_WORDS + 1]):
        after_comma = position > 0 and tokens[position - 1].endswith(",")
        if folded[position] in lists.not_before_speaker and not after_comma:
            return Attribution(None)  # "sier direktøren i Dinamo": what follows the preposition is no person.
        if not token[:1].isupper() or is_title(token):
            continue
        name = person_at(tokens, position)
        rest = tokens[position + len(name.split()) :]
        if rest and name.endswith("s") and rest[0][:1].islower() and not _adds(rest[0]):
            continue  # "Bodø/Glimts daglige leder Frode Thomassen"
        plain = name.rstrip(",")
        goes_on = marked or not rest or name.endswith(",") or not rest[0][:1].isalpha() or _adds(rest[0])
        return Attribution(plain) if is_name(plain) and goes_on else None
    unnamed = len(tokens) <= _LONGEST_UNNAMED and tokens[0][:1].islower() and folded[0] not in lists.function_words
    return Attribution(None) if unnamed else None


def _adds(word: str) -> bool:
    """Whether a word after the name only adds to it: "i Dinamo", "and", "to the newspaper"."""
    return words_of(word) in speech().function_words


def person_at(tokens: Sequence[str], position: int) -> str:
    """Return the run of capitalised words (and particles between them) that starts at a place."""
    lists = speech()
    end = position + 1
    while end < len(tokens) and not tokens[end - 1].endswith((",", ":", ";")):
        if tokens[end][:1].isupper():
            end += 1
        elif words_of(tokens[end]) in lists.particles - lists.function_words and tokens[end + 1 : end + 2]:
            if not tokens[end + 1][:1].isupper():
                break
            end += 2
        else:
            break
    return " ".join(tokens[position:end])


def announces(line: str) -> bool:
    """Whether a line ends with a verb of speech and a colon, whoever speaks: "Han sier:", "skriver Kari:"."""
    tail = words_of(line[-60:]).split()[-4:]
    return line.endswith(":") and not speech().quotation_verb_words.isdisjoint(tail)


def announced(line: str) -> Attribution | None:
    """Return whom a line announces that ends with a colon: "Kari Nordmann skriver:", "Så säger Anna Berg:"."""
    text = line.rstrip()
    if not text.endswith(":"):
        return None
    tokens = re.split(r"(?<=[.!?])\s+", text)[-1].rstrip(": ").split()
    lists = speech()
    folded = [words_of(token) for token in tokens]
    for position, word in enumerate(folded):
        if word not in lists.quotation_verbs or len(tokens) > 20:
            continue
        if position + 1 < len(tokens) and (after := _speaker(tokens[position + 1 :], marked=False)) and after.name:
            return after
        capitals = [n for n in range(position) if tokens[n][:1].isupper() and not is_title(tokens[n])]
        for start in capitals:
            name = person_at(tokens[:position], start)
            plain = name.rstrip(",")
            whole = start + len(name.split()) == position or name.endswith(",")
            if is_name(plain) and whole and (len(plain.split()) > 1 or start == 0):
                return Attribution(plain)
        if position and folded[position - 1] in lists.pronouns_self:
            return Attribution(None, own=True)
    return None


def _introduced_within(text: str, span: Span, found: Sequence[Span]) -> Quotation | None:
    """Return the end of a paragraph that names its speaker first, `Jane Doe says: "…"`, up to its last mark.

    The sentences before the one that names the speaker are the writer's.
    """
    piece = text[span.start : span.end]
    colon = piece.find(":", 0, 160)
    if colon < 0 or not piece[colon + 1 :].strip():
        return None
    who = announced(piece[: colon + 1])
    start = span.start + colon + 1 + len(piece[colon + 1 :]) - len(piece[colon + 1 :].lstrip())
    end = _closing_mark(text, start, span.end)
    if who is None or who.own or end is None or text[end : span.end].strip(_CLOSED_AT):
        return None
    first = max(sentence.start for sentence in found if sentence.start <= span.start + colon)
    return Quotation(Span(first, span.end), who.name)
