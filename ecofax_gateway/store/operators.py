"""
Operators: people who see every line and the gateway itself.

I/O: the database, through the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from .insertion import insert_into
from .tables import operator, web_session


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One of them."""

    name: str
    password_hash: str
    "argon2id."

    created_at: datetime


_FIELDS = [operator.c[name] for name in Operator.__dataclass_fields__]


def add(conn: Connection, new: Operator) -> bool:
    """Add one; False if the name is taken."""
    added = conn.execute(
        insert_into(conn, operator)
        .values({name: getattr(new, name) for name in Operator.__dataclass_fields__})
        .on_conflict_do_nothing(index_elements=[operator.c.name])
        .returning(operator.c.name)
    )
    return added.scalar() is not None


def get(conn: Connection, name: str) -> Operator | None:
    """The operator of a name, or None."""
    query = select(*_FIELDS).where(operator.c.name == name)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else Operator(**row)


def listing(conn: Connection) -> list[Operator]:
    """Everyone, by name."""
    query = select(*_FIELDS).order_by(operator.c.name)
    return [Operator(**row) for row in conn.execute(query).mappings()]


def set_password_hash(conn: Connection, name: str, password_hash: str) -> bool:
    """Change a password and end the sessions that began with the old one."""
    _end_sessions(conn, name)
    changed = update(operator).where(operator.c.name == name)
    return conn.execute(changed.values(password_hash=password_hash)).rowcount == 1


def remove(conn: Connection, name: str) -> bool:
    """Remove one, whose sessions end; False if there is none."""
    _end_sessions(conn, name)
    return conn.execute(delete(operator).where(operator.c.name == name)).rowcount == 1


def _end_sessions(conn: Connection, name: str) -> None:
    conn.execute(delete(web_session).where(web_session.c.operator == name))
