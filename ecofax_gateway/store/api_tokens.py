"""
API tokens: kept as hashes, each of one line.

I/O: the database, through the caller's transaction.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from ..domain.api_token import ApiToken, Scope
from .tables import api_token

USED_EVERY = timedelta(minutes=1)
"""How exactly the last use is known: a write at every request would cost more than the
request."""

MAX_TOKENS = 50
"""Of one line, those that are revoked not counted: more is a mistake in a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    """A token as the store knows it."""

    id: str
    line: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    used_at: datetime | None
    "To a minute."

    expires_at: datetime | None
    revoked_at: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and (
            self.expires_at is None or now < self.expires_at
        )


_COLUMNS = [api_token.c[name] for name in KnownToken.__dataclass_fields__]


def add(
    conn: Connection,
    token: ApiToken,
    *,
    line: str,
    name: str,
    scopes: Collection[Scope],
    expires_at: datetime | None,
    now: datetime,
) -> bool:
    """Keep a new token; False: the line has `MAX_TOKENS`."""
    known = [each for each in listing(conn, line) if each.revoked_at is None]
    if len(known) >= MAX_TOKENS:
        return False
    conn.execute(
        insert(api_token).values(
            id=token.id,
            line=line,
            name=name,
            secret_sha256=token.sha256,
            scopes=sorted(scopes),
            created_at=now,
            expires_at=expires_at,
        )
    )
    return True


def find(conn: Connection, token: ApiToken, *, now: datetime) -> KnownToken | None:
    """The token that somebody shows, if it is known and valid."""
    query = select(*_COLUMNS, api_token.c.secret_sha256)
    row = conn.execute(query.where(api_token.c.id == token.id)).mappings().one_or_none()
    kept = "" if row is None else row["secret_sha256"]
    is_right = hmac.compare_digest(kept, token.sha256)
    if row is None or not is_right:
        return None
    known = _known(row)
    return known if known.is_valid(now) else None


def is_use_due(known: KnownToken, *, now: datetime) -> bool:
    """Whether this use is to be written down."""
    return known.used_at is None or now - known.used_at >= USED_EVERY


def note_use(conn: Connection, token_id: str, *, now: datetime) -> None:
    """Write down that it was used."""
    conn.execute(
        update(api_token).where(api_token.c.id == token_id).values(used_at=now)
    )


def listing(conn: Connection, line: str) -> list[KnownToken]:
    """Those of a line, newest first, the revoked ones too."""
    query = select(*_COLUMNS).where(api_token.c.line == line)
    rows = conn.execute(query.order_by(api_token.c.created_at.desc(), api_token.c.id))
    return [_known(row) for row in rows.mappings()]


def revoke(conn: Connection, line: str, token_id: str, *, now: datetime) -> bool:
    """Let a token open nothing any more; False: the line has no such valid one."""
    mine = (api_token.c.line == line, api_token.c.id == token_id)
    done = update(api_token).where(*mine, api_token.c.revoked_at.is_(None))
    return conn.execute(done.values(revoked_at=now)).rowcount == 1


def remove(conn: Connection, line: str) -> None:
    """Forget all of a line."""
    conn.execute(delete(api_token).where(api_token.c.line == line))


def _known(row: RowMapping) -> KnownToken:
    values = {name: row[name] for name in KnownToken.__dataclass_fields__}
    return KnownToken(**{**values, "scopes": frozenset(map(Scope, values["scopes"]))})
