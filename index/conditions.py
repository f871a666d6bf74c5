"""What state the indexes of this machine are in, for those who watch over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from index.errors import IndexUnavailable
from index.neural import NeuralEmbedding

if TYPE_CHECKING:
    from index.legs import Legs
    from index.upkeep import Upkeep


def of_indexes(upkeep: Upkeep, legs: Callable[[], Legs]) -> dict[str, str]:
    """The lexical and the vector index: "ok", or what is wrong. `legs` returns those that are open."""
    states: dict[str, str] = {}
    try:
        legs().lexical.count()
        states["lexical"] = "ok"
    except IndexUnavailable as error:
        states["lexical"] = str(error)
    try:
        states["vectors"] = _of_vectors(upkeep, legs())
    except IndexUnavailable as error:
        states["vectors"] = str(error)
    return states


def _of_vectors(upkeep: Upkeep, legs: Legs) -> str:
    if legs.vectors.failed:
        return "damaged; every vector is compared while it is built anew"
    embedding = upkeep.embedding
    if not isinstance(embedding, NeuralEmbedding):
        return "ok"
    fault = upkeep.find_vectors_fault(legs.manifest)
    if embedding.trouble is None and fault is None and not upkeep.embedder.lacks_vectors():
        return "ok"
    made, all_ = (sum(upkeep.record.count(name).values()) for name in (embedding.name, None))
    searched = "search goes on by words" if embedding.trouble or fault else "search uses those that are there"
    state = f"{embedding.name} has made {made} of {all_} vectors; {searched}"
    return f"{state}; {embedding.trouble}" if embedding.trouble else state
