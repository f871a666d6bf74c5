"""Punkt's models of where sentences end, and NLTK's tokenizer that asks them, cutting the same in two fifths of its
time."""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from index.tokens import package_data

if TYPE_CHECKING:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

_MODELS = {"en": "english", "da": "danish", "nb": "norwegian", "nn": "norwegian", "sv": "swedish"}
_PLAIN_CONTEXT = re.compile(r"([^\W\d_]+)([.?!]) +([^\W\d_]+)[,;:]?")
# What NLTK's pattern engine calls a blank; Python's own also counts four separators of old tapes.
_BLANK, _NO_BLANK = r"[^\S\x1c-\x1f]", r"[\S\x1c-\x1f]"
_FURTHER_BLANKS = string.whitespace.replace(" ", "")


def tokenizer(language: str, abbreviations: Collection[str]) -> PunktSentenceTokenizer:
    """Read a language's model; English where it has none. `abbreviations` are lower case, without the last stop."""
    with _without_scipy():
        from nltk.tabdata import PunktDecoder
        from nltk.tokenize.punkt import PunktParameters

    # Read here, not by NLTK's own loader: that one refuses folders outside its search path, and hard-linked files.
    folder = package_data("nltk_cache") / "tokenizers" / "punkt_tab" / _MODELS.get(language, "english")
    decoder, parameters = PunktDecoder(), PunktParameters()
    with (folder / "collocations.tab").open(encoding="utf-8") as file:
        parameters.collocations = set(decoder.tab2tups(file))
    with (folder / "sent_starters.txt").open(encoding="utf-8") as file:
        parameters.sent_starters = decoder.txt2set(file)
    with (folder / "abbrev_types.txt").open(encoding="utf-8") as file:
        parameters.abbrev_types = decoder.txt2set(file)
    with (folder / "ortho_context.tab").open(encoding="utf-8") as file:
        parameters.ortho_context = decoder.tab2intdict(file)
    parameters.abbrev_types.update(abbreviations)
    return _plainly()(parameters)


@cache
def _plainly() -> type[PunktSentenceTokenizer]:
    """Punkt, without what takes most of its time where the text is plain; it cuts the same."""
    with _without_scipy():
        from nltk.tokenize.punkt import PunktLanguageVars, PunktSentenceTokenizer

    # NLTK's own pattern, for Python's engine: that of NLTK looks at the clock, and takes longer.
    variables = PunktLanguageVars()
    pattern = PunktLanguageVars._period_context_fmt % {
        "NonWord": variables._re_non_word_chars,
        "SentEndChars": variables._re_sent_end_chars,
    }
    marks = re.compile(pattern.replace(r"\S", _NO_BLANK).replace(r"\s", _BLANK), re.VERBOSE)

    class Plainly(PunktSentenceTokenizer):  # type: ignore[misc]  # NLTK has no types
        def text_contains_sentbreak(self, text: str) -> bool:
            """As Punkt's; of a plain word on each side of a mark, no annotated tokens are made."""
            if match := _PLAIN_CONTEXT.fullmatch(text):
                before, mark, after = match.groups()
                word = before.lower()
                if mark != ".":
                    return True
                # A letter alone is an initial, and of an abbreviation the next word decides.
                if len(before) > 1 and word not in self._params.abbrev_types:
                    return (word, after.lower()) not in self._params.collocations
            return bool(super().text_contains_sentbreak(text))

        def _match_potential_end_contexts(self, text: str) -> Iterator[tuple[re.Match[str], str]]:
            """As Punkt's; the last blank before a mark is looked for from the mark, not sign by sign."""
            previous: re.Match[str] | None = None
            first = last = 0
            for match in marks.finditer(text):
                place = match.start()
                blank = _last_blank(text, last, place)
                begins = blank + 1 if blank > last else first
                # Of marks behind the same word the last one counts.
                if previous and last <= begins:
                    yield previous, text[first : last + 1] + previous["after_tok"]
                previous, first, last = match, begins, place
            if previous:
                yield previous, text[first : last + 1] + previous["after_tok"]

        def _realign_boundaries(self, text: str, slices: Iterator[slice]) -> Iterator[slice]:
            """As Punkt's; the pattern is asked only where a sentence does not begin with a letter, digit or blank."""
            own = list(slices)
            shift = 0
            for one, after in zip(own, [*own[1:], None], strict=True):
                start, stop = one.start + shift, one.stop
                shift = 0
                begins = text[after.start : after.start + 1] if after else ""
                if after and begins and not (begins.isalnum() or begins.isspace()):
                    closing = self._lang_vars.re_boundary_realignment.match(text[after])
                    if closing:
                        yield slice(start, after.start + len(closing.group().rstrip()))
                        shift = closing.end()
                        continue
                if text[start:stop]:
                    yield slice(start, stop)

    return Plainly


def _last_blank(text: str, start: int, end: int) -> int:
    """The last ASCII blank of `text[start:end]`, -1 where there is none."""
    found = text.rfind(" ", start, end)
    for blank in _FURTHER_BLANKS:
        found = max(found, text.rfind(blank, max(start, found + 1), end))
    return found


@contextmanager
def _without_scipy() -> Iterator[None]:
    """Let NLTK be imported as where SciPy is not installed: a test of significance would take most of the import."""
    hidden = [name for name in ("scipy.stats", "scipy.sparse") if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how Python is told that there is none
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
