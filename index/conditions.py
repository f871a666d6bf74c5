"""What state the parts of a library are in, for those who watch over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from index.errors import IndexUnavailable
from index.legs import Legs
from index.neural import NeuralEmbedding

if TYPE_CHECKING:
    from index.library import Library


def of_library(library: Library, legs: Callable[[], Legs]) -> dict[str, str]:
    """The record, the lexical and the vector index: "ok", or what is wrong. `legs` returns those that are open."""
    states: dict[str, str] = {}
    for name, look in (("record", library.record.generation), ("lexical", lambda: library.lexical.count())):
        try:
            look()
            states[name] = "ok"
        except IndexUnavailable as error:
            states[name] = str(error)
    try:
        states["vectors"] = _of_vectors(library, legs())
    except IndexUnavailable as error:
        states["vectors"] = str(error)
    return states


def _of_vectors(library: Library, legs: Legs) -> str:
    if legs.vectors.failed:
        return "damaged; every vector is compared while it is built anew"
    embedding, upkeep = library.embedding, library.upkeep
    if not isinstance(embedding, NeuralEmbedding):
        return "ok"
    fault = upkeep.find_vectors_fault(legs.manifest.vectors)
    if embedding.trouble is None and fault is None and not upkeep.embedder.lacks_vectors():
        return "ok"
    made, all_ = (sum(library.record.count(name).values()) for name in (embedding.name, None))
    searched = "search goes on by words" if embedding.trouble or fault else "search uses those that are there"
    state = f"{embedding.name} has made {made} of {all_} vectors; {searched}"
    return f"{state}; {embedding.trouble}" if embedding.trouble else state
