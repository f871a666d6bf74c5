"""The record: the one truth about documents, passages and vectors. Both indexes are derived from it.

Every change is one transaction that also raises `generation()` by one and notes which document changed, so that a
derived index can tell what it has missed. All methods may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, Select, delete, func, select, update

from index import rows, selecting, storing
from index.connections import Connections
from index.database import BUSY_TIMEOUT_SECONDS, open_engine
from index.records import Document, DocumentInfo, Passage, Segment
from index.remembered import Remembered, Watched
from index.schema import changes, documents, extractions, meta, passages, segments
from index.schema import vectors as vectors_table
from index.versions import FloatArray, VectorBatch, Version

if TYPE_CHECKING:
    from index.prepare import Prepared


class Record(Connections):
    """The stored documents. Every method may raise IndexUnavailable: locked, damaged, not writable, out of space."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        with self.read() as connection:
            self.identity: str = connection.execute(select(meta.c.identity)).scalar_one()
        self._watched = Watched(engine)
        self._infos: Remembered[DocumentInfo] = Remembered(self._watched, attrgetter("id"))
        self._passages: Remembered[Passage] = Remembered(self._watched, attrgetter("document_id"))

    @classmethod
    def open(cls, url_or_path: str | Path, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS) -> Record:
        """Open a record, making or migrating its tables where needed.

        Args:
            url_or_path: an SQLAlchemy URL, or the path of an SQLite file.
            busy_timeout_seconds: how long a statement waits for a lock that another process holds.

        Raises:
            IndexUnavailable: see `index.database.open_engine`.
        """
        return cls(open_engine(url_or_path, busy_timeout_seconds=busy_timeout_seconds))

    def close(self) -> None:
        """Close every connection; the record cannot be used afterwards by this object."""
        self._watched.close()
        self.engine.dispose()

    # Reading

    def generation(self) -> int:
        """How many changes to documents have been committed."""
        with self.read() as connection:
            return int(connection.execute(select(meta.c.generation)).scalar_one())

    def watched_generation(self) -> int | None:
        """`generation()` within some microseconds, where the database can tell that it is still the same; else None."""
        return self._watched.generation()

    def documents(self, after: str = "", limit: int | None = None) -> list[DocumentInfo]:
        """Every document, by id; or so many at most of those after an id, which need not be one's."""
        query = selecting.with_extraction(*rows.INFO_COLUMNS).where(documents.c.id > after)
        with self.read() as connection:
            return [rows.document_info(row) for row in connection.execute(query.order_by(documents.c.id).limit(limit))]

    def count_documents(self) -> int:
        """How many documents there are."""
        with self.read() as connection:
            return int(connection.execute(select(func.count()).select_from(documents)).scalar_one())

    def document_ids(self, languages: Collection[str] = ()) -> list[str]:
        """The ids of the documents in these languages, of all where none is given, in order."""
        query = select(documents.c.id).order_by(documents.c.id)
        with self.read() as connection:
            found = connection.execute(query.where(documents.c.language.in_(languages)) if languages else query)
            return list(found.scalars())

    def titled(self, title: str) -> list[str]:
        """The ids of the documents of this title, in order."""
        with self.read() as connection:
            query = select(documents.c.id).where(documents.c.title == title).order_by(documents.c.id)
            return list(connection.execute(query).scalars())

    def info(self, ids: Iterable[str]) -> dict[str, DocumentInfo]:
        """The documents of these ids; unknown ids are left out."""

        def read(missing: Sequence[str]) -> dict[str, DocumentInfo]:
            return {one.id: one for one in map(rows.document_info, self._found(selecting.INFOS, missing))}

        return read(list(ids)) if self.holds_moment else self._infos.get(list(ids), read)

    def document(self, document_id: str) -> Document | None:
        """One document with its text."""
        with self.read() as connection:
            query = selecting.with_extraction(documents, extractions.c.facts, extractions.c.parts)
            row = connection.execute(query.where(documents.c.id == document_id)).first()
            return None if row is None else rows.document(row)

    def segments(self, document_id: str) -> list[Segment]:
        """A document's segments in order, furniture included."""
        query = select(segments).where(segments.c.document_id == document_id).order_by(segments.c.position)
        with self.read() as connection:
            return [rows.segment(row) for row in connection.execute(query)]

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """The passages of these ids; ids that are no longer in the record are left out."""

        def read(missing: Sequence[str]) -> dict[str, Passage]:
            return {one.id: one for one in map(rows.passage, self._found(selecting.PASSAGES, missing))}

        return read(list(ids)) if self.holds_moment else self._passages.get(list(ids), read)

    def passages_of(self, document_ids: Iterable[str]) -> list[Passage]:
        """The passages of these documents, each document's in order."""
        return [rows.passage(row) for row in self.by_ids(selecting.PASSAGES_OF, document_ids)]

    def all_passages(self, batch: int = 1000, after: str = "") -> Iterator[list[Passage]]:
        """Every passage whose id is greater than `after`, by id, in lists of at most `batch`."""
        for found in self.in_batches(select(passages), passages.c.id, batch, after or None):
            yield [rows.passage(row) for row in found]

    def versions(self) -> dict[str, str]:
        """The SHA-256 of every document's bytes, by document id."""
        return {name: version.sha256 for name, version in self.details().items()}

    def details(self, ids: Collection[str] | None = None) -> dict[str, Version]:
        """What every document, or every one of these ids that there is, was made from, by document id."""
        if ids is not None:
            found = list(self.by_ids(selecting.named(selecting.VERSIONS, documents.c.id), ids))
        else:
            with self.read() as connection:
                found = list(connection.execute(selecting.VERSIONS).all())
        return {row.id: Version(row.sha256, row.path, row.source, row.preparation, row.origin) for row in found}

    def prepared_otherwise(self, preparation: str) -> list[str]:
        """The documents that were prepared with other settings than these, by id; how they were read does not count."""
        same = documents.c.preparation.startswith(preparation.partition(";")[0] + ";", autoescape=True)
        query = select(documents.c.id).where(~same).order_by(documents.c.id)
        with self.read() as connection:
            return list(connection.execute(query).scalars())

    def text_slices(self, places: Sequence[tuple[str, int, int]]) -> list[str | None]:
        """The stored text at (document id, start, end), None where there is no such document or place."""
        wanted = {name for name, _, _ in places}
        texts = {row.id: row.text for row in self.by_ids(selecting.TEXTS, wanted)}
        return [
            texts[name][start:end] if name in texts and 0 <= start <= end <= len(texts[name]) else None
            for name, start, end in places
        ]

    def count(self, embedding: str | None = None) -> dict[str, int]:
        """How many passages there are a language; with an embedding's name, how many that have a vector by it."""
        query = select(passages.c.language, func.count()).group_by(passages.c.language)
        if embedding is not None:
            query = query.join(vectors_table, vectors_table.c.passage_id == passages.c.id).where(
                vectors_table.c.embedding == embedding
            )
        with self.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def changed_since(self, generation: int) -> tuple[int, frozenset[str]]:
        """The present generation, and the documents that were stored or removed after the given one."""
        with self.read() as connection:
            present = int(connection.execute(select(meta.c.generation)).scalar_one())
            query = select(changes.c.document_id).where(changes.c.generation > generation)
            return present, frozenset(connection.execute(query).scalars())

    def passages_since(self, generation: int) -> int:
        """How many passages belong to documents that were stored after the given generation."""
        query = select(func.coalesce(func.sum(documents.c.passages), 0)).join(
            changes, changes.c.document_id == documents.c.id
        )
        with self.read() as connection:
            return int(connection.execute(query.where(changes.c.generation > generation)).scalar_one())

    def vectors(self, embedding: str, batch: int = 1000) -> Iterator[VectorBatch]:
        """Every vector by an embedding, by passage id, in batches of at most `batch` rows."""
        for found in self.in_batches(selecting.vectors_by(embedding), vectors_table.c.passage_id, batch):
            yield rows.vector_batch(found)

    def vectors_of(self, embedding: str, document_ids: Collection[str]) -> VectorBatch:
        """The vectors by an embedding of these documents' passages."""
        return rows.vector_batch(
            list(self.by_ids(selecting.named(selecting.vectors_by(embedding), passages.c.document_id), document_ids))
        )

    def without_vector(self, embedding: str, batch: int = 1000) -> Iterator[list[Passage]]:
        """Every passage that has no vector by an embedding, in lists of at most `batch`."""
        known = select(vectors_table.c.passage_id).where(vectors_table.c.embedding == embedding)
        for found in self.in_batches(select(passages).where(passages.c.id.not_in(known)), passages.c.id, batch):
            yield [rows.passage(row) for row in found]

    # Writing

    def replace(
        self,
        prepared: Prepared,
        vectors: FloatArray | None,
        *,
        embedding: str = "unnamed",
        preparation: str = "",
        source: Mapping[str, Any] | None = None,
        origin: str = "folder",
    ) -> int:
        """Store a document in the place of its former version, in one transaction; return the new generation.

        Args:
            prepared: the document with its segments and passages.
            vectors: (number of passages, dimensions), in the order of the passages; None to add them later.
            embedding: the name of the embedding that made the vectors.
            preparation, source, origin: see `Version`.

        Raises:
            InvalidData: the vectors do not match the passages, or a passage's text is not the document's at its place.
        """
        return self.replace_all([(prepared, vectors, source, origin)], embedding=embedding, preparation=preparation)

    def replace_all(
        self,
        versions: Sequence[storing.ToStore],
        *,
        embedding: str,
        preparation: str,
    ) -> int:
        """Store several documents (prepared, vectors, source, origin) as `replace` does, all in one transaction.

        A transaction is what costs most of storing a short document: it is synced to the disk.
        """
        with self.write() as connection:
            return storing.store(connection, versions, embedding=embedding, preparation=preparation)

    def confirm(self, document_id: str, preparation: str) -> None:
        """Note that other settings of the preparation make the same of a document; nothing else changes."""
        with self.write() as connection:
            connection.execute(update(documents).where(documents.c.id == document_id).values(preparation=preparation))

    def remove(self, document_id: str) -> bool:
        """Remove a document with everything that belongs to it; False where there is none of that id."""
        with self.write() as connection:
            return storing.forget(connection, document_id)

    def add_vectors(self, embedding: str, ids: Sequence[str], vectors: FloatArray, *, changing: bool = False) -> None:
        """Store further vectors; those of passages that are gone by now, or have one already, are left out.

        Args:
            changing: their documents count as changed, so that readers see the vectors.
        """
        with self.write() as connection:
            storing.add_vectors(connection, embedding, ids, vectors, changing=changing)

    def remove_other_vectors(self, embedding: str) -> None:
        """Remove every vector that another embedding made."""
        with self.write() as connection:
            connection.execute(delete(vectors_table).where(vectors_table.c.embedding != embedding))

    def _found(self, query: Select[Any], ids: Sequence[str]) -> Iterable[Sequence[Any]]:
        """As `by_ids`, but past SQLAlchemy where that can be: then JSON is as it is stored."""
        found = None if self.holds_moment else self._watched.found(query, ids)
        return self.by_ids(query, ids) if found is None else found
