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


@pytest.mark.parametrize("command", [["index", "build"], ["ask", "what do the authors think about ROI?"]])
def test_default_path_imports_no_model(command: list[str], tmp_path: Path) -> None:
    """By default neither indexing nor asking imports LlamaIndex, the openai SDK or torch."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KILDE_SEEDS": str(SEEDS)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *command],
        capture_output=True,
        text=True,
        check=True,
        env={**environment, "KILDE_DATA_DIR": str(tmp_path / "data")},
        cwd=tmp_path,
        timeout=120,
    )
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert not imported & {"llama_index", "openai", "torch", "sentence_transformers"}
    assert "index" in imported
