"""
Bring the schema of a database up to date.

I/O: one database connection.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, text

from ..domain.errors import StoreUnavailable

SCRIPTS = Path(__file__).parent / "migrations"

_LOCK = 0x6563_6F66_6178
"""Key of PostgreSQL's advisory lock: the letters "ecofax"."""


def upgrade(engine: Engine) -> None:
    """
    Run every migration that the database has not seen, all or none.

    Safe when several nodes start at once: the second waits and finds nothing to do.

    Args:
        engine: On SQLite it begins transactions with BEGIN IMMEDIATE.

    Raises:
        StoreUnavailable: If the schema is newer than this program.
    """
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    with engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = conn
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreUnavailable(f"schema: {error}") from error
