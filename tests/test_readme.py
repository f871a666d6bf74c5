"""The README shows what the program prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_the_answer_in_the_readme_is_the_real_one(tmp_path: Path) -> None:
    """The block under `make ask` is what the command prints for that question, line breaks aside."""
    block = re.search(
        r"```\n\$ make ask Q=\"([^\"]+)\"\n(.+?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert block is not None
    done = subprocess.run(
        [Path(sys.executable).with_name("kilde"), "ask", block[1]],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "KILDE_DATA_DIR": str(tmp_path)},
        check=True,
    )
    assert " ".join(block[2].split()) == " ".join(done.stdout.split())
