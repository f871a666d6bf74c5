"""How a language is named to a model."""

from __future__ import annotations

from service.strings import LANGUAGES, strings


def english_name(language: str) -> str:
    """The English name of an ISO 639-1 code; of a code that nobody knows, the code."""
    if language in LANGUAGES:
        return strings("en").language_name(language)
    from lingua import IsoCode639_1, Language

    code = getattr(IsoCode639_1, language.upper(), None)
    return Language.from_iso_code_639_1(code).name.title() if code else language
