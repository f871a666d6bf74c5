"""Makes small documents and vectors for the tests of the store."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.analysis import Analyzer
from index.build import BuildReport, build
from index.lexicon import load_lexicon
from index.library import Library, open_library
from index.prepare import Prepared
from index.record import Record
from index.records import Document, Passage, Segment, Span, Speaker

DIMENSIONS = 8


def make_prepared(name: str, *texts: str, language: str = "sv", speaker: str | None = None) -> Prepared:
    """A document of these paragraphs, each one passage of one sentence."""
    text = "\n".join(texts)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    segments: list[Segment] = []
    passages: list[Passage] = []
    start = 0
    said = Speaker(speaker, "commenter" if speaker else "author")
    for paragraph in texts:
        end = start + len(paragraph)
        segments.append(Segment("paragraph", start, end, language, said))
        passages.append(
            Passage(
                id=f"{name}:{start}-{end}:{sha256[:8]}",
                document_id=name,
                start=start,
                end=end,
                text=paragraph,
                language=language,
                speaker=said,
                kind="paragraph",
                sentences=(Span(start, end),),
                context="A heading",
            )
        )
        start = end + 1
    document = Document(name, text, sha256, f"{name}.txt", name.title(), language, speaker)
    return Prepared(document, tuple(segments), tuple(passages))


def make_vectors(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    """Random vectors of unit length, (count, DIMENSIONS)."""
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def store(record: Record, prepared: Prepared, seed: int = 0, embedding: str = "test") -> npt.NDArray[np.float32]:
    """Store a document with random vectors, which are returned."""
    vectors = make_vectors(len(prepared.passages), seed)
    record.replace(prepared, vectors, embedding=embedding)
    return vectors


def open_record(folder: Path) -> Record:
    """A record in a folder."""
    return Record.open(folder / "record.sqlite3")


TEXTS = {
    "bread": "Bread\n\nA baker kneads the dough in the morning. The oven is hot before anybody is awake.\n",
    "sea": "Havet\n\nFiskarna ror ut på havet innan solen går upp. På kvällen kommer de hem med torsk.\n",
    "trains": "Trains\n\nThe train leaves the station at noon. Nobody knows when it arrives in the mountains.\n",
}
"""Two languages, and no word that two of them share but small ones."""


@lru_cache(maxsize=1)
def shared_analyzer() -> Analyzer:
    """The analysis with the project's lexicon, loaded once for all tests."""
    return Analyzer(load_lexicon())


def write_texts(folder: Path, **texts: str) -> Path:
    """Write texts as files, by stem, and return their folder; TEXTS if none are given."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (texts or TEXTS).items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, **options: Any) -> Library:
    """A library under a folder, which uses its vector index however small it is."""
    always = {"analyzer": shared_analyzer(), "compare_at_most": 0, "vector_index_above": 0}
    return open_library(folder / "data", **{**always, **options})


def built(folder: Path, **options: Any) -> tuple[Library, BuildReport]:
    """A library of the texts that are in a folder's `texts`; of TEXTS if there are none."""
    texts = folder / "texts"
    if not texts.exists():
        write_texts(texts)
    library = opened(folder, **options)
    return library, build(library, texts)


def find(library: Library, question: str, language: str = "en") -> list[str]:
    """The documents of the passages that are found, best first, each once."""
    hits = library.retriever.search(question, language=language)
    for hit in hits:
        passage = hit.passage
        assert library.record.text_slices([(passage.document_id, passage.start, passage.end)]) == [passage.text]
    return list(dict.fromkeys(hit.passage.document_id for hit in hits))


def letters(text: str) -> list[float]:
    """A vector that a test can foresee: how often each of 26 letters comes, not of unit length."""
    return [float(text.lower().count(chr(97 + number))) for number in range(26)]
