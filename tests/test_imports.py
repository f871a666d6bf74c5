"""What an answer without a model need not wait for is not imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SEEDS

SCRIPT = """
import json, sys
from service.command_line.main import cli
cli(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


ASK = ["ask", "what do the authors think about ROI?"]
NOT_FOR_ASKING = {
    *("alembic", "chromadb", "fastapi", "filelock", "httpx", "lingua", "lxml", "nltk", "onnxruntime", "pypdf", "scipy"),
    *("slack_sdk", "starlette", "tiktoken", "trafilatura", "uvicorn"),
}


def imported_by(command: list[str], folder: Path) -> set[str]:
    """The packages that are imported when a command has ended."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "KILDE_SEEDS": str(SEEDS)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *command],
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "KILDE_DATA_DIR": str(folder / "data")},
        cwd=folder,
        timeout=120,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", [["index", "build"], ASK])
def test_default_path_imports_no_model(command: list[str], tmp_path: Path) -> None:
    """By default neither indexing nor asking imports LlamaIndex, the openai SDK or torch."""
    imported = imported_by(command, tmp_path)
    assert not imported & {"llama_index", "openai", "torch", "sentence_transformers"}
    assert "index" in imported


def test_an_answer_from_an_index_that_is_there_imports_nothing_that_builds_or_serves_one(tmp_path: Path) -> None:
    """A question over an indexed folder loads neither Chroma nor what reads documents or serves HTTP."""
    imported_by(["index", "build"], tmp_path)
    imported = imported_by(ASK, tmp_path)
    assert not imported & NOT_FOR_ASKING
    assert "tantivy" in imported
