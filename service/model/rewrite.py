"""Follow-ups made standalone by the model, held to what was said in the conversation."""

from __future__ import annotations

from html import escape

from index.library import Library
from service.conversations import Earlier
from service.model.client import Message, ModelClient
from service.model.languages import english_name
from service.model.prompts import Prompts
from service.model.task import Stopped
from service.model.trouble import ModelTrouble

MAX_CHARACTERS = 500
MAX_TOKENS = 200
MAX_ANSWER_CHARACTERS = 2000
"""Of the answer before, which may be long; what a follow-up refers to is mostly at its beginning."""
SHARE_OF_SECONDS = 0.3
"""Of the time limit of an answer; the rest is for the answer itself."""
MIN_KEPT = 0.5
"""The share of the follow-up's own words that must be left."""
MIN_FOUND = 0.6
"""The share of the rewritten question's words that must come from the conversation."""


class Rewriter:
    """Has a model rewrite follow-ups."""

    def __init__(self, client: ModelClient, prompts: Prompts, library: Library) -> None:
        self._client = client
        self._prompts = prompts
        self._library = library

    def rewrite(self, message: str, earlier: Earlier, seconds: float, stopped: Stopped) -> str | None:
        """The message as a question of its own, in its language; None where the model has no usable one."""
        language = self._library.detector.detect(message, prefer=earlier.language).language
        conversation = (
            f"Question: {escape(earlier.standalone, quote=False)}\n"
            f"Answer: {escape(earlier.answer[:MAX_ANSWER_CHARACTERS], quote=False)}"
        )
        messages = [
            Message("system", self._prompts.fill("standalone.system", language=english_name(language))),
            Message("user", self._prompts.fill("standalone.user", conversation=conversation, question=message)),
        ]
        try:
            pieces = self._client.stream(
                messages, max_tokens=MAX_TOKENS, seconds=seconds * SHARE_OF_SECONDS, stopped=stopped
            )
            rewritten = "".join(pieces).strip()
        except ModelTrouble:
            return None
        return rewritten if self._is_usable(rewritten, message, earlier, language) else None

    def _is_usable(self, rewritten: str, message: str, earlier: Earlier, language: str) -> bool:
        """Whether it is one question in the right language that keeps the message and adds only what was said."""
        if not rewritten or len(rewritten) > MAX_CHARACTERS or "\n" in rewritten:
            return False
        if self._library.detector.detect(rewritten, prefer=language).language != language:
            return False
        said = f"{message}\n{earlier.standalone}\n{earlier.answer[:MAX_ANSWER_CHARACTERS]}"
        return (
            self._share(message, rewritten, language) >= MIN_KEPT
            and self._share(rewritten, said, language) >= MIN_FOUND
        )

    def _share(self, question: str, text: str, language: str) -> float:
        """The share of the content words of `question` that `text` has; 1 where it has no content words."""
        analyzer = self._library.analyzer
        found = analyzer.match(analyzer.question(question, language), text, language)
        return sum(found) / len(found) if found else 1.0
