"""API keys in the record: made, listed and revoked. Of the secret only a hash is kept.

The hash is plain SHA-256. A slow or keyed one defends secrets that can be guessed; these have 256 random bits
(docs/decisions/0801-keys-and-limits.md).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping
from typing import get_args

from sqlalchemy import Row, insert, select, update

from index.record import Record
from index.schema import api_keys, now
from service.access.records import SCOPES, SITE_SCOPES, InvalidKey, Key, Scope, UnknownKey

SECRET_BYTES = 32
PREFIX, SITE_PREFIX = "kilde_", "kilde_site_"
"""By these, people and programs that look for leaked keys know what they have found."""
MAX_NAME_CHARACTERS = 100
ORIGIN = re.compile(r"https?://[^\s,/?#@]+")


def digest_of(secret: str) -> str:
    """What is kept of a secret: its SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


class Keys:
    """Reads and writes the keys of the record. Every method may raise IndexUnavailable."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def create(
        self, name: str, scopes: Collection[str], origins: Collection[str] = (), expires: str | None = None
    ) -> tuple[Key, str]:
        """Make a key; return it with its secret, which nobody can read again.

        Args:
            name: what people call it; no other key that holds has it.
            scopes: some of SCOPES.
            origins: of a site key, such as `https://www.example.org`; none makes a secret key.
            expires: from when on it does not hold any more, as `index.schema.now` writes it.

        Raises:
            InvalidKey: it cannot be like that; the message says what was expected.
        """
        name, wanted = name.strip(), checked_scopes(scopes)
        if not 0 < len(name) <= MAX_NAME_CHARACTERS or not name.isprintable():
            raise InvalidKey(f"expected a name of 1 to {MAX_NAME_CHARACTERS} printable characters, found {name!r}")
        if origins and not set(wanted) <= set(SITE_SCOPES):
            raise InvalidKey("expected the scopes ask and search of a key that stands in a page, found others")
        moment = now()
        if expires is not None and expires <= moment:
            raise InvalidKey("expected a day in the future on which the key expires, found one in the past")
        places = tuple(checked_origin(origin) for origin in origins)
        secret = (SITE_PREFIX if places else PREFIX) + secrets.token_urlsafe(SECRET_BYTES)
        key = Key(secrets.token_hex(4), name, wanted, places, moment, expires)
        row = {
            "id": key.id,
            "digest": digest_of(secret),
            "name": name,
            "scopes": list(wanted),
            "origins": list(places),
            "created": moment,
            "expires": expires,
        }
        with self._record.write() as connection:
            taken = connection.execute(select(api_keys).where(api_keys.c.name == name)).all()
            if any(key_of(other).holds(moment) for other in taken):
                raise InvalidKey(f"expected a name that no key has, found {name!r}; revoke that one first")
            connection.execute(insert(api_keys), [row])
        return key, secret

    def all(self) -> list[Key]:
        """Every key that was ever made, the oldest first."""
        return list(self.by_digest().values())

    def by_digest(self) -> dict[str, Key]:
        """Every key that was ever made, by what is kept of its secret."""
        with self._record.read() as connection:
            found = connection.execute(select(api_keys).order_by(api_keys.c.created, api_keys.c.id))
            return {row.digest: key_of(row) for row in found}

    def revoke(self, id_or_name: str) -> Key:
        """Have a key hold no longer; it stays listed. Raises UnknownKey where no key that holds has that id or name."""
        moment = now()
        with self._record.write() as connection:
            for row in connection.execute(select(api_keys)).all():
                key = key_of(row)
                if id_or_name in (key.id, key.name) and key.revoked is None:
                    connection.execute(update(api_keys).where(api_keys.c.id == key.id).values(revoked=moment))
                    return key
        raise UnknownKey(f"expected the id or the name of a key that holds, found {id_or_name!r}")

    def note_used(self, moments: Mapping[str, str]) -> None:
        """Note when keys were used last, by their id."""
        with self._record.write() as connection:
            for key_id, moment in moments.items():
                connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_used=moment))


def key_of(row: Row[tuple[object, ...]]) -> Key:
    """A key from its row."""
    scopes = tuple(scope for scope in SCOPES if scope in row.scopes)
    return Key(row.id, row.name, scopes, tuple(row.origins), row.created, row.expires, row.revoked, row.last_used)


def checked_scopes(scopes: Collection[str]) -> tuple[Scope, ...]:
    """The scopes in their own order. Raises InvalidKey where there is none, or one that does not exist."""
    unknown = set(scopes) - set(get_args(Scope))
    if unknown or not scopes:
        found = ", ".join(sorted(unknown)) or "none"
        raise InvalidKey(f"expected one or more of the scopes {', '.join(SCOPES)}, found {found}")
    return tuple(scope for scope in SCOPES if scope in scopes)


def checked_origin(written: str) -> str:
    """An origin as browsers send it. Raises InvalidKey for anything else."""
    origin = written.strip().rstrip("/").lower()
    if not ORIGIN.fullmatch(origin):
        raise InvalidKey(f"expected an origin such as https://www.example.org, found {written!r}")
    return origin
