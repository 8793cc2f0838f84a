"""
Bring the schema of a database up to date.

I/O: one database connection.
"""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from ..domain.errors import StoreTooNew, StoreUnavailable

SCRIPTS = Path(__file__).parent / "migrations"

_LOCK = 0x6563_6F66_6178
"""Key of PostgreSQL's advisory lock: the letters "ecofax"."""

_ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps its context in module globals: two databases cannot be migrated at the
same time by two threads of one process."""


def upgrade(engine: Engine) -> None:
    """
    Run every migration that the database has not seen, all or none.

    Safe when several nodes start at once: the second waits and finds nothing to do.

    Args:
        engine: On SQLite it begins transactions with BEGIN IMMEDIATE.

    Raises:
        StoreTooNew: If the schema is newer than this program; nothing was changed.
        StoreUnavailable: If it cannot be migrated.
    """
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    with _ONE_AT_A_TIME, engine.begin() as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = conn
        _refuse_future(conn, config)
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreUnavailable(f"schema: {error}") from error


def _refuse_future(conn: Connection, config: Config) -> None:
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    found = MigrationContext.configure(conn).get_current_heads()
    unknown = [revision for revision in found if revision not in known]
    if unknown:
        raise StoreTooNew(
            f"the database has schema {', '.join(unknown)}, this ecofax-gateway knows"
            f" up to {scripts.get_current_head()}: a newer version has used it; install"
            " that version again, or restore the backup from before the upgrade"
        )
