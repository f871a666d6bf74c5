"""The tables of the record, in SQLAlchemy Core. Only types that SQLite and PostgreSQL both have are used.

Times are UTC as ISO 8601 text of one width (`now()`), so that they sort as text in every database. Spans are code
points. `migrations/` creates these tables; a test holds the two together.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

REVISION = "0005"
"""The Alembic revision that these tables are at: compared on opening, so that Alembic is only imported to migrate."""

# Named, because a later migration can only alter or drop a constraint that has a name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def now() -> str:
    """The present moment, UTC, as ISO 8601 with microseconds: `2026-01-31T12:00:00.000000+00:00`."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


# One row: which record this is, and how many changes it has seen. Derived indexes store both.
meta = Table(
    "meta",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("identity", String(32), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("created", String(32), nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

# The last generation in which each document, also one that is gone, was changed: what a derived index has to catch up.
changes = Table(
    "changes",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("generation", Integer, nullable=False, index=True),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("path", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("author", Text),
    Column("characters", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    # How it came to be here: "folder" documents leave with their file, "added" ones stay until they are removed.
    Column("origin", String(16), nullable=False),
    # The entry of sources.toml that it was prepared with, and the settings of the preparation.
    Column("source", JSON),
    Column("preparation", Text, nullable=False),
    Column("stored", String(32), nullable=False),
    # Last, because SQLite walks through a long value to reach the columns behind it.
    Column("text", Text, nullable=False),
)

# What the file says beside its text: facts as [name, value, origin], parts as [kind, start, end, name, number, reason].
# A table of its own, because a column added to `documents` would stand behind the text.
extractions = Table(
    "extractions",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("facts", JSON, nullable=False),
    Column("parts", JSON, nullable=False),
)

segments = Table(
    "segments",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("language", String(16), nullable=False),
    Column("speaker_name", Text),
    Column("speaker_role", String(16)),
    Column("reason", Text),
    Column("lead_in_start", Integer),
    Column("lead_in_end", Integer),
    Column("number", Integer, nullable=False),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    # A copy of document.text[start:end]; docs/decisions/0202 has the figures for keeping it.
    Column("text", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("speaker_name", Text, index=True),
    Column("speaker_role", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("context", Text, nullable=False),
    Column("sentences", JSON, nullable=False),
    Index(None, "document_id", "position"),
)

# float32, little-endian. By embedding name, so that a change of embedding can be interrupted without loss.
vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", Text, ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True),
    Column("embedding", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created", String(32), nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("created", String(32), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Index(None, "conversation_id", "created"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("message_id", String(64), ForeignKey("messages.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("rating", String(8), nullable=False),
    Column("comment", Text),
    Column("created", String(32), nullable=False),
    CheckConstraint("rating IN ('up', 'down')", name="rating"),
)

# Keys with which programs and pages ask. They are never deleted: a revoked one stays, with the moment it ended.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    # The SHA-256 of the secret, in hexadecimal.
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    # The web origins that a site key is bound to; empty for a secret key.
    Column("origins", JSON, nullable=False),
    Column("created", String(32), nullable=False),
    Column("expires", String(32)),
    Column("revoked", String(32)),
    Column("last_used", String(32)),
)

# Slack. An event is claimed by inserting it; its job is kept until the answer is delivered, so that another process can
# take it over. `message` is the message that it tells of: Slack reports a mention in a known thread as two events.
slack_events = Table(
    "slack_events",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("message", String(128), unique=True),
    Column("claimed", String(32), nullable=False),
    # From when on anybody may take the job over; null when there is nothing left to do.
    Column("due", String(32), index=True),
    Column("attempts", Integer, nullable=False),
    # Blocks of the answer that have been delivered.
    Column("delivered", Integer, nullable=False),
    Column("job", JSON(none_as_null=True)),
)

# The threads that the bot has spoken in; there it answers without being mentioned again.
slack_threads = Table(
    "slack_threads",
    metadata,
    Column("team", String(32), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("thread", String(32), primary_key=True),
    Column("conversation_id", String(64), ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("created", String(32), nullable=False),
)

# The three tables that slack_sdk's SQLAlchemy stores read and write, column by column as it declares them (so times are
# naive here); a test holds them to it.
slack_installations = Table(
    "slack_installations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client_id", String(32), nullable=False),
    Column("app_id", String(32), nullable=False),
    Column("enterprise_id", String(32)),
    Column("enterprise_name", String(200)),
    Column("enterprise_url", String(200)),
    Column("team_id", String(32)),
    Column("team_name", String(200)),
    Column("bot_token", String(200)),
    Column("bot_id", String(32)),
    Column("bot_user_id", String(32)),
    Column("bot_scopes", String(1000)),
    Column("bot_refresh_token", String(200)),
    Column("bot_token_expires_at", DateTime),
    Column("user_id", String(32), nullable=False),
    Column("user_token", String(200)),
    Column("user_scopes", String(1000)),
    Column("user_refresh_token", String(200)),
    Column("user_token_expires_at", DateTime),
    Column("incoming_webhook_url", String(200)),
    Column("incoming_webhook_channel", String(200)),
    Column("incoming_webhook_channel_id", String(200)),
    Column("incoming_webhook_configuration_url", String(200)),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("token_type", String(32)),
    Column("installed_at", DateTime, nullable=False),
    Index("ix_slack_installations_lookup", "client_id", "enterprise_id", "team_id", "user_id", "installed_at"),
)

slack_bots = Table(
    "slack_bots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client_id", String(32), nullable=False),
    Column("app_id", String(32), nullable=False),
    Column("enterprise_id", String(32)),
    Column("enterprise_name", String(200)),
    Column("team_id", String(32)),
    Column("team_name", String(200)),
    Column("bot_token", String(200)),
    Column("bot_id", String(32)),
    Column("bot_user_id", String(32)),
    Column("bot_scopes", String(1000)),
    Column("bot_refresh_token", String(200)),
    Column("bot_token_expires_at", DateTime),
    Column("is_enterprise_install", Boolean, nullable=False),
    Column("installed_at", DateTime, nullable=False),
    Index("ix_slack_bots_lookup", "client_id", "enterprise_id", "team_id", "installed_at"),
)

slack_oauth_states = Table(
    "slack_oauth_states",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String(200), nullable=False),
    Column("expire_at", DateTime, nullable=False),
)
