"""
INSERT ... ON CONFLICT, which both databases spell alike and SQLAlchemy does not.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """
    An INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`.

    Whether it inserted is told by `returning`, not by `rowcount`: psycopg's is -1 then.
    """
    return insert_on(conn.dialect.name, table)


def insert_on(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Do `insert_into` for a statement that is made once and run often."""
    if dialect == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
