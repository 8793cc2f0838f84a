"""
The keys by which replies are answered, and how a line's requesters are written to.

I/O: the database, through the caller's transaction.

A key is a bearer's secret of one order: it stands in the address that an answer goes to
and in the identity of every reply, and opens nothing but that order.
"""

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from ..domain.language import Language
from ..domain.line import FaxLine
from . import lines
from .tables import campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """How the requester of one order is written to."""

    key: str
    line: FaxLine | None
    "None: it was removed."

    @property
    def language(self) -> Language:
        """Of the replies."""
        return self.line.language if self.line else Language.BOTH


def correspondence(conn: Connection, ref: str, *, fresh: str) -> Correspondence | None:
    """
    How to write about an order; None: there is none.

    Args:
        fresh: Becomes its key if it has none yet; as `domain.answer_key.AnswerKey`.
    """
    conn.execute(
        update(campaign)
        .where(campaign.c.ref == ref, campaign.c.answer_key.is_(None))
        .values(answer_key=fresh)
    )
    query = select(campaign.c.answer_key, campaign.c.line)
    row = conn.execute(query.where(campaign.c.ref == ref)).one_or_none()
    if row is None:
        return None
    return Correspondence(key=row.answer_key, line=lines.get(conn, row.line))


def opens(conn: Connection, ref: str, key: str) -> bool:
    """Whether *key* is that of an order; takes as long for a wrong one as for none."""
    query = select(campaign.c.answer_key).where(campaign.c.ref == ref)
    known: str | None = conn.execute(query).scalar()
    matches = hmac.compare_digest((known or "").encode(), key.encode())
    return matches and known is not None
