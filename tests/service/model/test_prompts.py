"""The prompt files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.errors import InvalidData
from service.model.prompts import FOLDER, PLACEHOLDERS, load_prompts


def test_every_prompt_is_a_file_with_its_placeholders() -> None:
    """The prompts can be read as they are shipped."""
    assert set(load_prompts().templates) == set(PLACEHOLDERS)


def test_values_are_not_interpreted() -> None:
    """A dollar sign in a question is only a dollar sign."""
    filled = load_prompts().fill("answer.user", passages="$language", question="$5 or ${question}?", language="Danish")
    assert "Question: $5 or ${question}?" in filled
    assert "<passages>\n$language\n</passages>" in filled


@pytest.mark.parametrize("change", ["{} $surprise", "no placeholders", "half a $ sign {}", None])
def test_a_prompt_that_was_edited_wrongly_is_named(tmp_path: Path, change: str | None) -> None:
    """A placeholder too many or too few, a stray dollar sign or a missing file stop the start with the file's name."""
    folder = tmp_path / "prompts"
    shutil.copytree(FOLDER, folder)
    path = folder / "standalone.system.md"
    if change is None:
        path.unlink()
    else:
        path.write_text(change.format(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InvalidData, match=r"standalone\.system\.md"):
        load_prompts(folder)
