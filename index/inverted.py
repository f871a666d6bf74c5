"""One language's inverted index: tantivy. The only module that knows tantivy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import IndexUnavailable
from index.records import Filters
from index.scoring import HEADER, Pieces, cut

if TYPE_CHECKING:
    import tantivy

# tantivy's own minimum is 15 MB a thread; 50 MB hold some 20,000 passages before it writes a segment.
WRITER_BYTES = 50_000_000
# Remembered between searches, by language: terms' frequencies (some 100 bytes each) and passages (some 2 kB each).
MAX_REMEMBERED, MAX_CANDIDATES = 100_000, 10_000
EMPTY = bytes(HEADER.itemsize)
TERMS, ID, DOCUMENT, SPEAKER, LENGTH, PACKED = "terms", "id", "document", "speaker", "length", "packed"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is stored of a passage: the terms to find it by, and the packed form that it is scored from."""

    id: str
    document_id: str
    speaker: str
    terms: Sequence[str]
    length: int
    packed: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that has some of the terms, as stored."""

    id: str
    document_id: str
    pieces: Pieces


class _State:
    """What a search sees from its beginning to its end, and what is remembered of it; `reload` makes another."""

    __slots__ = ("average_length", "candidates", "frequencies", "searcher")

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self.average_length: float | None = None
        self.frequencies: dict[str, int] = {}
        self.candidates: dict[tuple[int, int], Candidate] = {}


class InvertedIndex:
    """Passages by their terms, in one folder. Readers see a change after `commit` and `reload`.

    Every method may raise IndexUnavailable: the folder is damaged, locked by another writer, or of another version.
    """

    def __init__(self, folder: Path) -> None:
        import tantivy

        self.folder = folder
        self._tantivy = tantivy
        self._schema = _schema()
        self._writer: tantivy.IndexWriter | None = None
        with self._explained("open"):
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(folder))
            self._state = _State(self._index.searcher())

    def add(self, entries: Iterable[Entry]) -> None:
        """Add passages; an id that is already there has to be removed first."""
        with self._explained("write"):
            writer = self._open_writer()
            for entry in entries:
                document = self._tantivy.Document()
                document.add_text(TERMS, " ".join(entry.terms))
                document.add_text(ID, entry.id)
                document.add_text(DOCUMENT, entry.document_id)
                document.add_text(SPEAKER, entry.speaker.casefold())
                document.add_unsigned(LENGTH, entry.length)
                document.add_bytes(PACKED, entry.packed)
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
        """See what has been committed, by this process or another."""
        with self._explained("open"):
            self._index.reload()
            # A new object, because other threads are searching in the state before.
            self._state = _State(self._index.searcher())

    def count(self) -> int:
        """How many passages there are."""
        return int(self._state.searcher.num_docs)

    def document_frequency(self, term: str) -> int:
        """How many passages have the term; passages removed since the last merge may still be counted."""
        state = self._state
        found = state.frequencies.get(term)
        if found is None:
            if len(state.frequencies) >= MAX_REMEMBERED:
                state.frequencies = {}
            found = state.frequencies[term] = int(state.searcher.doc_freq(TERMS, term))
        return found

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

    def search(self, terms: Sequence[tuple[str, float]], limit: int, filters: Filters) -> list[Candidate]:
        """The passages that score highest by tantivy's BM25 over the weighted terms, best first."""
        query = self._tantivy.Query
        occur = self._tantivy.Occur
        clauses = [
            (occur.Should, query.boost_query(query.term_query(self._schema, TERMS, term, "freq"), weight))
            for term, weight in terms
        ]
        if not clauses:
            return []
        with self._explained("read"):
            wanted = query.boolean_query(clauses)
            if constraints := list(self._constraints(filters)):
                wanted = query.boolean_query([(occur.Must, wanted), *((occur.Must, one) for one in constraints)])
            # One state throughout: an address means another passage in another one.
            state = self._state
            hits = state.searcher.search(wanted, limit, count=False).hits
            return [self._candidate(state, address) for _, address in hits]

    def _candidate(self, state: _State, address: tantivy.DocAddress) -> Candidate:
        """A stored passage; those asked for lately are remembered, which saves half of a search's time."""
        key = (address.segment_ord, address.doc)
        found = state.candidates.get(key)
        if found is None:
            document = state.searcher.doc(address)
            found = Candidate(
                id=str(document.get_first(ID)),
                document_id=str(document.get_first(DOCUMENT)),
                pieces=cut(bytes(document.get_first(PACKED) or EMPTY)),
            )
            if len(state.candidates) >= MAX_CANDIDATES:
                state.candidates = {}
            state.candidates[key] = found
        return found

    def _constraints(self, filters: Filters) -> Iterator[tantivy.Query]:
        """Constraints that leave the score alone."""
        query = self._tantivy.Query
        speakers = [speaker.casefold() for speaker in filters.speakers]
        for field, values in ((DOCUMENT, list(filters.documents)), (SPEAKER, speakers)):
            if values:
                yield query.const_score_query(query.term_set_query(self._schema, field, values), 0.0)

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        return self._writer

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        """Any error of tantivy or of the file system as one readable line."""
        try:
            yield
        except (ValueError, OSError, RuntimeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise IndexUnavailable(f"cannot {action} the lexical index in {self.folder}: {reason}") from error


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field(TERMS, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(DOCUMENT, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(SPEAKER, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(LENGTH, fast=True)
    builder.add_bytes_field(PACKED, stored=True)
    return builder.build()
