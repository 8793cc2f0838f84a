"""
Wrong passwords, counted for all nodes together.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select

from ..domain.guesses import FORGOTTEN_AFTER, LONGEST_LOCK, Guesses, Subject
from ..domain.guesses import after_failure as counted
from .insertion import insert_into
from .tables import guessing, mail_deferral

_COLUMNS = [guessing.c[name] for name in Guesses.__dataclass_fields__]


def locked_until(
    conn: Connection, subjects: Sequence[Subject], *, now: datetime
) -> datetime | None:
    """When the last lock of any of them ends; None: none is locked."""
    query = select(*_COLUMNS).where(
        guessing.c.subject.in_([subject.name for subject in subjects])
    )
    found = [Guesses(**row) for row in conn.execute(query).mappings()]
    return max(
        (
            each.locked_until
            for each in found
            if each.is_locked(now) and each.locked_until
        ),
        default=None,
    )


def count_failure(
    conn: Connection, subjects: Sequence[Subject], *, now: datetime
) -> bool:
    """Count a wrong password for all of them; whether it locked one."""
    is_locked = False
    for subject in sorted(subjects, key=lambda each: each.name):
        mine = guessing.c.subject == subject.name
        query = select(*_COLUMNS).where(mine).with_for_update()
        row = conn.execute(query).mappings().one_or_none()
        known = Guesses(**row) if row is not None else None
        after = counted(known, subject.rule, now=now)
        values = {name: getattr(after, name) for name in Guesses.__dataclass_fields__}
        # Two first failures at the same time may count as one: that helps nobody.
        conn.execute(
            insert_into(conn, guessing)
            .values(subject=subject.name, **values)
            .on_conflict_do_update(index_elements=[guessing.c.subject], set_=values)
        )
        is_locked |= after.is_locked(now)
    return is_locked


def was_deferred(conn: Connection, sha256: str, *, now: datetime) -> bool:
    """Whether a mail was asked to come again before; from now on it was."""
    first = (
        insert_into(conn, mail_deferral)
        .values(sha256=sha256, deferred_at=now)
        .on_conflict_do_nothing(index_elements=[mail_deferral.c.sha256])
        .returning(mail_deferral.c.sha256)
    )
    return conn.execute(first).scalar() is None


def forget_line(conn: Connection, number: str) -> int:
    """Forget the failures for one line, whoever they were of; how many rows."""
    names = guessing.c.subject
    its = names.startswith(f"line {number} ") | names.startswith(f"login {number} ")
    return conn.execute(delete(guessing).where(its)).rowcount


def forget(conn: Connection, *, now: datetime) -> int:
    """Forget what is of no use any more; how many rows."""
    before = now - FORGOTTEN_AFTER - LONGEST_LOCK
    old = delete(guessing).where(guessing.c.failed_at < before)
    deferred = delete(mail_deferral).where(mail_deferral.c.deferred_at < before)
    return conn.execute(old).rowcount + conn.execute(deferred).rowcount
