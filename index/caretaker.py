"""Looks after the engine while a service runs: one loop has it follow the record, and builds anew what is damaged.

Once a second it looks whether the record has changed, by a replica of the service or by a process that died before it
had indexed what it stored, and whether a part of the engine is damaged, missing, has failed in use, or holds mostly
what was removed. Answers go on meanwhile with what is left: the other index, or files that are still open. In a process
that ends soon nobody looks; the next opening does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from index.database import writing_documents
from index.errors import IndexBusy, IndexUnavailable
from index.lock import BUILDING_NAME, writer_lock

if TYPE_CHECKING:
    from index.engine import EngineSearch, EngineUpkeep

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often; a look takes 0.1 ms a file, and half a millisecond for the record."""
TRY_AGAIN_SECONDS = 5.0
"""After a try that failed: the disk is full or cannot be written."""
RENEW_AGAIN_SECONDS = 600.0
"""After a try to make anew what is worn, which takes as long as a build, and nobody waits for."""
RENEW_PAUSE_SECONDS = 0.1
"""Between two batches of passages, each of which takes about as long."""


class Caretaker:
    """One thread that looks and mends. `faults` says what is wrong just now, by part ("lexical", "vectors")."""

    def __init__(self, data_dir: Path, upkeep: EngineUpkeep, search: EngineSearch) -> None:
        self.faults: dict[str, str] = {}
        self.repaired: list[Callable[[str], None]] = []
        """Called with the part whenever one has been built anew."""
        self._data_dir = data_dir
        self._upkeep = upkeep
        self._search = search
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._renew_after = 0.0

    def start(self) -> None:
        """Begin to look, if that has not been done."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="kilde-caretaker", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop looking; a rebuild that is under way is waited for."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> bool:
        """Look once, and bring in order what is not, unless somebody else is at it; return whether anything was not.

        Raises:
            IndexUnavailable: the record cannot be read, or the engine not written.
        """
        before = self.faults
        self.faults = self._search.find_faults()
        if not (self.faults or self._upkeep.behind()):
            return self._renew()
        with ExitStack() as stack:
            try:
                # A build leaves the writer lock between its batches; what is missing meanwhile it makes at its end.
                stack.enter_context(writer_lock(self._data_dir, timeout_seconds=0, file_name=BUILDING_NAME))
                stack.enter_context(writer_lock(self._data_dir, timeout_seconds=0))
                if self._upkeep.is_shared:
                    stack.enter_context(writing_documents(self._upkeep.record.engine, 0))
            except IndexBusy:
                # Whoever is writing leaves all in order. Only what stays wrong is worth saying.
                self.faults = {part: fault for part, fault in self.faults.items() if part in before}
                return True
            self._mend()
        self.faults = self._search.find_faults()
        return True

    def _renew(self) -> bool:
        """Make anew what is worn, slowly, so that answers keep the processor; return whether that was done."""
        if not self._upkeep.is_worn() or time.monotonic() < self._renew_after:
            return False
        # Where it fails, the disk is full or cannot be written: all goes on with what there is.
        self._renew_after = time.monotonic() + RENEW_AGAIN_SECONDS
        try:
            renewed = self._upkeep.renew(lambda: self._stopping.wait(RENEW_PAUSE_SECONDS))
        except IndexBusy:
            return False
        if renewed:
            log.info("the lexical index, most of which had been removed, was written anew")
            self._renew_after = 0.0
        return renewed

    def _run(self) -> None:
        pause = LOOK_SECONDS
        while not self._stopping.wait(pause):
            pause = LOOK_SECONDS
            try:
                self.look()
            except IndexUnavailable as error:
                log.warning("the indexes could not be brought in order yet: %s", error)
                pause = TRY_AGAIN_SECONDS
            except Exception:  # A thread that ends here would never mend anything again.
                log.exception("looking after the indexes failed")
                pause = TRY_AGAIN_SECONDS

    def _mend(self) -> None:
        # Looked at again: another process may have mended it, or had been in the middle of writing.
        faults = self.faults = self._search.find_faults()
        if not faults:
            self._upkeep.follow()
            return
        for part, fault in faults.items():
            log.warning("the %s index is damaged, and is built anew: %s", part, fault)
        self._search.mend(faults)
        for part in faults:
            for observer in self.repaired:
                observer(part)
        log.info("the indexes are mended")
