"""Alembic's entry: migrations run on the connection that `migrate` hands over."""

from alembic import context

from fitserve_core.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
