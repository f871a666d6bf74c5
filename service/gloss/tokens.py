"""Takes a text apart into words and signs, and puts the words of a gloss together again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.gloss.records import Token

# Addresses and hashtags stay whole; so do abbreviations with inner points (f.eks.), and numbers with their groups.
# What stands between backticks is code, which is in no language; a backtick behind a letter stands for an apostrophe.
_TOKEN = re.compile(
    r"(?<!\w)(?:``(?!`).{1,200}?``|`[^`]{1,200}`)(?!\w)"
    r"|(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.]+|[@#]\w+"
    r"|\b\w+\.(?:com|org|net|dk|no|se|io|eu)\b"
    r"|(?:[^\W\d_]{1,3}\.){2,}|[^\W\d_]\.\s?[^\W\d_]{2,4}\."
    r"|\d+(?:[.,:  ]\d+)*(?:['’-]?[^\W\d_]+)*"
    r"|[^\W\d_]+(?:['’-][^\W_]+)*['’]?(?!\w)|[^\W\d_]+"
    r"|\S"
)
_ABBREVIATIONS = frozenset(
    (
        "f.eks.",
        "bl.a.",
        "m.fl.",
        "t.ex.",
        "osv.",
        "ca.",
        "jf.",
        "mv.",
        "pga.",
        "mht.",
        "dvs.",
        "pr.",
        "iflg.",
        "etc.",
        "inkl.",
    )
)
_SENTENCE_END = frozenset(".!?…")


def tokenize(text: str) -> list[Token]:
    """The tokens of a text in order. Blanks of any kind, line ends among them, count as one blank."""
    tokens: list[Token] = []
    end_before = 0
    for match in _TOKEN.finditer(text):
        for piece, space in _pieces(match, match.start() > end_before):
            word = piece[0] != "`" and any(letter.isalnum() for letter in piece)
            tokens.append(Token(piece, space and bool(tokens), word))
        end_before = match.end()
    return _mark_starts(_join_points(tokens))


def _pieces(match: re.Match[str], space: bool) -> list[tuple[str, bool]]:
    """A matched token with the blank before it, and without a quotation mark at its end."""
    found = match[0]
    if found[-1] in "'’" and len(found) > 1 and found[-2] not in "sxz":
        return [(found[:-1], space), (found[-1], False)]
    return [(found, space)]


def _join_points(tokens: list[Token]) -> list[Token]:
    """Listed abbreviations with their points in one token: `ca` `.` → `ca.`."""
    joined: list[Token] = []
    for token in tokens:
        if (
            token.text == "."
            and not token.space
            and joined
            and joined[-1].word
            and (whole := joined[-1].text + ".").lower() in _ABBREVIATIONS
        ):
            joined[-1] = Token(whole, joined[-1].space, True, joined[-1].sentence_start)
        else:
            joined.append(token)
    return joined


def _mark_starts(tokens: list[Token]) -> list[Token]:
    """The tokens with the first word of each sentence marked."""
    start = True
    found = []
    for token in tokens:
        found.append(Token(token.text, token.space, token.word, start and token.word))
        if token.word:
            start = False
        elif token.text in _SENTENCE_END:
            start = True
    return found


def expand(tokens: list[Token], contractions: Mapping[str, str]) -> list[Token]:
    """English contractions written out: `don't` → `do not`."""
    expanded: list[Token] = []
    for token in tokens:
        whole = contractions.get(token.text.lower().replace("’", "'")) if token.word else None
        if not whole:
            expanded.append(token)
            continue
        for number, word in enumerate(whole.split()):
            first = number == 0
            if (first and token.text[0].isupper()) or word == "i":
                word = word.capitalize()
            expanded.append(Token(word, token.space if first else True, True, token.sentence_start and first))
    return expanded
