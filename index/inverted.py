"""One language's inverted index: tantivy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.committed import DOCUMENT, ID, LENGTH, ROW, SPEAKER, TERMS, State, schema
from index.errors import IndexUnavailable
from index.records import Filters
from index.sending import Sent

if TYPE_CHECKING:
    import tantivy

# tantivy's own minimum is 15 MB a thread; 50 MB hold some 20,000 passages before it writes a segment.
WRITER_BYTES = 50_000_000
# Where filters leave no more passages than this, all of them are candidates, and words need not find them.
FEW_ALLOWED = 300
COMMITTED = "meta.json"
PANIC = "PanicException"
ACTIONS = ("open", "read", "write")


@dataclass(frozen=True, slots=True)
class Entry(Sent):
    """What is stored of a passage: the terms to find it by, with blanks between them, and the packed form that it is
    scored from."""

    id: str
    document_id: str
    speaker: str
    terms: str
    length: int
    packed: bytes


class _Explained:
    """Any error of tantivy or of the file system as one readable line."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A panic of tantivy's, as over garbage in a file that is open, is a BaseException of pyo3's own.
        if isinstance(error, (ValueError, OSError, RuntimeError)) or (kind and kind.__name__ == PANIC):
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise IndexUnavailable(f"{self._what}: {reason}") from error


