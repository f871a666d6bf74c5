"""`kilde keys`: make, list and revoke API keys. A running service sees a change within seconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

import click

from index.schema import now
from service.access.keys import Keys
from service.access.records import SCOPES, SITE_SCOPES, Key
from service.settings import read_settings


@click.group()
def keys() -> None:
    """Keys for programs, and for the pages of sites."""


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="What it is for: ask, search (and read), documents (change them), admin (everything). Repeat it for several.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    help="Makes a site key, which is public: for the widget on pages of this origin (https://www.example.org).",
)
@click.option(
    "--expires", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC) from whose beginning on it does not hold."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def create(
    name: str, scopes: tuple[str, ...], origins: tuple[str, ...], expires: datetime | None, as_json: bool
) -> None:
    """Make the key NAME and print it, this once: only its hash is kept."""
    wanted = scopes or (SITE_SCOPES if origins else ("ask", "search"))
    until = expires.replace(tzinfo=UTC).isoformat(timespec="microseconds") if expires else None
    with opened() as store:
        key, secret = store.create(name, wanted, origins, until)
    if as_json:
        click.echo(json.dumps({**asdict(key), "key": secret}, ensure_ascii=False))
        return
    click.echo(secret)
    use = f'data-site="{secret}" in the tag of the widget' if origins else "the header Authorization: Bearer KEY"
    click.echo(f"{key.id}  {key.name}: {' '.join(key.scopes)}. Use it as {use}. It is not shown again.", err=True)


@keys.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def list_keys(as_json: bool) -> None:
    """List every key that was made here, without the keys themselves."""
    with opened() as store:
        found = store.all()
    if as_json:
        click.echo(json.dumps([asdict(key) for key in found], ensure_ascii=False))
        return
    if not found:
        click.echo("No keys. `kilde keys create NAME` makes one.")
        return
    rows = [("id", "name", "scopes", "origins", "created", "last used", "state")]
    for key in found:
        used = day(key.last_used) if key.last_used else "never"
        scopes, origins = " ".join(key.scopes), " ".join(key.origins)
        rows.append((key.id, key.name, scopes, origins or "-", day(key.created), used, state(key)))
    # Not a table as wide as the window: a long origin is to stay whole, for eyes and for grep.
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@keys.command()
@click.argument("key", metavar="ID_OR_NAME")
def revoke(key: str) -> None:
    """End a key. It stays listed, and never holds again."""
    with opened() as store:
        found = store.revoke(key)
    click.echo(f"{found.id}  {found.name}: revoked.")


@contextmanager
def opened() -> Iterator[Keys]:
    """The keys of the record that the settings name; nothing else is opened."""
    from index.library import open_record

    settings = read_settings()
    record = open_record(settings.data_dir, settings.database_url.get_secret_value() or None)
    try:
        yield Keys(record)
    finally:
        record.close()


def day(moment: str) -> str:
    """A moment to the minute, as people read it."""
    return moment[:16].replace("T", " ")


def state(key: Key) -> str:
    """Whether a key holds, in a word or two."""
    if key.revoked is not None:
        return f"revoked {day(key.revoked)}"
    if not key.holds(now()):
        return f"expired {day(key.expires or '')}"
    return f"holds until {day(key.expires)}" if key.expires else "holds"
