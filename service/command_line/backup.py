"""`kilde backup` and `kilde restore`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from index.backup import Copy, back_up, look_through, restore
from index.errors import IndexUnavailable
from index.inspection import DERIVED_NAME
from index.library import LOCK_TIMEOUT_SECONDS, RECORD_NAME
from index.lock import BUILDING_NAME, writer_lock
from service.bootstrap import open_assistant
from service.settings import Settings, read_settings


@click.command("backup")
@click.argument("destination", type=click.Path(path_type=Path))
def backup_command(destination: Path) -> None:
    """Copy the record to a file, or into a folder under a name with the time. The service may go on."""
    if destination.is_dir():
        destination = destination / f"kilde-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.sqlite3"
    copy = back_up(record_of(read_settings()), destination)
    click.echo(f"{copy.path}: {describe(copy)}")


@click.command("restore")
@click.argument("copy", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Overwrite the record that is there.")
def restore_command(copy: Path, force: bool) -> None:
    """Put a copy in the place of the record, and build the indexes from it. The service may go on."""
    settings = read_settings()
    record = record_of(settings)
    look_through(copy)
    if record.exists() and not force:
        raise IndexUnavailable(f"expected no record at {record}, found one; --force overwrites it with the copy")
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexUnavailable(f"cannot make {settings.data_dir}: {error.strerror or error}") from None
    with (
        writer_lock(settings.data_dir, timeout_seconds=LOCK_TIMEOUT_SECONDS, file_name=BUILDING_NAME),
        writer_lock(settings.data_dir, timeout_seconds=LOCK_TIMEOUT_SECONDS),
    ):
        restored = restore(copy, record)
    click.echo(f"{restored.path}: {describe(restored)}")
    with open_assistant(settings) as assistant:
        with assistant.library.writing() as upkeep:
            upkeep.bring_up_to_date()
        click.echo(
            f"{settings.index_url or settings.data_dir / DERIVED_NAME}: {assistant.library.lexical.count()} passages"
        )
    if not restored.in_place and force:
        click.echo("The record that was there could not be used: start a service that is running anew.", err=True)


def record_of(settings: Settings) -> Path:
    """The record's file. Raises IndexUnavailable where the record is not in the data folder."""
    if settings.database_url.get_secret_value():
        raise IndexUnavailable(
            "expected a record in the data folder, found KILDE_DATABASE_URL; use the database's own tools, as pg_dump"
        )
    return settings.data_dir / RECORD_NAME


def describe(copy: Copy) -> str:
    """What is in a copy."""
    return f"{copy.documents} documents, {copy.messages} messages, {copy.size_bytes / 1e6:.1f} MB, looked through"
