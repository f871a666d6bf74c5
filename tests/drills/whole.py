"""Documents for builds that are disturbed, and all that an index is made of, to be compared with an undisturbed one."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.library import Library
from index.sentences import sentences as split
from tests.conftest import SEEDS

QUESTIONS = (
    *("what do the authors think about ROI?", "Hvad siger de om kundeservice?", "Hva mener forfatterne om tillit?"),
    *("Vad är poängen med sociala medier?", "Kva seier tekstane om innovasjon?"),
)


@dataclass(frozen=True, slots=True)
class Whole:
    """All that an index is made of, as one digest of each part, and what searches in it find."""

    documents: int
    versions: str
    segments: str
    passages: str
    vectors: str
    indexed: str
    found: tuple[tuple[str, float], ...]


def whole(library: Library, questions: Sequence[str] = QUESTIONS) -> Whole:
    """Read everything of an index."""
    record = library.record
    versions, segments, passages, vectors = (hashlib.sha256() for _ in range(4))
    details = record.details()
    for name in sorted(details):
        versions.update(repr((name, details[name])).encode())
        segments.update(repr(record.segments(name)).encode())
    for batch in record.all_passages():
        for passage in batch:
            passages.update(repr(passage).encode())
    for rows in record.vectors(library.embedding.name):
        vectors.update(repr(rows.ids).encode() + rows.vectors.tobytes())
    found = tuple(
        (hit.passage.id, round(hit.score, 6))
        for question in questions
        for hit in library.retriever.search(question, language=library.detector.detect(question).language)
    )
    lexical = library.lexical
    ids = [lexical._rows.ids(index.everything()) for _, index in sorted(lexical._indexes.items())]
    indexed = hashlib.sha256(repr([sorted(some) for some in ids]).encode())
    digests = (one.hexdigest() for one in (versions, segments, passages, vectors, indexed))
    return Whole(len(details), *digests, found)


def write_documents(folder: Path, count: int, seed: int = 7) -> Path:
    """Write so many documents of one or two sentences of the shipped texts, each of one text's."""
    choose = random.Random(seed)  # noqa: S311  # not for secrets
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    sentences = []
    for text in texts:
        spans = split(text, 0, len(text), "da")
        sentences.append([" ".join(text[span.start : span.end].split()) for span in spans])
    for number in range(count):
        some = sentences[number % len(sentences)]
        place = folder / f"{number // 1000:03}"
        place.mkdir(parents=True, exist_ok=True)
        said = " ".join(choose.choices(some, k=choose.randint(1, 2)))
        (place / f"d{number:06}.txt").write_text(f"Number {number}\n\n{said}\n", encoding="utf-8")
    return folder
