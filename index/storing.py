"""Writes documents into the record's tables, inside a transaction that the record has begun."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from index import rows
from index.errors import InvalidData
from index.schema import changes, documents, extractions, meta, now, passages, segments
from index.schema import vectors as vectors_table
from index.versions import FloatArray

if TYPE_CHECKING:
    from index.prepare import Prepared

    ToStore = tuple[Prepared, FloatArray | None, Mapping[str, Any] | None, str]
    """A document, a vector for each of its passages, and `source` and `origin` as in `index.versions.Version`.

    None for the vectors if they are to be added later."""

# SQLite allows 32,766 bound values in a statement; a thousand ids keep statements short and are as fast.
IDS_A_STATEMENT = 1000


def store(connection: Connection, versions: Sequence[ToStore], *, embedding: str, preparation: str) -> int:
    """Put documents in the place of their former versions; return the new generation.

    Raises:
        InvalidData: the vectors do not match the passages, or a passage's text is not the document's at its place.
    """
    for prepared, vectors, _, _ in versions:
        _check(prepared, vectors)
    ids = [prepared.document.id for prepared, _, _, _ in versions]
    stored = now()
    documents_rows = [
        rows.document_row(prepared.document)
        | {
            "passages": len(prepared.passages),
            "origin": origin,
            "source": None if source is None else dict(source),
            "preparation": preparation,
            "stored": stored,
        }
        for prepared, _, source, origin in versions
    ]
    _wait_for_others(connection)
    for start in range(0, len(ids), IDS_A_STATEMENT):
        some = ids[start : start + IDS_A_STATEMENT]
        connection.execute(delete(documents).where(documents.c.id.in_(some)))
    insert_rows(connection, documents, documents_rows)
    for table, found in _parts(versions, embedding):
        insert_rows(connection, table, found)
    return _note_change(connection, *ids)


def forget(connection: Connection, document_id: str) -> bool:
    """Remove a document with everything that belongs to it; False where there is none of that id."""
    _wait_for_others(connection)
    if connection.execute(delete(documents).where(documents.c.id == document_id)).rowcount == 0:
        return False
    _note_change(connection, document_id)
    return True


def add_vectors(
    connection: Connection, embedding: str, ids: Sequence[str], vectors: FloatArray, *, changing: bool
) -> None:
    """Insert vectors of those passages that are still there and have none yet; see `Record.add_vectors`."""
    _wait_for_others(connection)  # Two replicas may make the same vectors.
    present = select(passages.c.id, passages.c.document_id).where(passages.c.id.in_(ids))
    known = select(vectors_table.c.passage_id).where(vectors_table.c.embedding == embedding)
    wanted = {row[0]: row[1] for row in connection.execute(present.where(passages.c.id.not_in(known)))}
    new = [row for row in rows.vector_rows(embedding, ids, vectors) if row["passage_id"] in wanted]
    insert_rows(connection, vectors_table, new)
    if changing and wanted:
        _note_change(connection, *sorted(set(wanted.values())))


def _parts(versions: Sequence[ToStore], embedding: str) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """The rows of everything that belongs to documents, a table at a time, in the order that their keys allow."""
    every = [prepared for prepared, _, _, _ in versions]
    yield extractions, [rows.extraction_row(one.document) for one in every]
    yield segments, [row for one in every for row in rows.segment_rows(one.document.id, one.segments)]
    yield passages, [row for one in every for row in rows.passage_rows(one.passages)]
    yield (
        vectors_table,
        [
            row
            for one, vectors, _, _ in versions
            if vectors is not None
            for row in rows.vector_rows(embedding, [passage.id for passage in one.passages], vectors)
        ],
    )


def insert_rows(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns, into a table; no rows are no statement."""
    if not values:
        return
    dialect = connection.dialect
    if not dialect.positional:
        connection.execute(insert(table), list(values))
        return
    # What SQLAlchemy does for each row and value takes longer than SQLite; here it is done a column at a time.
    names = [column.name for column in table.columns if column.name in values[0]]
    columns: list[Iterable[Any]] = []
    for name in names:
        column = map(itemgetter(name), values)
        process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        columns.append(map(process, column) if process else column)
    statement = str(insert(table).compile(dialect=dialect, column_keys=names))
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def _wait_for_others(connection: Connection) -> None:
    """Let one transaction at a time change documents. SQLite does so by itself; PostgreSQL locks the row."""
    connection.execute(select(meta.c.generation).with_for_update())


def _note_change(connection: Connection, *document_ids: str) -> int:
    connection.execute(update(meta).values(generation=meta.c.generation + 1))
    generation = int(connection.execute(select(meta.c.generation)).scalar_one())
    for start in range(0, len(document_ids), IDS_A_STATEMENT):
        some = document_ids[start : start + IDS_A_STATEMENT]
        connection.execute(delete(changes).where(changes.c.document_id.in_(some)))
    insert_rows(connection, changes, [{"document_id": name, "generation": generation} for name in document_ids])
    return generation


def _check(prepared: Prepared, array: FloatArray | None) -> None:
    name, text = prepared.document.id, prepared.document.text
    if array is not None and (array.ndim != 2 or len(array) != len(prepared.passages)):
        expected = len(prepared.passages)
        raise InvalidData(f"document {name}: expected {expected} vectors as rows, found an array of {array.shape}")
    if "\0" in text:
        raise InvalidData(f"document {name}: expected text, found the character NUL")
    for passage in prepared.passages:
        if passage.document_id != name or passage.text != text[passage.start : passage.end]:
            raise InvalidData(f"document {name}: expected the passage {passage.id} to be its text at that place")