class InvertedIndex:
    """Passages by their terms, in one folder. Readers see a change after `commit` and `reload`.

    Every method may raise IndexUnavailable: the folder is damaged, locked by another writer, or of another version.
    """

    def __init__(self, folder: Path) -> None:
        import tantivy

        self.folder = folder
        # Made once: a slip of the finger asks for the frequencies of some thousand terms.
        self._actions = {name: _Explained(f"cannot {name} the lexical index in {folder}") for name in ACTIONS}
        self._tantivy = tantivy
        self._schema = schema()
        self._writer: tantivy.IndexWriter | None = None
        with self._explained("open"):
            folder.mkdir(parents=True, exist_ok=True)
            self._index = self._opened()
            self._former: tantivy.Index | None = None
            stamp = self._stamp()
            self._state = State(self._index.searcher(), stamp)

    def _opened(self) -> tantivy.Index:
        index = self._tantivy.Index(self._schema, path=str(self.folder))
        # Else a thread looks at the folder twice a second and maps its files, even after they have been damaged.
        index.config_reader("manual")
        return index

    def add(self, entries: Iterable[tuple[Entry, int]]) -> None:
        """Add passages with their row numbers; earlier versions of them have to be removed first."""
        with self._explained("write"):
            writer = self._open_writer()
            for entry, row in entries:
                document = self._tantivy.Document()
                document.add_text(TERMS, entry.terms)
                document.add_text(ID, entry.id)
                document.add_text(DOCUMENT, entry.document_id)
                document.add_text(SPEAKER, entry.speaker.casefold())
                document.add_unsigned(LENGTH, entry.length)
                document.add_unsigned(ROW, row)
                writer.add_document(document)

    def remove(self, document_ids: Iterable[str]) -> None:
        """Remove every passage of these documents; ids that are not there do no harm."""
        with self._explained("write"):
            writer = self._open_writer()
            for id_ in document_ids:
                writer.delete_documents_by_term(DOCUMENT, id_)

    def remove_passages(self, ids: Iterable[str]) -> None:
        """Remove passages by their own ids; ids that are not there do no harm."""
        with self._explained("write"):
            writer = self._open_writer()
            for id_ in ids:
                writer.delete_documents_by_term(ID, id_)

    def commit(self) -> bool:
        """Make all changes lasting and release the folder to other writers. Returns whether there were any."""
        if self._writer is None:
            return False
        with self._explained("write"):
            self._writer.commit()
            self._writer.wait_merging_threads()
            self._writer = None
        self.reload()
        return True

    def reload(self) -> None:
        """See what has been committed, by this process or another; where nothing has, what is known of it stays.

        Two handles of the index take turns. Who is the last to let go of files that have been removed waits for the
        disk; a searcher would do so with Python's lock held, and every thread would wait. So the state before stays
        held by its handle, which lets go of it when it is its turn again, and leaves the lock meanwhile.
        """
        with self._explained("open"):
            if (stamp := self._stamp()) != self._state.stamp:
                index, self._former = self._former, self._index
                if index is None:
                    index = self._opened()
                else:
                    index.reload()
                self._index = index
                # A new object, because other threads are searching in the state before.
                self._state = State(index.searcher(), stamp)

    def count(self) -> int:
        """How many passages there are."""
        with self._explained("read"):
            return self._state.count

    def document_frequency(self, term: str) -> int:
        """How many passages have the term; passages removed since the last merge may still be counted."""
        with self._explained("read"):
            return self._state.frequencies[term]

    def rarities(self, terms: Sequence[str]) -> list[float]:
        """The inverse document frequency of each term."""
        with self._explained("read"):
            state = self._state
            return list(map(state.rarities.__getitem__, map(state.frequencies.__getitem__, terms)))

    def average_length(self) -> float:
        """The mean length of a passage in content tokens."""
        state = self._state
        if state.average_length is None:
            with self._explained("read"):
                found = state.searcher.aggregate(
                    self._tantivy.Query.all_query(), {"length": {"avg": {"field": LENGTH}}}
                )
            state.average_length = float(found["length"]["value"] or 0.0)
        return state.average_length

    def search(self, wanted: tantivy.Query | None, limit: int, filters: Filters) -> list[int]:
        """The rows that score highest by tantivy's BM25 over what `asked` made; where few are allowed, all of them."""
        state = self._state
        occur = self._tantivy.Occur
        with self._explained("read"):
            if constraints := list(self._constraints(filters)):
                allowed = self._allowed(state, filters)
                if allowed <= FEW_ALLOWED:
                    wanted, limit = constraints.pop(), max(1, allowed)
                if wanted is not None:
                    clauses = [(occur.Must, wanted), *((occur.Must, one) for one in constraints)]
                    wanted = self._tantivy.Query.boolean_query(clauses)
            if wanted is None:
                return []
            return self._rows(wanted, limit, state)

    def everything(self) -> NDArray[np.int64]:
        """The rows of all passages, ascending."""
        state = self._state
        if state.everything is None:
            count = max(1, int(state.searcher.num_docs))
            rows = self._rows(self._tantivy.Query.all_query(), count, state)
            state.everything = np.sort(np.array(rows, dtype=np.int64))
        return state.everything

    def _rows(self, wanted: tantivy.Query, limit: int, state: State) -> list[int]:
        with self._explained("read"):
            hits = state.searcher.search(wanted, limit, count=False).hits
            rows = state.searcher.fast_field_values(ROW, [address for _, address in hits])
            return [row for row in rows if isinstance(row, int)]

    @staticmethod
    def _allowed(state: State, filters: Filters) -> int:
        """At most how many passages meet the filters."""
        counts = []
        for name, values in ((DOCUMENT, filters.documents), (SPEAKER, _casefolded(filters.speakers))):
            if values:
                counts.append(sum(int(state.searcher.doc_freq(name, value)) for value in values))
        return min(counts)

    def _constraints(self, filters: Filters) -> Iterator[tantivy.Query]:
        """Constraints that leave the score alone."""
        query = self._tantivy.Query
        for name, values in ((DOCUMENT, list(filters.documents)), (SPEAKER, _casefolded(filters.speakers))):
            if values:
                yield query.const_score_query(query.term_set_query(self._schema, name, values), 0.0)

    def _stamp(self) -> tuple[int, int] | None:
        """What tells one commit from the next: tantivy writes its list of segments anew at each."""
        try:
            status = (self.folder / COMMITTED).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        return self._writer

    def _explained(self, action: str) -> _Explained:
        return self._actions[action]


def _casefolded(names: Iterable[str]) -> list[str]:
    return [name.casefold() for name in names]
