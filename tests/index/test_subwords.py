"""Subword vectors."""

from __future__ import annotations

import numpy as np

from index.subwords import SubwordEmbedding


def cosine(one: str, other: str) -> float:
    vectors = SubwordEmbedding().embed([one, other])
    return float(vectors[0] @ vectors[1])


def test_vectors_have_unit_length_and_the_stated_shape() -> None:
    """Rows are of unit length; a text without words is all zeros."""
    vectors = SubwordEmbedding().embed(["Kommercialisering", "…", "a b c"])
    assert vectors.shape == (3, SubwordEmbedding.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-5)


def test_cognates_typos_and_inflections_are_near() -> None:
    """Words that look alike have like vectors; other words do not."""
    assert cosine("kommercialisering", "kommersialisering") > 0.5
    assert cosine("customers", "cusotmers") > 0.3
    assert cosine("kunderne", "kundernes") > 0.6
    assert abs(cosine("kunderne", "xylofon")) < 0.2


def test_no_texts_give_no_rows() -> None:
    """An empty list is no error."""
    assert SubwordEmbedding().embed([]).shape == (0, SubwordEmbedding.dimensions)


def test_the_same_text_always_gives_the_same_vector() -> None:
    """Hashing does not depend on the process."""
    vector = SubwordEmbedding().embed(["kilde"])[0]
    assert int(np.argmax(np.abs(vector))) == int(np.argmax(np.abs(SubwordEmbedding().embed(["kilde"])[0])))
    assert np.count_nonzero(vector) > 5


def test_marks_at_words_change_no_vector() -> None:
    """Words with a mark before or behind them, or two with a mark between them, count as the words do."""
    plain, marked = SubwordEmbedding().embed(["kunde og klage etter 2", "(kunde), «OG» klage/etter — 2."])
    assert plain.tolist() == marked.tolist()
