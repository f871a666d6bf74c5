"""Endings: how a rule makes a form and takes it apart, and the regular forms of English."""

from __future__ import annotations

from service.gloss.data import Rule

VOWELS = frozenset("aeiouyæøåäö")


def rule_allows_bare(feature: str) -> bool:
    """Whether a form may be the lemma itself: plurals (`år`), imperatives, neuters and adverbs of adjectives."""
    return feature in ("pl", "imp", "neut", "adv")


def english(lemma: str, pos: str, feature: str) -> str | None:
    """A regular English form by the spelling rules alone; None for a degree (those take more and most)."""
    sibilant = lemma.endswith(("s", "x", "z", "ch", "sh"))
    consonant_y = lemma.endswith("y") and lemma[-2:-1] not in "aeiou"
    if feature in ("pl", "pres"):
        return lemma[:-1] + "ies" if consonant_y else lemma + ("es" if sibilant else "s")
    if feature in ("past", "part"):
        return lemma + "d" if lemma.endswith("e") else lemma[:-1] + "ied" if consonant_y else lemma + "ed"
    if feature == "ger":
        return lemma[:-1] + "ing" if lemma.endswith("e") and not lemma.endswith(("ee", "ye", "oe")) else lemma + "ing"
    return lemma if pos == "verb" else None


def declined(form: str, pos: str, feature: str, language: str) -> tuple[str, ...]:
    """An irregular form with those that are made from it by rule: `størst`, `største`; `skrevet`, `skrevne`."""
    if language == "en":
        return (form,)
    if pos == "adj" and feature == "sup":
        return (form, form + "e", form + "a") if language == "sv" else (form, form + "e")
    if pos == "verb" and feature == "part":
        if language == "sv" and form.endswith("it"):
            return (form, form[:-2] + "en", form[:-2] + "et", form[:-2] + "na")
        if language == "nn" and form.endswith("e"):
            return (form, form + "n", form + "t", form[:-1] + "ne")
        if language in ("da", "nb") and form.endswith("et"):
            return (form, form[:-2] + "en", form[:-2] + "ne")
        if form.endswith(("t", "d")):
            return (form, form + ("da" if form.endswith("d") and language == "sv" else "e"), form + "a")
    return (form,)


def form_of(lemma: str, rule: Rule) -> str | None:
    """`lemma` with its ending replaced, if it has that ending."""
    ending, doubled = rule.lemma_ending, rule.form_ending.startswith("+")
    if ending.startswith("+"):
        ending = ending[1:]
        if not lemma.endswith(ending) or len(lemma) < len(ending) + 3:
            return None
        stem = lemma[: -len(ending)]
        return stem[:-1] + rule.form_ending if stem[-1] == stem[-2] else None
    if ending and not lemma.endswith(ending):
        return None
    stem = lemma[: len(lemma) - len(ending)]
    if not stem:
        return None
    if doubled:
        return stem + stem[-1] + rule.form_ending[1:] if stem[-1] not in VOWELS else None
    return stem + rule.form_ending


def lemma_of(stem: str, rule: Rule) -> str | None:
    """The lemma of a form whose ending has been cut off; the reverse of `_form`."""
    if not stem:
        return None
    if rule.form_ending.startswith("+"):
        return stem[:-1] + rule.lemma_ending if len(stem) > 2 and stem[-1] == stem[-2] else None
    if rule.lemma_ending.startswith("+"):
        return stem + stem[-1] + rule.lemma_ending[1:] if stem[-1] not in VOWELS else None
    return stem + rule.lemma_ending
