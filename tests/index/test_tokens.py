"""Counting tokens without a network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index import tokens
from index.errors import InvalidData
from index.tokens import count_tokens, package_data


@pytest.fixture(autouse=True)
def _fresh_encoding() -> None:
    tokens._encoding.cache_clear()
    count_tokens.cache_clear()
    tokens._pieces.clear()
    tokens._first_of_texts.clear()
    tokens._behind_blanks.clear()


def test_tokens_are_counted_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table comes from a package; the environment is left as it was."""
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    assert count_tokens("hello world") == 2
    assert count_tokens("") == 0
    assert "TIKTOKEN_CACHE_DIR" not in os.environ


def test_the_users_own_folder_is_respected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A TIKTOKEN_CACHE_DIR that holds the table is used; one that does not is passed over, not filled from the net."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert count_tokens("hello world") == 2
    assert os.environ["TIKTOKEN_CACHE_DIR"] == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_special_tokens_are_plain_text() -> None:
    """A text that holds a control token of some model is counted as written."""
    assert count_tokens("<|endoftext|>") > 1


def test_long_unbroken_texts_are_counted() -> None:
    """Half a million characters without a blank are no trouble."""
    assert count_tokens("a" * 500_000) > 10_000


def test_a_missing_folder_is_named() -> None:
    """A folder that the package does not ship is an error that names it."""
    with pytest.raises(InvalidData, match="expected the folder no_such_folder inside llama-index-core"):
        package_data("no_such_folder")


@example("Nej  9, det er  (vist)  'sådan'   !")
@given(st.text(alphabet="abst lrevmdTS'’  .,;:!?()«»–—…“”•/-_%&0123456789æøåÄÖé\n×ª²ß\u00a0日ſ", max_size=80))
def test_words_that_are_counted_apart_have_as_many_tokens_as_in_their_text(text: str) -> None:
    """Whatever signs and blanks stand around them."""
    assert count_tokens(text) == len(tokens._encoding().encode_ordinary(text))
