"""What every engine is derived from: the record, and everything that decides what is made of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from index.analysis import Analyzer
from index.embedder import Embedder
from index.embedding import Embedding
from index.language import LanguageDetector
from index.record import Record
from index.subwords import SubwordEmbedding

DATA = Path(__file__).parent / "data"
READING = 13
"""To be raised with every change that takes another text out of the same file: a build then reads every file anew."""
PREPARATION = 17
"""To be raised with every change of the code from given to chunk that makes other passages of the same text."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The record with the analysis, the detection of languages, the embedding and the settings it is used with.

    `max_tokens` is of a passage; `preparation` names everything that decides which passages are made of a file.
    """

    data_dir: Path
    record: Record
    analyzer: Analyzer
    detector: LanguageDetector
    embedding: Embedding
    max_tokens: int
    preparation: str

    @classmethod
    def of(
        cls, data_dir: Path, record: Record, analyzer: Analyzer, embedding: Embedding | None, max_tokens: int
    ) -> Basis:
        """What is derived from a record; by default with hashed subwords for vectors."""
        return Basis(
            data_dir=data_dir,
            record=record,
            analyzer=analyzer,
            detector=LanguageDetector(analyzer.words),
            embedding=embedding or SubwordEmbedding(),
            max_tokens=max_tokens,
            preparation=_preparation(max_tokens, analyzer.lexicon.sha256),
        )

    @property
    def basis(self) -> Basis:
        """What this engine, if it is one, is derived from."""
        return Basis(*parts_of(self))

    @property
    def has_subwords(self) -> bool:
        """Whether the vectors are the hashed subwords that passages are packed with anyway."""
        return self.embedding.name.startswith("subword")

    @property
    def embedder(self) -> Embedder:
        """What makes the vectors that the record lacks."""
        return Embedder(self.data_dir, self.record, self.embedding)


def parts_of(basis: Basis) -> tuple[Path, Record, Analyzer, LanguageDetector, Embedding, int, str]:
    """The fields of a basis in order, to make an engine's own of."""
    return (
        basis.data_dir,
        basis.record,
        basis.analyzer,
        basis.detector,
        basis.embedding,
        basis.max_tokens,
        basis.preparation,
    )


def _preparation(max_tokens: int, lexicon_sha256: str) -> str:
    """Name everything that decides which passages are made of a file: code, settings, lexicon and word lists.

    How the text is taken out of the file stands behind the semicolon: it cannot be made up for from a stored text.
    """
    checksum = hashlib.sha256(lexicon_sha256.encode())
    for path in sorted(DATA.iterdir()):
        if path.is_file():
            checksum.update(path.name.encode() + path.read_bytes())
    return f"version {PREPARATION}, {max_tokens} tokens, data {checksum.hexdigest()[:16]}; read {READING}"
