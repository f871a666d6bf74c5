"""Alembic's environment and the versions of the record's tables. `index.record` runs it when a record is behind."""
