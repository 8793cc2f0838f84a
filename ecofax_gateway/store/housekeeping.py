"""
Retention: contents are forgotten, the history stays.

I/O: the database, through the caller's transaction.

Rows first, files later: a purge takes the names out of the rows, and the sweep
deletes files that no row names. A crash between the two loses nothing.
"""

from datetime import datetime

from sqlalchemy import (
    Connection,
    delete,
    exists,
    null,
    select,
    tuple_,
    union_all,
    update,
)

from . import (
    events,
    guesses,
    idempotency,
    mails,
    memory,
    recipient_lists,
    replies,
    uploads,
    web_sessions,
)
from .tables import campaign, document, fax, mail, pages, recipient_list, upload

BATCH = 500
"""Rows per transaction: some 25 ms, which everybody else waits."""


def purge(
    conn: Connection, *, before: datetime, now: datetime, batch: int = BATCH
) -> int:
    """
    Forget documents, pages and reply texts of what was finished before then.

    Returns:
        How many rows were touched; 0 means that nothing is left to do. Call it again,
        in a new transaction, until then.
    """
    return (
        _purge_campaigns(conn, before=before, now=now, batch=batch)
        + _purge_pages(conn, before=before, batch=batch)
        + mails.purge(conn, before=before)
        + replies.purge(conn, before=before, batch=batch)
        + memory.forget_expired(conn, now=now, batch=batch)
        + guesses.forget(conn, now=now)
        + events.purge(conn, before=before, batch=batch)
        + idempotency.purge(conn, now=now)
        + uploads.purge(conn, now=now)
        + web_sessions.forget(conn, now=now)
        + recipient_lists.forget(conn, before=before, now=now)
    )


def spool_names(conn: Connection) -> set[str]:
    """Every file name that a row holds; for `Database.sweep`."""
    names = union_all(
        *(
            select(table.c.spool).where(table.c.spool.is_not(None))
            for table in (mail, document, pages, upload, recipient_list)
        )
    )
    return set(conn.execute(names).scalars())


def _purge_campaigns(
    conn: Connection, *, before: datetime, now: datetime, batch: int
) -> int:
    old = select(campaign.c.id).where(
        campaign.c.purged_at.is_(None),
        campaign.c.finished_at.is_not(None),
        campaign.c.finished_at < before,
    )
    ids = list(
        conn.execute(old.order_by(campaign.c.finished_at).limit(batch)).scalars()
    )
    conn.execute(
        update(document)
        .where(document.c.campaign_id.in_(ids))
        .values(inline=None, spool=None)
    )
    purged = update(campaign).where(campaign.c.id.in_(ids))
    its_faxes = update(fax).where(fax.c.campaign_id.in_(ids))
    conn.execute(its_faxes.where(fax.c.fields.is_not(None)).values(fields=null()))
    return conn.execute(purged.values(purged_at=now, cover=null())).rowcount


def _purge_pages(conn: Connection, *, before: datetime, batch: int) -> int:
    """Pages whose document no campaign holds any more."""
    key = tuple_(pages.c.sha256, pages.c.vertical_dpi)
    held = exists().where(
        document.c.sha256 == pages.c.sha256,
        document.c.inline.is_not(None) | document.c.spool.is_not(None),
    )
    old = (
        select(pages.c.sha256, pages.c.vertical_dpi)
        .where(pages.c.created_at < before, ~held)
        .limit(batch)
    )
    return conn.execute(delete(pages).where(key.in_(old))).rowcount
