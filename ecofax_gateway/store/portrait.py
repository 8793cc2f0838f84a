"""
All that is known of a line, for whoever has the right to ask.

I/O: the database, through the caller's transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from .tables import (
    api_token,
    attempt,
    campaign,
    document,
    event,
    fax,
    line,
    mail,
    objection,
    objection_ledger,
    quota,
    quota_use,
    recipient,
    recipient_list,
    reply,
    tag_line,
    webhook,
)

_LEFT_OUT = {
    *("password_hash", "secret_sha256", "secret"),
    *("inline", "spool", "node", "epoch", "lease_until"),
}
"""Secrets, bulk, and what only our own machines mean something to."""


def of_line(conn: Connection, number: str) -> dict[str, Any] | None:
    """
    Plain values: the line, its quota, its orders with faxes and calls, its lists.

    Documents are told by name, size and hash; replies by kind, address and fate.

    Returns:
        None: nothing is known of such a line, not even its history.
    """
    campaigns = campaign.c.line == number
    its = select(campaign.c.id).where(campaigns)
    refs = select(campaign.c.ref).where(campaigns)
    told: dict[str, Any] = {
        "line": _rows(conn, line, line.c.number == number),
        "quota": _rows(conn, quota, quota.c.line == number),
        "pages_used": _rows(conn, quota_use, quota_use.c.line == number),
        "orders": _rows(conn, campaign, campaigns),
        "documents": _rows(conn, document, document.c.campaign_id.in_(its)),
        "faxes": _rows(conn, fax, fax.c.campaign_id.in_(its)),
        "calls": _rows(
            conn,
            attempt,
            attempt.c.fax_id.in_(select(fax.c.id).where(fax.c.campaign_id.in_(its))),
        ),
        "replies": _rows(conn, reply, reply.c.campaign.in_(refs), leave={"message"}),
        "mails": _rows(conn, mail, mail.c.ref.in_(refs)),
        "do_not_fax": _rows(conn, objection, objection.c.scope == number),
        "do_not_fax_ledger": _rows(
            conn, objection_ledger, objection_ledger.c.scope == number
        ),
    }
    lists = recipient_list.c.line == number
    its_lists = select(recipient_list.c.id).where(lists)
    told |= {
        "api_tokens": _rows(conn, api_token, api_token.c.line == number),
        "webhooks": _rows(conn, webhook, webhook.c.line == number),
        "tag_lines": _rows(conn, tag_line, tag_line.c.line == number),
        "events": _rows(conn, event, event.c.line == number),
        "lists": _rows(conn, recipient_list, lists),
        "recipients_of_lists": _rows(
            conn, recipient, recipient.c.list_id.in_(its_lists)
        ),
    }
    return told if told["line"] or told["orders"] else None


def _rows(
    conn: Connection,
    table: Table,
    which: ColumnElement[bool],
    *,
    leave: frozenset[str] | set[str] = frozenset(),
) -> list[dict[str, Any]]:
    columns = [c for c in table.columns if c.name not in _LEFT_OUT | leave]
    query = select(*columns).where(which).order_by(*table.primary_key.columns)
    return [
        {name: _plain(value) for name, value in row.items()}
        for row in conn.execute(query).mappings()
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
