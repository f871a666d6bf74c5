"""What a unit of text looks like before anything is decided about it: its words, whether it is prose, known phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from index.errors import InvalidData
from index.lines import Unit, ending
from index.phrases import DATA, LANGUAGES, PhraseTable, phrases_of, read_toml, words_of
from index.shown import shown
from index.speech import function_share

Match = Literal["whole", "start", "label", "within"]
Opens = Literal["list", "box", "form"]

# How long a line may be to be judged by a phrase in it: an article's paragraph is longer.
_LONGEST = {"whole": 12, "start": 25, "label": 25, "within": 45}
_LONGEST_LABEL = 40
_JUDGED_WORDS = 60


@dataclass(frozen=True, slots=True)
class Rule:
    """A group of data/furniture.toml."""

    reason: str
    match: Match
    weak: bool
    opens: Opens | None


@dataclass(frozen=True, slots=True)
class Look:
    """A unit with its text after the marker, its compared words (none for long ones) and what is known about them.

    `prose` is a sentence or more of running text. `rules` are the groups of furniture phrases that were found in it,
    strong ones first. `share` is the share of function words. `form` tells that fields or buttons are drawn in it; they
    and the addresses of links are no part of `text`.
    """

    unit: Unit
    text: str
    words: str
    prose: bool
    share: float
    rules: tuple[Rule, ...]
    form: bool = False

    @property
    def short(self) -> bool:
        """Whether it is a line as titles, links and names are."""
        return self.unit.words <= 12 and len(self.text) <= 120

    @property
    def strong(self) -> Rule | None:
        """The first rule that needs no agreement from the layout."""
        return self.rules[0] if self.rules and not self.rules[0].weak else None


def look(text: str, units: Sequence[Unit]) -> list[Look]:
    """Return what each unit of a text looks like.

    A text in which hardly any function word of the five languages stands is in another one; its prose is then told
    by length and punctuation alone.
    """
    read = [shown(text[unit.body : unit.end]) for unit in units]
    contents = [content for content, _ in read]
    units = [_as_shown(text, unit, content) for unit, content in zip(units, contents, strict=True)]
    words = [
        words_of(content if unit.words <= _JUDGED_WORDS else content[: _JUDGED_WORDS * 12])
        for unit, content in zip(units, contents, strict=True)
    ]
    shares = [function_share(listed.split()[:_JUDGED_WORDS]) for listed in words]
    long = [share for unit, share in zip(units, shares, strict=True) if unit.words >= 8]
    known = not long or sum(long) / len(long) >= 0.1
    return [
        Look(
            unit, content, listed, _is_prose(unit, share if known else 1.0), share, _rules(unit, content, listed), form
        )
        for unit, (content, form), listed, share in zip(units, read, words, shares, strict=True)
    ]


def _as_shown(text: str, unit: Unit, content: str) -> Unit:
    if len(content) == unit.end - unit.body:
        return unit
    return replace(unit, words=len(content.split()), ending=ending(content, 0, len(content)) if content else "")


def _is_prose(unit: Unit, share: float) -> bool:
    # Sentences of the five languages hold 0.3 to 0.5 function words, rows of links and names under 0.15.
    # Titles are questions as often as sentences are, so a question counts only from twelve words on.
    shortest = 12 if unit.ending in "?!" else 8
    return (unit.words >= shortest and unit.closed and share >= 0.2) or (unit.words >= 15 and share >= 0.25)


def _rules(unit: Unit, text: str, words: str) -> tuple[Rule, ...]:
    if unit.words > _LONGEST["within"]:
        return ()
    tables = furniture_rules()
    found: list[Rule | None] = []
    if unit.words <= _LONGEST["whole"]:
        found.append(tables["whole"].whole(words))
    if unit.words <= _LONGEST["start"]:
        colon = text.find(":", 0, _LONGEST_LABEL)
        if colon > 0:
            found.append(tables["label"].whole(words_of(text[:colon])))
        found.append(tables["start"].start(words))
    found += tables["within"].within(words)
    return tuple(sorted((rule for rule in found if rule), key=lambda rule: rule.weak))


@cache
def furniture_rules() -> dict[str, PhraseTable[Rule]]:
    """Return the phrases of data/furniture.toml by how they are looked for, read once."""
    return load_rules(DATA / "furniture.toml")


def load_rules(path: Path) -> dict[str, PhraseTable[Rule]]:
    """Read furniture phrases from a file.

    Raises:
        InvalidData: the file is malformed; the message names the group and the key.
    """
    groups = read_toml(path).get("group")
    if not isinstance(groups, list):
        raise InvalidData(f"{path}: expected [[group]] tables, found none")
    phrases: dict[str, list[tuple[str, Rule]]] = {match: [] for match in get_args(Match)}
    for number, group in enumerate(groups, start=1):
        name = f"group {number}"
        rule = _read_rule(path, name, group)
        listed = {key: value for key, value in group.items() if key in LANGUAGES}
        phrases[rule.match] += [(phrase, rule) for phrase in phrases_of(path, name, listed)]
    return {match: PhraseTable(listed) for match, listed in phrases.items()}


def _read_rule(path: Path, name: str, group: dict[str, object]) -> Rule:
    for key in group:
        if key not in (*LANGUAGES, "reason", "match", "weak", "opens"):
            raise InvalidData(f"{path}: {name}: expected reason, match, weak, opens or a language, found {key!r}")
    reason, match, opens, weak = group.get("reason"), group.get("match"), group.get("opens"), group.get("weak", False)
    if not isinstance(reason, str) or not reason:
        raise InvalidData(f"{path}: {name}: expected a reason, found {reason!r}")
    if match not in get_args(Match):
        raise InvalidData(f"{path}: {name} ({reason}): expected match {', '.join(get_args(Match))}, found {match!r}")
    if opens is not None and opens not in get_args(Opens):
        raise InvalidData(f"{path}: {name} ({reason}): expected opens {', '.join(get_args(Opens))}, found {opens!r}")
    if not isinstance(weak, bool):
        raise InvalidData(f"{path}: {name} ({reason}): expected weak true or false, found {weak!r}")
    return Rule(reason, cast(Match, match), weak, cast("Opens | None", opens))
