"""Has the embedding make the vectors that the record lacks: at once by subwords, for as long as it takes by a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index import stored_vectors
from index.embedding import Embedding, embed_passages
from index.errors import EmbeddingUnavailable, IndexUnavailable
from index.lock import EMBEDDING_NAME, writer_lock
from index.neural import MAX_TEXTS, NeuralEmbedding
from index.record import Record

Progress = Callable[[int, int, str], None]

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Embedder:
    """An embedding and the record that its vectors are kept in. `data_dir` holds the lock of a model at work."""

    data_dir: Path
    record: Record
    embedding: Embedding

    @property
    def settings(self) -> str:
        """What the vectors of an index have to agree in."""
        if self.is_neural:
            return self.embedding.name  # How long its vectors are may not be known before it is asked.
        return f"{self.embedding.name}, {self.embedding.dimensions} dimensions"

    @property
    def is_neural(self) -> bool:
        """Whether a model makes the vectors: slowly, for money, and not always."""
        return isinstance(self.embedding, NeuralEmbedding)

    def lacks_vectors(self) -> bool:
        """Whether a model has passages left to embed."""
        return self.is_neural and stored_vectors.are_missing(self.record, self.embedding.name)

    def expect_dimensions(self) -> None:
        """Hold the model to vectors as long as those that are stored."""
        if isinstance(self.embedding, NeuralEmbedding):
            self.embedding.expect(stored_vectors.dimensions(self.record, self.embedding.name))

    def embed(self, progress: Progress | None) -> None:
        """Make what is missing, in the foreground and under the writer lock."""
        self._embed(progress, BATCH, changing=False, stopped=lambda: False)

    def embed_by_model(
        self, progress: Progress | None = None, *, changing: bool = False, stopped: Callable[[], bool] = lambda: False
    ) -> None:
        """Have a model embed what it has not yet. Needs no writer lock; each batch lasts as soon as it is there.

        Args:
            progress: called with (done, total, what) after each batch.
            changing: see `Record.add_vectors`.
            stopped: asked between two batches; what is left is done the next time.

        Raises:
            EmbeddingUnavailable: the model failed, or another process is at it.
        """
        if not self.lacks_vectors():
            return
        self.expect_dimensions()
        try:
            with writer_lock(self.data_dir, timeout_seconds=0, file_name=EMBEDDING_NAME):
                self._embed(progress, MAX_TEXTS, changing=changing, stopped=stopped)
        except EmbeddingUnavailable:
            raise
        except IndexUnavailable as error:
            raise EmbeddingUnavailable(str(error)) from None

    def _embed(self, progress: Progress | None, batch: int, *, changing: bool, stopped: Callable[[], bool]) -> None:
        total, done = sum(self.record.count().values()), 0
        for passages in self.record.without_vector(self.embedding.name, batch):
            vectors = embed_passages(self.embedding, passages)
            ids = [passage.id for passage in passages]
            self.record.add_vectors(self.embedding.name, ids, vectors, changing=changing)
            done += len(passages)
            if progress:
                progress(done, total, "Embedding")
            if stopped():
                return
