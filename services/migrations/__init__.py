"""The database's schema, step by step (Alembic). Run as `python -m services migrate`, with the owner's role."""
