"""
Opt-out codes: printed on the pages of one recipient, and known to be his.

I/O: the database, through the caller's transaction.
"""

import secrets
from collections.abc import Callable
from itertools import islice

from sqlalchemy import Connection, bindparam, select, update

from .reference import reference
from .tables import campaign, fax

WANTED = "opt_out"
"""Among the notes of a campaign whose pages shall carry codes."""

BATCH = 500
"""Codes per statement."""


def _entropy() -> int:
    return secrets.randbits(64)


def give_codes(
    conn: Connection, campaign_id: int, *, entropy: Callable[[], int] = _entropy
) -> int:
    """
    Give every fax of a campaign that asks for it a code of its own.

    A fax that has one keeps it.

    Args:
        entropy: 64 random bits each time, so that nobody guesses another's code.

    Returns:
        How many are new.
    """
    query = select(campaign.c.notes).where(campaign.c.id == campaign_id)
    if not conn.execute(query).scalar_one().get(WANTED):
        return 0
    without = select(fax.c.id).where(
        fax.c.campaign_id == campaign_id, fax.c.opt_out_code.is_(None)
    )
    ids = list(conn.execute(without.order_by(fax.c.id)).scalars())
    remaining = iter(ids)
    statement = update(fax).where(fax.c.id == bindparam("fax_id"))
    while batch := list(islice(remaining, BATCH)):
        codes = _new_codes(conn, len(batch), entropy)
        conn.execute(
            statement.values(opt_out_code=bindparam("code")),
            [
                {"fax_id": fax_id, "code": code}
                for fax_id, code in zip(batch, codes, strict=True)
            ],
        )
    return len(ids)


def code_of(conn: Connection, ref: str) -> str | None:
    """The code of one fax, or None."""
    query = select(fax.c.opt_out_code).where(fax.c.ref == ref)
    return conn.execute(query).scalar_one_or_none()


def _new_codes(conn: Connection, count: int, entropy: Callable[[], int]) -> list[str]:
    """Among a million codes a new list of 100 000 meets an old one now and then."""
    codes: set[str] = set()
    while len(codes) < count:
        drawn = {reference(entropy()) for _ in range(count - len(codes))}
        taken = select(fax.c.opt_out_code).where(fax.c.opt_out_code.in_(drawn))
        codes |= drawn - set(conn.execute(taken).scalars())
    return sorted(codes)
