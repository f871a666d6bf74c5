"""Translations by Apertium, where it is installed."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from service.translate import MAX_CHARACTERS, Apertium

installed = pytest.mark.skipif(
    shutil.which("apertium") is None, reason="apertium-swe-dan, apertium-swe-nor and apertium-dan-nor are not installed"
)


@installed
@pytest.mark.parametrize(
    ("source", "target", "text", "word"),
    [
        ("sv", "da", "Barnen läser en bok.", "Børnene"),
        ("sv", "nb", "Barnen läser en bok.", "bok"),
        ("da", "nn", "Børnene læser en bog.", "ei bok"),
        ("nb", "sv", "Barna leser en bok.", "Barnen"),
    ],
)
def test_the_scandinavian_languages_are_translated(source: str, target: str, text: str, word: str) -> None:
    """Each direction that the packages have gives a translation."""
    (translated,) = Apertium().translate([text], source, target)
    assert translated is not None
    assert word in translated


@installed
def test_all_texts_go_through_one_call_and_come_back_in_order() -> None:
    """Signs that mean something to Apertium, line ends and the separator in a text do not shift the others."""
    texts = ["Ett hus.", "Två\n\nhus ⁂ [här] ^nu$ {x} \\ *", "Tre hus."]
    first, second, third = Apertium().translate(texts, "sv", "da")
    assert first == "Et hus."
    assert second is not None
    assert second.startswith("To huse")
    assert third == "Tre hus."


@installed
def test_directions_that_are_not_installed_are_not_offered() -> None:
    """There is nothing from or to English, nor into the same language."""
    apertium = Apertium()
    assert apertium.translates("sv", "da")
    assert not apertium.translates("sv", "en")
    assert not apertium.translates("sv", "sv")
    assert apertium.translate(["Ett hus."], "sv", "en") == (None,)


@installed
def test_too_much_text_is_not_translated() -> None:
    """The input of a call is bounded."""
    assert Apertium().translate(["hus " * MAX_CHARACTERS], "sv", "da") == (None,)


def test_without_the_command_nothing_is_translated() -> None:
    """A machine without Apertium has no directions and no error."""
    apertium = Apertium("no-such-command-on-this-machine")
    assert not apertium.modes
    assert apertium.translate(["Ett hus."], "sv", "da") == (None,)


@pytest.mark.parametrize(
    ("script", "why"), [("sleep 20", "too slow"), ("exit 3", "fails"), ("cat >/dev/null", "silent")]
)
def test_a_command_that_does_not_answer_costs_a_translation_only(tmp_path: Path, script: str, why: str) -> None:
    """Whatever goes wrong with the command, there is no translation and no error."""
    command = tmp_path / "apertium"
    command.write_text(f'#!/bin/sh\n[ "$1" = -l ] && echo swe-dan && exit\nexec {script}\n', encoding="utf-8")
    if script == "cat >/dev/null":
        command.write_text(f'#!/bin/sh\n[ "$1" = -l ] && echo swe-dan && exit\n{script}\n', encoding="utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    apertium = Apertium(str(command), timeout_seconds=3)
    assert apertium.translates("sv", "da"), why
    assert apertium.translate(["Ett hus.", "Två hus."], "sv", "da") == (None, None)
