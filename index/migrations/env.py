"""What Alembic runs: the migrations, on the connection (and inside the transaction) that the caller opened."""

from __future__ import annotations

from alembic import context

from index.schema import metadata

# Only ever run through `index.record`, which passes its connection; batch mode because SQLite cannot alter columns.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
