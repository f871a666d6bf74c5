"""What a stored document was made from, and vectors as they are read: apart from the tables, for those who need no
database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Version:
    """What a stored document was made from; where any of it differs, the document has to be prepared again.

    `source` is its entry of sources.toml as a dict, `preparation` names the settings of the preparation, and `origin`
    is "folder" for a document that leaves when its file does and "added" for one that stays until it is removed.
    """

    sha256: str
    path: str
    source: Mapping[str, Any] | None
    preparation: str
    origin: str


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """Rows of passage ids, their languages, and their vectors, float32 (n, dimensions)."""

    ids: tuple[str, ...]
    languages: tuple[str, ...]
    vectors: FloatArray
