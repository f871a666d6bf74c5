"""Finds bylines and boxes about the author. Where a text names no author there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.comments import Mark
from index.looks import Look
from index.page import Page
from index.phrases import words_of
from index.speech import clean_name, is_date, is_name, speech

_LONGEST_BYLINE_WORDS = 14
_LONGEST_BOX = 3  # units below "About the author": what the person does, a longer text, an address
_LONGEST_PRESENTATION_WORDS = 60


@dataclass(frozen=True, slots=True)
class Bylines:
    """The places of the units that say who wrote the article, and the author's name if they give one."""

    places: frozenset[int]
    author: str | None


def find_bylines(looks: Sequence[Look], marks: Sequence[Mark | None]) -> Bylines:
    """Return the bylines of an article: "Av Anna Berg", "Tekst: Bo Lie", "About Jane Doe" with what follows it.

    Bylines stand above the article's second paragraph (the first may be an introduction) or below its last one. The
    first name found counts.
    """
    page = Page(looks, marks)
    first, last = _second_paragraph(page), page.last_prose
    places: set[int] = set()
    author: str | None = None
    commenters = {mark.name for mark in marks if mark and mark.name and mark.number}
    for position, line in enumerate(looks):
        mark = marks[position]
        if mark and mark.role == "opening":
            places.add(position)
            author = author or mark.name
        if mark or position in places:
            continue
        if position < first or position > last:
            name = _byline(line)
            if name:
                places.add(position)
                author = author or name
                continue
        if position > page.first_prose:
            box, name = _box(looks, marks, position, commenters)
            places.update(box)
            author = author or name
    places.update(_presentations(looks, marks, page.first_prose, author))
    return Bylines(frozenset(places), author)


def _second_paragraph(page: Page) -> int:
    below = range(page.first_prose + 1, page.last_prose + 1)
    return next((position for position in below if page.looks[position].prose), page.first_prose)


def _presentations(
    looks: Sequence[Look], marks: Sequence[Mark | None], first: int, author: str | None
) -> Iterator[int]:
    """Return the last paragraphs of the article that say who its author is: "Kari Nordmann er forsker ved …"."""
    if author is None:
        return
    own = [position for position, line in enumerate(looks) if position > first and line.prose and not marks[position]]
    for position in own[-_LONGEST_BOX:]:
        line = looks[position]
        if line.unit.words <= _LONGEST_PRESENTATION_WORDS and _presents(line.text, author):
            yield position


def _byline(line: Look) -> str | None:
    """Return the name in a byline that fills its line, or None."""
    if line.unit.words > _LONGEST_BYLINE_WORDS or line.unit.marker:
        return None
    tokens = line.text.split()
    lists = speech()
    for length in range(min(3, len(tokens) - 1), 0, -1):
        lead = words_of(" ".join(tokens[:length]))
        label = lists.byline_labels.whole(lead) is not None
        if not label and lead not in lists.byline_prepositions:
            continue
        colon = tokens[length - 1].endswith(":")
        for name in _names(" ".join(tokens[length:])):
            # "Av Oslo" and "Text: Kontakt" are no bylines: without a name of two words the label has to be plain.
            if is_name(name, alias=label and (colon or length > 1)) and (len(name.split()) > 1 or label):
                return name
            if _are_two(name):
                return name
    return None


def _are_two(names: str) -> bool:
    """Whether it is two authors, each by a first and a last name: "Anna Berg och Bo Ek"."""
    tokens = names.split()
    joins = [place for place, token in enumerate(tokens) if words_of(token) in speech().joining]
    if len(joins) != 1:
        return False
    both = tokens[: joins[0]], tokens[joins[0] + 1 :]
    return all(len(one) > 1 and is_name(" ".join(one)) for one in both)


def _names(text: str) -> Iterator[str]:
    """Return what may be the name in "Anna Berg, Journalist | 3. mai 2012": the text up to a date or a separator."""
    tokens = text.split()
    dated = next((n for n in range(1, len(tokens)) if is_date(" ".join(tokens[n:]))), len(tokens))
    whole = " ".join(tokens[:dated])
    for separator in ("|", "·", "•", "–", ",", "/", "(", " foto", " Foto", " @"):
        whole = whole.split(separator, 1)[0]
    yield clean_name(whole)


def _box(
    looks: Sequence[Look], marks: Sequence[Mark | None], position: int, commenters: set[str]
) -> tuple[list[int], str | None]:
    """Return the units of a box about the author that starts here, and the name that it gives; nothing if it is none.

    A heading "About NAME" may also be a heading of the article. It is taken for a box where the page shows that NAME is
    a person: a commenter, or the one of whom the next line says "NAME is …"; and where the article does not go on.
    """
    line = looks[position]
    lists = speech()
    if line.unit.words > 6 or line.unit.closed:
        return [], None
    members = list(_members(looks, marks, position))
    if len(members) > _LONGEST_BOX:
        return [], None
    below = looks[members[0]].text if members else ""
    if lists.author_headings.whole(line.words) is not None:
        return ([position, *members], _presented(below)) if members else ([], None)
    tokens = line.text.split()
    for length in (2, 1):
        if words_of(" ".join(tokens[:length])) in lists.about and len(tokens) > length:
            name = clean_name(" ".join(tokens[length:]))
            if is_name(name, alias=True) and (name in commenters or _presents(below, name)):
                return [position, *members], name
    return [], None


def _members(looks: Sequence[Look], marks: Sequence[Mark | None], heading: int) -> Iterator[int]:
    """Return the units below a box's heading, up to the comments, furniture or the end."""
    for position in range(heading + 1, len(looks)):
        line = looks[position]
        if marks[position] or line.rules or line.unit.words > _LONGEST_PRESENTATION_WORDS:
            return
        yield position


def _presented(text: str) -> str | None:
    """Return the name that "Anna Berg er journalist …" starts with, or None."""
    tokens = text.split()
    for length in range(min(5, len(tokens) - 1), 1, -1):
        name = " ".join(tokens[:length]).rstrip(",")
        if is_name(name) and (words_of(tokens[length]) in speech().author_verbs or tokens[length - 1].endswith(",")):
            return name
    return None


def _presents(text: str, name: str) -> bool:
    """Whether a text says who a named person is: it starts with the name, or the first name, and a verb."""
    tokens = text.split()
    for length in (len(name.split()), 1):
        if len(tokens) > length and words_of(tokens[length]) in speech().author_verbs:
            said = " ".join(tokens[:length])
            if said == name or said == name.split()[0]:
                return True
    return False
