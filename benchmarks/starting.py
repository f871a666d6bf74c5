"""Cold starts: `kilde ask` over an index that is there, beside importing Chroma alone, in turns."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from tempfile import TemporaryDirectory

ASK = "from service.command_line import main; main()"
QUESTION = "what do the authors think about ROI?"


def seconds(turns: int) -> tuple[float, float]:
    """Processor seconds until `kilde ask` and until `import chromadb` has ended, each the least of some turns."""
    with TemporaryDirectory() as folder:
        environment = {**os.environ, "KILDE_DATA_DIR": folder, "KILDE_SEEDS": "seeds"}
        ask = [sys.executable, "-c", ASK, "ask", QUESTION]
        subprocess.run(ask, env=environment, check=True, capture_output=True)  # noqa: S603 - indexes first
        asked, imported = [], []
        for _ in range(turns):
            asked.append(_seconds(ask, environment))
            imported.append(_seconds([sys.executable, "-c", "import chromadb"], environment))
        return min(asked), min(imported)


def _seconds(command: Sequence[str], environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603 - fixed commands
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2)
