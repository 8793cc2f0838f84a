"""
Who is logged in to the console, on all nodes.

I/O: the database, through the caller's transaction.

A session ends when it was not used for `IDLE`, when it is `OLDEST`, when its password
is changed, or when somebody logs out everywhere. The token is kept hashed: whoever
reads the database is not logged in.
"""

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from ..domain.language import Tongue
from ..domain.principal import Principal
from .tables import web_session

IDLE = timedelta(hours=12)
"""A working day: whoever comes back next morning logs in again."""

OLDEST = timedelta(days=7)

TOUCH_EVERY = timedelta(minutes=5)
"""A session's row is written so often at most, not at every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """One browser that is logged in."""

    principal: Principal
    csrf: str
    "What each of its forms carries."

    tongue: Tongue
    browser: str
    "As it names itself, cut short; for the list of sessions."

    created_at: datetime
    seen_at: datetime


def begin(conn: Connection, token: str, session: WebSession) -> None:
    """Write a session; *token* goes to the browser and nowhere else."""
    conn.execute(
        insert(web_session).values(
            token_sha256=_hashed(token),
            line=session.principal.line,
            operator=session.principal.operator,
            csrf=session.csrf,
            tongue=session.tongue,
            browser=session.browser,
            created_at=session.created_at,
            seen_at=session.seen_at,
        )
    )


def find(conn: Connection, token: str, *, now: datetime) -> WebSession | None:
    """The session of a token; None: it ended, or never was."""
    query = select(web_session).where(web_session.c.token_sha256 == _hashed(token))
    row = conn.execute(query).mappings().one_or_none()
    if row is None or now - row.seen_at > IDLE or now - row.created_at > OLDEST:
        return None
    return WebSession(
        principal=Principal(line=row.line, operator=row.operator),
        csrf=row.csrf,
        tongue=row.tongue,
        browser=row.browser,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )


def living(conn: Connection, tokens: AbstractSet[str], *, now: datetime) -> set[str]:
    """Those of the tokens whose sessions go on."""
    by_hash = {_hashed(token): token for token in tokens}
    query = select(web_session.c.token_sha256).where(
        web_session.c.token_sha256.in_(by_hash),
        web_session.c.seen_at >= now - IDLE,
        web_session.c.created_at >= now - OLDEST,
    )
    return {by_hash[each] for each in conn.execute(query).scalars()}


def touch(conn: Connection, token: str, *, now: datetime) -> None:
    """Note that it is in use."""
    _change(conn, token, seen_at=now)


def set_tongue(conn: Connection, token: str, tongue: Tongue) -> None:
    """Speak another language from now on."""
    _change(conn, token, tongue=tongue)


def end(conn: Connection, token: str) -> None:
    """Log out."""
    conn.execute(
        delete(web_session).where(web_session.c.token_sha256 == _hashed(token))
    )


def end_all(conn: Connection, principal: Principal) -> int:
    """Log out everywhere; how many sessions that were."""
    return conn.execute(delete(web_session).where(_of(principal))).rowcount


def of(conn: Connection, principal: Principal) -> list[WebSession]:
    """Where somebody is logged in, the last used first."""
    query = select(web_session).where(_of(principal))
    rows = conn.execute(query.order_by(web_session.c.seen_at.desc())).mappings()
    return [
        WebSession(
            principal=principal,
            csrf=row.csrf,
            tongue=row.tongue,
            browser=row.browser,
            created_at=row.created_at,
            seen_at=row.seen_at,
        )
        for row in rows
    ]


def forget(conn: Connection, *, now: datetime) -> int:
    """Remove what has ended by itself; how many rows."""
    seen, created = web_session.c.seen_at, web_session.c.created_at
    old = (seen < now - IDLE) | (created < now - OLDEST)
    return conn.execute(delete(web_session).where(old)).rowcount


def _of(principal: Principal) -> ColumnElement[bool]:
    if principal.line is not None:
        return web_session.c.line == principal.line
    return web_session.c.operator == principal.operator


def _change(conn: Connection, token: str, **values: object) -> None:
    its = web_session.c.token_sha256 == _hashed(token)
    conn.execute(update(web_session).where(its).values(**values))


def _hashed(token: str) -> str:
    # 256 random bits: there is nothing to guess, so nothing to make slow.
    return hashlib.sha256(token.encode()).hexdigest()
