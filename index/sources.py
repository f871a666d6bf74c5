"""Reads `sources.toml`: what a folder's keeper says of the documents that their text does not say."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

from index.errors import InvalidData

FILE_NAME = "sources.toml"


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is said of one document. Each is None where nothing is said; `published` is as written, or ISO 8601."""

    title: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None
    publication: str | None = None


_KEYS = tuple(field.name for field in fields(SourceInfo))


def read_sources(folder: Path) -> Mapping[str, SourceInfo]:
    """Return what `sources.toml` in a folder says, by document id (file stem); empty where there is no such file.

    Raises:
        InvalidData: the file is not TOML, or a table, key or value is not one of those expected; the message names the
            file and the line or the key.
    """
    path = folder / FILE_NAME
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return MappingProxyType({})
    except OSError as error:
        raise InvalidData(f"{path}: expected a readable file, found: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise InvalidData(f"{path}: expected UTF-8 text, found another byte at offset {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidData(f"{path}: expected TOML, found: {error}") from None
    return MappingProxyType({name: _source(path, name, table) for name, table in tables.items()})


def _source(path: Path, name: str, table: object) -> SourceInfo:
    if not isinstance(table, dict):
        raise InvalidData(f"{path}: expected only tables such as [{name}], found the key {name!r} outside of one")
    values: dict[str, str] = {}
    for key, value in table.items():
        if key not in _KEYS:
            raise InvalidData(f"{path}: [{name}]: expected the keys {', '.join(_KEYS)}, found {key!r}")
        if isinstance(value, datetime.date):
            value = value.isoformat()
        if not isinstance(value, str) or not value.strip():
            raise InvalidData(f"{path}: [{name}] {key}: expected a text, found {value!r}")
        values[key] = value.strip()
    return SourceInfo(**values)
