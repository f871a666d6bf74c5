"""What the record holds of an embedding's vectors: whether any is missing, and how long they are."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select

from index.record import Record
from index.schema import passages, vectors


def are_missing(record: Record, embedding: str) -> bool:
    """Whether there is a passage that has no vector by an embedding."""
    known = select(vectors.c.passage_id).where(vectors.c.embedding == embedding)
    with record.read() as connection:
        query = select(passages.c.id).where(passages.c.id.not_in(known)).limit(1)
        return connection.execute(query).first() is not None


def dimensions(record: Record, embedding: str) -> int:
    """How long the stored vectors by an embedding are; 0 where there are none."""
    query = select(vectors.c.vector).where(vectors.c.embedding == embedding).limit(1)
    with record.read() as connection:
        found = connection.execute(query).scalar()
    return len(found) // np.dtype(np.float32).itemsize if found else 0
