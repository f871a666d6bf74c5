"""Keys in the record: made once, kept as a hash, revoked for good; and how a running service sees them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from index.errors import IndexUnavailable
from index.record import Record
from index.schema import now
from service.access.keyring import NOTE_SECONDS, REFRESH_SECONDS, Keyring, configured_keys
from service.access.keys import Keys
from service.access.records import InvalidKey, UnknownKey
from service.settings import InvalidSettings

pytestmark = pytest.mark.anyio

SOON = "9999-01-01T00:00:00.000000+00:00"


def test_a_secret_is_not_kept(keys: Keys, tmp_path: Path) -> None:
    """No file of the record has the secret, or its 256 random bits in another form that it could be found by."""
    _, secret = keys.create("importer", ["documents"])
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.startswith("kilde_")
    assert len(secret) == len("kilde_") + 43
    assert secret.encode() not in stored
    assert secret.removeprefix("kilde_").encode() not in stored
    assert b"importer" in stored


def test_a_key_is_found_by_its_secret_until_it_is_revoked(keys: Keys) -> None:
    """By nothing else; and a revoked key stays listed with the moment it ended."""
    key, secret = keys.create("reader", ["search", "ask"])
    assert key.scopes == ("ask", "search")
    assert Keyring(keys).read().find(secret) == key
    for other in (secret[:-1], secret + "x", secret.upper(), "", "kilde_"):
        assert Keyring(keys).read().find(other) is None
    keys.revoke("reader")
    assert Keyring(keys).read().find(secret) is None
    assert [found.revoked is not None for found in keys.all()] == [True]


def test_a_key_expires(keys: Keys) -> None:
    """From the moment on that it was made with."""
    key, secret = keys.create("short", ["ask"], expires=SOON)
    assert Keyring(keys).read().find(secret) is not None
    assert key.holds(now())
    assert not key.holds(SOON)


@pytest.mark.parametrize(
    ("name", "scopes", "origins", "expires"),
    [
        ("", ["ask"], [], None),
        ("a\x1b[31m", ["ask"], [], None),
        ("x" * 101, ["ask"], [], None),
        ("a", [], [], None),
        ("a", ["everything"], [], None),
        ("a", ["ask", "documents"], ["https://www.example.org"], None),
        ("a", ["ask"], ["www.example.org"], None),
        ("a", ["ask"], ["https://www.example.org/page"], None),
        ("a", ["ask"], ["*"], None),
        ("a", ["ask"], [], "2020-01-01T00:00:00.000000+00:00"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    keys: Keys, name: str, scopes: list[str], origins: list[str], expires: str | None
) -> None:
    """The error says what was expected; nothing is kept."""
    with pytest.raises(InvalidKey, match="expected"):
        keys.create(name, scopes, origins, expires)
    assert keys.all() == []


def test_names_are_of_one_key_at_a_time(keys: Keys) -> None:
    """A name is free again once its key is revoked; what is revoked cannot be revoked again."""
    first, _ = keys.create("a", ["ask"])
    with pytest.raises(InvalidKey, match="name that no key has"):
        keys.create("a", ["ask"])
    keys.revoke(first.id)
    second, _ = keys.create("a", ["ask"])
    assert keys.revoke("a").id == second.id
    for gone in ("a", first.id, "nobody"):
        with pytest.raises(UnknownKey):
            keys.revoke(gone)


def test_a_short_configured_key_is_refused_unseen() -> None:
    """The message names the setting and the key's place, and does not repeat it."""
    with pytest.raises(InvalidSettings, match=r"KILDE_API_KEYS.*number 2") as caught:
        configured_keys("a-key-that-is-long-enough,secret")
    assert "secret" not in str(caught.value)
    assert configured_keys(" , ") == {}


async def test_a_running_service_sees_what_another_process_did(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is made and revoked over another connection holds and ends here after the time between two looks."""
    clock = [0.0]
    monkeypatch.setattr("service.access.keyring.time", SimpleNamespace(monotonic=lambda: clock[0]))
    keyring = Keyring(keys)
    other = Record.open(tmp_path / "record.sqlite3")
    _, secret = Keys(other).create("a", ["ask"])
    assert (await keyring.current()).find(secret) is not None
    Keys(other).revoke("a")
    assert (await keyring.current()).find(secret) is not None
    clock[0] = REFRESH_SECONDS
    assert (await keyring.current()).find(secret) is None
    other.close()


async def test_keys_that_cannot_be_read_let_nobody_in(tmp_path: Path) -> None:
    """Once the record fails, so does the question for a key; the ones known before do not hold on."""
    record = Record.open(tmp_path / "record.sqlite3")
    keyring = Keyring(Keys(record), refresh_seconds=0.0)
    await keyring.current()
    record.close()
    (tmp_path / "record.sqlite3").write_bytes(b"garbage" * 1000)
    with pytest.raises(IndexUnavailable):
        await keyring.current()


def test_the_last_use_is_noted(keys: Keys) -> None:
    """When it is told to, for keys of the record; a configured one has no row."""
    key, _ = keys.create("a", ["ask"])
    keyring = Keyring(keys, configured_keys("a-key-that-is-long-enough"))
    for used in (key, *configured_keys("a-key-that-is-long-enough").values()):
        keyring.used(used)
    assert keys.all()[0].last_used is None
    keyring.note()
    assert (keys.all()[0].last_used or "") > key.created
    assert NOTE_SECONDS > 1


def test_a_record_that_cannot_be_written_does_not_stop_anybody(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a use cannot be noted is logged, and no more."""
    key, _ = keys.create("a", ["ask"])
    keyring = Keyring(keys)
    keyring.used(key)

    def fail(_: object) -> None:
        raise IndexUnavailable("the record cannot be written")

    monkeypatch.setattr(keys, "note_used", fail)
    keyring.note()
