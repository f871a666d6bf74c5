"""The model as the settings describe it, with everything that uses it."""

from __future__ import annotations

from dataclasses import dataclass

from index.library import Library
from service.model.client import ModelClient
from service.model.prompts import load_prompts
from service.model.rewrite import Rewriter
from service.model.translator import ModelTranslator
from service.model.write import Limits, Writer
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Model:
    """A configured language model. `seconds` is what it may take for one answer, the rewriting included."""

    client: ModelClient
    writer: Writer
    rewriter: Rewriter
    translator: ModelTranslator
    seconds: float


def open_model(settings: Settings, library: Library) -> Model:
    """Everything for `settings.llm_model`; no connection is made before the first question.

    Raises:
        InvalidData: a prompt is missing or has the wrong placeholders.
    """
    client = ModelClient(
        settings.llm_model,
        settings.llm_base_url,
        settings.llm_api_key.get_secret_value(),
        settings.llm_api_version,
    )
    prompts = load_prompts()
    limits = Limits(settings.llm_context_tokens, settings.llm_answer_tokens)
    return Model(
        client,
        Writer(client, prompts, library, limits),
        Rewriter(client, prompts, library),
        ModelTranslator(client, prompts, library.detector),
        settings.llm_timeout_seconds,
    )
