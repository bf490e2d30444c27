"""The steps from an empty database to the tables of this version, for Alembic. Steps only add, so that the version before still works."""
