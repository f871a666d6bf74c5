"""Looks after the indexes while a service runs: what is damaged or missing is built anew from the record.

Answers go on meanwhile with what is left: the other index, or files that are still open. In a process that ends soon
nobody looks; the next opening does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from index.errors import IndexUnavailable
from index.lock import writer_lock
from index.upkeep import Upkeep

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often; a look takes 0.1 ms a file."""
TRY_AGAIN_SECONDS = 5.0
"""After a try that failed: the disk is full or cannot be written, or somebody else is writing."""


class Healing:
    """One thread that looks and mends. `faults` says what is wrong just now, by part."""

    def __init__(self, data_dir: Path, upkeep: Upkeep, failed: Callable[[], dict[str, str]]) -> None:
        """`failed` tells which index failed in use: its part ("lexical", "vectors") and its folder."""
        self.faults: dict[str, str] = {}
        self._data_dir = data_dir
        self._upkeep = upkeep
        self._failed = failed
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kilde-healing", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; a rebuild that is under way is waited for."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while not self._stopping.wait(pause):
            pause = LOOK_SECONDS
            try:
                self._look()
            except IndexUnavailable as error:
                log.warning("the index could not be mended yet: %s", error)
                pause = TRY_AGAIN_SECONDS
            except Exception:  # A thread that ends here would never mend anything again.
                log.exception("looking after the indexes failed")
                pause = TRY_AGAIN_SECONDS

    def _look(self) -> None:
        self.faults = self._find_faults()
        if not self.faults:
            return
        with writer_lock(self._data_dir, timeout_seconds=0):
            # Looked at again: another process may have mended it, or had been in the middle of writing.
            self.faults = self._find_faults()
            if not self.faults:
                return
            for part, fault in self.faults.items():
                log.warning("the %s index is damaged, and is built anew: %s", part, fault)
            manifest = self._upkeep.manifest()
            legs = {"lexical": manifest.lexical, "vectors": manifest.vectors}
            suspect = {leg.folder for part, leg in legs.items() if leg is not None and part in self.faults}
            self._upkeep.bring_up_to_date(suspect=suspect)
        log.info("the indexes are mended")
        self.faults = self._find_faults()

    def _find_faults(self) -> dict[str, str]:
        upkeep = self._upkeep
        manifest = upkeep.manifest()
        found = {"lexical": upkeep.find_lexical_fault(manifest.lexical) or upkeep.find_missing(manifest.lexical)}
        if not upkeep.embedder.is_neural:  # Those have a thread of their own (index.legs), which waits for a model.
            served = manifest.vectors if not upkeep.chroma_url else None
            found["vectors"] = upkeep.find_vectors_fault(manifest.vectors) or upkeep.find_missing(served)
        for part, folder in self._failed().items():
            leg = manifest.lexical if part == "lexical" else manifest.vectors
            if leg is not None and leg.folder == folder and not found.get(part):
                found[part] = "it failed in use"
        return {part: fault for part, fault in found.items() if fault}
