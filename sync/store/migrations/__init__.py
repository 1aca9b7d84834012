"""Alembic's steps from one layout of the database to the next; revision ``000N`` is PRAGMA user_version N."""
