"""Following a folder until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest

from service.assistant import Assistant
from service.command_line.watch import follow
from service.settings import Settings


class Deaf:
    """In the place of an assistant: interrupted while it looks at the folder, where the exception is lost."""

    def needs_build(self, _: Path) -> bool:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return False


def test_an_interrupt_whose_exception_is_lost_ends_following_all_the_same(tmp_path: Path) -> None:
    """As in a finaliser, which Python runs at any moment; afterwards Ctrl-C means what it meant before."""
    former, ended = signal.getsignal(signal.SIGINT), threading.Event()

    def change() -> None:
        number = 0
        while not ended.wait(0.2):
            number += 1
            (tmp_path / "sea.txt").write_text(f"The fishermen row out, {number}.", encoding="utf-8")

    changing = threading.Thread(target=change)
    changing.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            follow(cast(Assistant, Deaf()), Settings(data_dir=tmp_path / ".kilde", seeds=tmp_path), print)
    finally:
        ended.set()
        changing.join()
    assert signal.getsignal(signal.SIGINT) == former
