"""Runs the Alembic steps inside the transaction of the caller."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(connection: Connection, application_id: int) -> None:
    """Bring the database of this connection to the newest layout and write its number into the file's header."""
    config = Config()
    config.set_main_option("script_location", str(files("sync.store") / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    head = ScriptDirectory.from_config(config).get_current_head()
    connection.exec_driver_sql(f"PRAGMA user_version = {int(head or 0)}")
    connection.exec_driver_sql(f"PRAGMA application_id = {application_id}")
