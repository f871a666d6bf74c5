"""What is asked of the record's tables, as statements."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, select

from index import rows
from index.schema import documents, extractions, passages, vectors


def with_extraction(*columns: Any) -> Select[Any]:
    """Select from the documents, each with what its file says beside its text where that is known."""
    joined = documents.outerjoin(extractions, extractions.c.document_id == documents.c.id)
    return select(*columns).select_from(joined)


def vectors_by(embedding: str) -> Select[Any]:
    """Select the vectors that an embedding made, each with its passage's language."""
    columns = select(vectors.c.passage_id, passages.c.language, vectors.c.vector)
    return columns.join(passages, passages.c.id == vectors.c.passage_id).where(vectors.c.embedding == embedding)


def named(query: Select[Any], column: Any) -> Select[Any]:
    """The query, constrained to the rows whose column is among the parameter `ids`.

    Made once, not for every read: SQLAlchemy takes as long to compare a new one with those that it has compiled as the
    database does to answer it.
    """
    return query.where(column.in_(bindparam("ids", expanding=True)))


PASSAGES = named(select(passages), passages.c.id)
PASSAGES_OF = named(select(passages).order_by(passages.c.document_id, passages.c.position), passages.c.document_id)
INFOS = named(with_extraction(*rows.INFO_COLUMNS), documents.c.id)
TEXTS = named(select(documents.c.id, documents.c.text), documents.c.id)
VERSIONS = select(*(documents.c[name] for name in ("id", "sha256", "path", "source", "preparation", "origin")))
