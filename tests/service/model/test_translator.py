"""Translations by the model."""

from __future__ import annotations

import pytest

from service.model.opening import Model
from service.translate import Translator
from tests.service.model.scripted import Refuse, Say, ScriptedModel

QUOTES = ["Haven har 28 bede.", "Naboerne siger, at haven skaber tillid.\nDet er godt."]


def test_all_quotes_are_translated_in_one_call(model: Model, scripted: ScriptedModel) -> None:
    """Each by its number, in whatever order they come."""
    scripted.script = lambda _: Say(
        ["[2] The neighbours say that the garden creates trust. That is good.\n", "[1] The garden has 28 beds."]
    )
    translator: Translator = model.translator
    assert translator.translates("da", "en")
    assert translator.translate(QUOTES, "da", "en") == (
        "The garden has 28 beds.",
        "The neighbours say that the garden creates trust. That is good.",
    )
    assert len(scripted.requests) == 1
    assert translator.name == "scripted"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "The garden has 28 beds.",
        "[3] The garden has 28 beds.",
        "[1] The garden has 29 beds.",
        "[1] Haven har 28 bede og naboerne er glade.",
        "[1] The garden has 28 beds " + "and neighbours " * 10,
    ],
)
def test_what_is_no_translation_is_left_out(model: Model, scripted: ScriptedModel, said: str) -> None:
    """Another number, another language, far too long or without its number: none is better."""
    scripted.script = lambda _: Say([said])
    assert model.translator.translate(QUOTES[:1], "da", "en") == (None,)


def test_trouble_costs_only_the_translation(model: Model, scripted: ScriptedModel) -> None:
    """A model that refuses leaves the quotes without."""
    scripted.script = lambda _: Refuse(401)
    assert model.translator.translate(QUOTES, "da", "en") == (None, None)
