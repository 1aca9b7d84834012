"""Alembic's entry: runs the steps on the connection that ``sync.store.database`` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from sync.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
