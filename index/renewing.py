"""Builds a worn lexical index anew beside the one in use, while others search and store documents."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from index.lock import RENEWING_NAME, writer_lock

if TYPE_CHECKING:
    from index.upkeep import Upkeep

FOLDER = "lexical-ahead"
WAIT_SECONDS = 60.0
"""For whoever is writing, once the new index is there."""


def renew(upkeep: Upkeep, stopped: Callable[[], bool]) -> bool:
    """See `EngineUpkeep.renew`: what is stored while the new index is written is brought into it at the end."""
    if not upkeep.is_worn():
        return False
    place = upkeep.folder / FOLDER
    with writer_lock(upkeep.data_dir, timeout_seconds=0, file_name=RENEWING_NAME):
        shutil.rmtree(place, ignore_errors=True)  # Of a process that was ended while it wrote.
        try:
            leg = upkeep.write_lexical(FOLDER, stopped)
            if stopped():
                return False
            with writer_lock(upkeep.data_dir, timeout_seconds=WAIT_SECONDS):
                if not upkeep.is_worn():  # A build has been faster.
                    return False
                name = upkeep.new_folder("lexical")
                place.rename(upkeep.folder / name)
                upkeep.catch_up_leg(upkeep.manifest(), replace(leg, folder=name))
                upkeep.sweep()
                return True
        finally:
            shutil.rmtree(place, ignore_errors=True)
