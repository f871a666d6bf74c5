"""Tells people from what else stands before a colon: by how the text speaks of them, and by what they say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set

from index.dialogue_heads import roles
from index.phrases import words_of
from index.speech import speech

_WORD = re.compile(r"\w+")
_AMID = re.compile(r"(?<=[\w,;:(«“\"] )[^\W\d_]\S{1,60}")
"""What stands in the midst of a sentence, up to the next blank."""
_BEFORE_COLON = re.compile(r"[^\n.,:]{0,40}:")
_PREPOSITION = re.compile(r"(?<![\w.])i(?![\w.])")
"""In Danish, Norwegian and Swedish, where English has only the pronoun, with a capital."""


class Written:
    """The words of a text, read once: there may be thousands of names to ask for."""

    def __init__(self, text: str) -> None:
        self._lower = frozenset(word for word in _WORD.findall(text) if word == word.lower())
        self._amid: set[str] = set()
        for token in _AMID.finditer(text):
            # "Anne-Marie's" has Anne, and Anne-Marie.
            for word in _WORD.finditer(token[0]) if token[0][0].isupper() else ():
                if not _BEFORE_COLON.match(text, token.start() + word.end()):
                    self._amid.add(token[0][: word.end()])
        own = speech().pronouns_self
        self._of_self = own - {"i"} if _PREPOSITION.search(text) else own

    def names(self, name: str) -> bool:
        """Whether a part of a name stands in the midst of a sentence, with its capital, and before no colon."""
        return any(word in self._amid for word in name.split() if len(word) > 1 and word[0].isupper())

    def in_lower_case(self, words: str) -> bool:
        """Whether all words also stand in lower case: "Action Points" is nobody where there are points."""
        parts = _WORD.findall(words.lower())
        return bool(parts) and self._lower.issuperset(parts)

    def is_personal(self, said: str) -> bool:
        """Whether somebody says "I" or "we", or asks something: things do not. "i" counts where it is a pronoun."""
        return "?" in said or any(word in self._of_self for word in _WORD.findall(said.casefold()))


def without_role(name: str) -> str:
    """Return a name without what its bearer is at the meeting: "Moderator Ann Lee"."""
    words = name.split()
    while len(words) > 1 and min(len(words[0]), len(words[1])) > 1 and words[1].isalpha():
        if words_of(words[0]) not in roles():
            break
        words = words[1:]
    return " ".join(words)


def are_common_words(written: Written, labels: Set[str]) -> bool:
    """Whether most of the labels are words and no names: the text writes them in lower case as well, or they are days
    or "Why". Of these "Will" and "Dag" are names, where the text has them within a sentence.
    """
    listed = speech().function_words | speech().date_words
    single = [words_of(label) for label in labels if " " not in label and words_of(label) not in roles()]
    named = {words_of(label) for label in labels if written.names(label)}
    common = [word for word in single if (word not in named if word in listed else written.in_lower_case(word))]
    return 2 * len(common) > len(labels)


def in_full(people: Iterable[str]) -> dict[str, str]:
    """Each name → the one longer name of which it is the first or last word; itself where none is, or several are."""
    people = list(dict.fromkeys(people))
    longer: dict[str, list[str]] = defaultdict(list)
    for name in people:
        words = name.split()
        if len(words) > 1:
            for word in {words[0], words[-1]}:
                longer[word].append(name)
    return {name: longer[name][0] if len(longer.get(name, ())) == 1 else name for name in people}
