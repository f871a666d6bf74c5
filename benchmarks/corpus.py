"""A data folder full of made-up passages, loaded straight into the record and the lexical index.

What is measured over it is searching and changing, so nothing is cleaned, segmented or chunked, and no text of a
document, no segment and no vector is stored beside the packed rows: the vector index is empty (decision 1001 says when
it would be asked). Everything else is as a build leaves it, and the folder is opened as any other.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, update

from benchmarks.synthetic import Synthetic
from index import rows
from index import vectors as vector_index
from index.analysis import Analyzer
from index.basis import Basis
from index.chunk import MAX_TOKENS
from index.lexical import LexicalIndex
from index.lexical_upkeep import described
from index.library import RECORD_NAME, Library, open_library
from index.manifest import Leg
from index.record import Record
from index.records import Document, Passage
from index.schema import documents, now, passages
from index.upkeep import Upkeep

BATCH = 5_000
LEXICAL, VECTORS = "lexical-9", "vectors-9"


def open_corpus(folder: Path, size: int, made: Synthetic, analyzer: Analyzer) -> tuple[Library, float | None]:
    """Open a corpus, and make it first where it is not there; how is said by `fill`."""
    rate = fill(folder, size, made, analyzer)
    _confirm(folder, analyzer)
    return open_library(folder, analyzer=analyzer), rate


def fill(folder: Path, size: int, made: Synthetic, analyzer: Analyzer) -> float | None:
    """Fill a data folder; passages a second of processor time for indexing, None where it was full already."""
    done, wanted = folder / "made", f"{size} passages by {analyzer.fingerprint}"
    if done.is_file() and done.read_text() == wanted:
        return None
    shutil.rmtree(folder, ignore_errors=True)
    indexing = 0.0
    with open_library(folder, analyzer=analyzer) as library, library.writing() as upkeep:
        lexical = LexicalIndex(upkeep.folder / LEXICAL, analyzer)
        for batch in _batches(made.passages(size), BATCH):
            _store(library.record, batch, upkeep.preparation)
            began = time.process_time()
            lexical.add(batch)
            indexing += time.process_time() - began
        began = time.process_time()
        lexical.commit()
        indexing += time.process_time() - began
        switch(upkeep)
    done.write_text(wanted)
    return round(size / indexing)


def _confirm(folder: Path, analyzer: Analyzer) -> None:
    """Note that other settings of the preparation make the same: these passages are not made of any text."""
    with closing(Record.open(folder / RECORD_NAME)) as record:
        wanted = Basis.of(folder, record, analyzer, None, MAX_TOKENS).preparation
        if record.prepared_otherwise(wanted):
            with record.write() as connection:
                connection.execute(update(documents).values(preparation=wanted))


def switch(upkeep: Upkeep) -> None:
    """Make what was written the current indexes."""
    generation = upkeep.record.generation()
    lexical = described(upkeep, LEXICAL, generation, None, upkeep.record.count())
    vector_index.write(upkeep.folder / VECTORS, [], {})
    vectors = Leg(VECTORS, upkeep.embedder.settings, generation, {}, {})
    upkeep.switch(replace(upkeep.manifest(), lexical=lexical, vectors=vectors))


def _store(record: Record, batch: Sequence[Passage], preparation: str) -> None:
    """Put whole documents into the record, many a transaction."""
    by_document: dict[str, list[Passage]] = {}
    for passage in batch:
        by_document.setdefault(passage.document_id, []).append(passage)
    with record.write() as connection:
        for name, found in by_document.items():
            document = Document(name, "", "", name, name, found[0].language, found[0].speaker.name)
            row = rows.document_row(document) | {"passages": len(found), "origin": "added"}
            row |= {"preparation": preparation, "source": None, "stored": now()}
            connection.execute(insert(documents), [row])
            connection.execute(insert(passages), rows.passage_rows(found))


def _batches(found: Iterator[Passage], size: int) -> Iterator[list[Passage]]:
    while batch := list(islice(found, size)):
        yield batch
