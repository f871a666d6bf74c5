"""Speakers by name: who speaks in the documents is asked after every change, without reading a passage."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_passages_speaker_name", "passages", ["speaker_name"])
