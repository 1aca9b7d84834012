"""Runs the Alembic steps inside the transaction of the caller."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection, application_id: int, layout: int) -> None:
    """Bring the database of this connection to a layout and write its number into the file's header."""
    config = Config()
    config.set_main_option("script_location", str(files("sync.store") / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, f"{layout:04}")
    connection.exec_driver_sql(f"PRAGMA user_version = {layout}")
    connection.exec_driver_sql(f"PRAGMA application_id = {application_id}")
