"""Run by Alembic: migrates over the connection that ``store/migrate.py`` has opened, in its transaction."""

from alembic import context

from cds_service.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
