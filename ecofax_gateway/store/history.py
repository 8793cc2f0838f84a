"""
The end of history: orders that ended long ago go with every row of theirs.

I/O: the database, through the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, select

from . import quotas
from .tables import attempt, campaign, document, fax, mail, reply

BATCH = 500
"""Faxes or mails per transaction: some 25 ms, which everybody else waits."""


def purge(conn: Connection, *, before: datetime, batch: int = BATCH) -> int:
    """
    Forget orders that ended before then, and mails that came to nothing before then.

    Do-not-fax entries and their ledger are no part of it: they are kept.

    Returns:
        How many rows went; 0 means that nothing is left to do. Call it again, in a new
        transaction, until then.
    """
    old = select(campaign.c.id, campaign.c.ref, campaign.c.mail_ref).where(
        campaign.c.finished_at < before
    )
    row = conn.execute(old.order_by(campaign.c.finished_at).limit(1)).one_or_none()
    if row is None:
        return _purge_mails(conn, before, batch) + quotas.purge(conn, before=before)
    faxes = select(fax.c.id).where(fax.c.campaign_id == row.id).limit(batch)
    ids = list(conn.execute(faxes).scalars())
    if ids:
        conn.execute(delete(attempt).where(attempt.c.fax_id.in_(ids)))
        return conn.execute(delete(fax).where(fax.c.id.in_(ids))).rowcount
    conn.execute(delete(document).where(document.c.campaign_id == row.id))
    conn.execute(delete(reply).where(reply.c.campaign == row.ref))
    conn.execute(delete(campaign).where(campaign.c.id == row.id))
    if row.mail_ref is not None:
        conn.execute(delete(mail).where(mail.c.ref == row.mail_ref))
    return 1


def _purge_mails(conn: Connection, before: datetime, batch: int) -> int:
    ordered = exists().where(campaign.c.mail_ref == mail.c.ref)
    old = select(mail.c.ref).where(mail.c.finished_at < before, ~ordered)
    refs = list(conn.execute(old.limit(batch)).scalars())
    conn.execute(delete(reply).where(reply.c.campaign.in_(refs)))
    return conn.execute(delete(mail).where(mail.c.ref.in_(refs))).rowcount
