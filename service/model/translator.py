"""Translations of quotes by the model, always shown as such beside the quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from index.language import LanguageDetector
from index.lexicon import LANGUAGES
from service.model.client import Message, ModelClient
from service.model.languages import english_name
from service.model.numbers import numbers
from service.model.prompts import Prompts
from service.model.trouble import ModelTrouble

SECONDS = 10.0
"""Longer than that nobody waits for an aid."""
MAX_TOKENS = 2000
MAX_GROWTH = 3.0
"""A translation that is longer than this times its quote is no translation."""
NUMBERED = re.compile(r"^\s*\[(\d+)\]\s*(.+?)\s*$", re.MULTILINE)


class ModelTranslator:
    """Keeps to `service.translate.Translator`. One call translates all quotes of a language."""

    def __init__(self, client: ModelClient, prompts: Prompts, detector: LanguageDetector) -> None:
        self.name = client.model
        self._client = client
        self._prompts = prompts
        self._detector = detector

    def translates(self, source: str, target: str) -> bool:
        """Between any two languages."""
        return source != target

    def translate(self, texts: Sequence[str], source: str, target: str) -> tuple[str | None, ...]:
        """The translations in the order of `texts`; None for one that is missing or cannot be one. Never raises."""
        language = english_name(target)
        quotes = "\n".join(
            f'<quote number="{number}">{escape(" ".join(text.split()), quote=False)}</quote>'
            for number, text in enumerate(texts, start=1)
        )
        messages = [
            Message("system", self._prompts.fill("translate.system", language=language)),
            Message("user", self._prompts.fill("translate.user", quotes=quotes, language=language)),
        ]
        try:
            pieces = self._client.stream(messages, max_tokens=MAX_TOKENS, seconds=SECONDS, stopped=lambda: False)
            said = {int(number): text for number, text in NUMBERED.findall("".join(pieces))}
        except ModelTrouble:
            return (None,) * len(texts)
        return tuple(
            translated if self._is_one(translated, text, source, target) else None
            for number, text in enumerate(texts, start=1)
            for translated in (said.get(number, ""),)
        )

    def _is_one(self, translated: str, text: str, source: str, target: str) -> bool:
        """Whether this can be the translation: in its language, about as long, and with the same numbers in digits."""
        if not translated or len(translated) > MAX_GROWTH * len(text) + 20:
            return False
        if target in LANGUAGES and self._detector.detect(translated, target).language != target:
            return False
        known = frozenset[str]().union(*numbers(text, source))
        return all(readings & known for readings in numbers(translated, "digits only"))
