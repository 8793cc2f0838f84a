"""
Accepted mails: from the 250 until they have become a campaign or were refused.

I/O: the database, through the caller's transaction.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from ..domain.trust import UNKNOWN, Level, Trust
from . import lease as leases
from .content import Content
from .insertion import insert_on
from .kept import load
from .lease import MAX_TRIES, is_free
from .states import MailState
from .tables import mail, mail_key

DUPLICATE_WINDOW = timedelta(hours=24)
"""The same bytes to the same recipients within it are one order: a client that did
not hear our 250 offers its mail again, and it must not be faxed twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """One mail as it came by SMTP."""

    ref: str
    "From `reference.reference`; it becomes the campaign's too."

    envelope_from: str
    'The reverse path without brackets; "" for the null sender.'

    recipients: tuple[str, ...]
    peer: str
    "For the operator: the client's address and name."

    content: Content
    login: str | None = None
    "The line whose password was given, where the client logged in."

    trust: Trust = UNKNOWN
    "In its sender."


@dataclass(frozen=True, slots=True)
class Duplicate:
    """This mail was accepted before."""

    ref: str
    "The earlier one's reference."


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """One stored mail without its bytes; `body` has them."""

    ref: str
    envelope_from: str
    recipients: tuple[str, ...]
    peer: str
    login: str | None
    sha256: str
    size: int
    spool: str | None
    "Name of the spool file that holds it, if it is large and not finished."

    state: MailState
    code: str | None
    "Why it was refused."

    tries: int
    received_at: datetime
    finished_at: datetime | None
    trust: Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedMail:
    """One mail that ordered nothing, though its sender meant it to."""

    ref: str
    envelope_from: str
    login: str | None
    "The line whose password was given, where the client logged in."

    code: str
    "`OrderRefused.code`."

    at: datetime


REFUSED_LIMIT = 20

NOT_MEANT_TO = ("answer", "automatic", "opt-out", "report")
"""Codes of mails that were no orders: they answered a reply, or a machine wrote them."""


_COLUMNS = [
    mail.c[name]
    for name in MailRow.__dataclass_fields__
    if name not in ("recipients", "trust")
]


_DONE = {"lease_until": None, "node": None, "inline": None, "spool": None}
"""Of a mail that was dealt with."""


def accept(conn: Connection, new: NewMail, *, now: datetime) -> str | Duplicate:
    """Do `accept_all` for one mail."""
    [accepted] = accept_all(conn, [new], now=now)
    return accepted


def accept_all(
    conn: Connection, offered: Sequence[NewMail], *, now: datetime
) -> list[str | Duplicate]:
    """
    Take responsibility for one or more mails; after the commit, 250 may be said to each.

    Returns:
        Of each its reference, or which earlier mail it repeats (nothing is stored
        then). Of two that are the same the first one is the earlier.
    """
    keys = [_key(new.content.sha256, new.recipients) for new in offered]
    firsts: dict[str, NewMail] = {}
    for key, new in zip(keys, offered, strict=True):
        firsts.setdefault(key, new)
    # One statement decides who is first, also between two nodes: the second waits for
    # the first one's commit and then finds the key young. Sorted, so that two nodes
    # never wait for each other.
    claims = [
        {
            "key": key,
            "ref": firsts[key].ref,
            "received_at": now,
            "forgotten": now - DUPLICATE_WINDOW,
        }
        for key in sorted(firsts)
    ]
    won = set(conn.execute(_claim_keys(conn.dialect.name), claims).scalars())
    if won:
        conn.execute(insert(mail), [_row(firsts[key], now) for key in won])
    if len(won) == len(offered):
        return [new.ref for new in offered]
    query = select(mail_key.c.key, mail_key.c.ref).where(mail_key.c.key.in_(firsts))
    refs = {row.key: row.ref for row in conn.execute(query)}
    return [
        new.ref if key in won and firsts[key] is new else Duplicate(refs[key])
        for key, new in zip(keys, offered, strict=True)
    ]


def claim_mail(
    conn: Connection, *, node: str, now: datetime, lease: timedelta
) -> MailRow | None:
    """
    Lease the oldest mail that nobody works on.

    It is offered again when the lease ends before `campaigns.create` or
    `mark_refused`, three times in all; then it is one of `poisoned`.
    """
    oldest = (
        select(mail.c.ref)
        .where(_todo(), is_free(mail, now), mail.c.tries < MAX_TRIES)
        .order_by(mail.c.received_at, mail.c.ref)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    ref = conn.execute(
        update(mail)
        .where(mail.c.ref == oldest.scalar_subquery())
        .values(node=node, lease_until=now + lease, tries=mail.c.tries + 1)
        .returning(mail.c.ref)
    ).scalar()
    return None if ref is None else get(conn, ref)


def give_back(conn: Connection, *, node: str) -> int:
    """Undo the leases of a node that is ordering nothing now; how many."""
    return conn.execute(leases.give_back(mail, node)).rowcount


def poisoned(conn: Connection, *, now: datetime) -> list[str]:
    """References of mails whose every try ended without a word: to be refused."""
    query = select(mail.c.ref).where(
        _todo(), is_free(mail, now), mail.c.tries >= MAX_TRIES
    )
    return list(conn.execute(query.order_by(mail.c.received_at)).scalars())


def mark_refused(conn: Connection, ref: str, code: str, *, now: datetime) -> bool:
    """
    Note that a mail orders nothing.

    Its bytes go out of the row at once, because the fax password is among them; the
    caller deletes the spool file after the commit.

    Args:
        code: `OrderRefused.code`.

    Returns:
        False if it had already become something; do not answer it again then.
    """
    refused = conn.execute(
        update(mail)
        .where(mail.c.ref == ref, _todo())
        .values(
            state=MailState.REFUSED,
            code=code,
            finished_at=now,
            **_DONE,
        )
    )
    return refused.rowcount == 1


def refused(conn: Connection) -> list[RefusedMail]:
    """The last mails that were refused, the newest first."""
    query = (
        select(
            mail.c.ref,
            mail.c.envelope_from,
            mail.c.login,
            mail.c.code,
            mail.c.finished_at.label("at"),
        )
        .where(mail.c.state == MailState.REFUSED, mail.c.code.not_in(NOT_MEANT_TO))
        .order_by(mail.c.finished_at.desc())
        .limit(REFUSED_LIMIT)
    )
    return [RefusedMail(**row) for row in conn.execute(query).mappings()]


def mark_ordered(conn: Connection, ref: str, *, now: datetime) -> bool:
    """
    Note that a mail became a campaign; `campaigns.create` calls it. False: too late.

    Its bytes go as in `mark_refused`: the documents are rows of their own by now.
    """
    ordered = conn.execute(
        update(mail)
        .where(mail.c.ref == ref, _todo())
        .values(state=MailState.ORDERED, finished_at=now, **_DONE)
    )
    return ordered.rowcount == 1


def get(conn: Connection, ref: str) -> MailRow | None:
    """One mail, or None."""
    query = select(
        *_COLUMNS, mail.c.recipients, mail.c.trust, mail.c.sender, mail.c.trust_detail
    ).where(mail.c.ref == ref)
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        return None
    values = dict(row)
    return MailRow(
        trust=Trust(
            # Without one it came before there were levels, from a trusted machine.
            level=Level(values.pop("trust") or Level.HANDED_IN),
            address=values.pop("sender"),
            detail=values.pop("trust_detail"),
        ),
        recipients=tuple(values.pop("recipients")),
        **values,
    )


def body(conn: Connection, ref: str) -> bytes | None:
    """
    A mail's bytes as they came, or None once it was dealt with.

    Raises:
        StoreUnavailable: If its spool file cannot be read.
    """
    query = select(mail.c.inline, mail.c.spool).where(mail.c.ref == ref)
    row = conn.execute(query).one_or_none()
    return None if row is None else load(conn, row.inline, row.spool)


def purge(conn: Connection, *, before: datetime) -> int:
    """Forget by which bytes repeated mails were known; how many."""
    old = mail_key.c.received_at < before - DUPLICATE_WINDOW
    return conn.execute(delete(mail_key).where(old)).rowcount


@cache
def _claim_keys(dialect: str) -> ReturningInsert[Any]:
    """Insert keys of mails unless they are known; gives those that were inserted."""
    mine = insert_on(dialect, mail_key)
    return mine.on_conflict_do_update(
        index_elements=[mail_key.c.key],
        set_={"ref": mine.excluded.ref, "received_at": mine.excluded.received_at},
        where=mail_key.c.received_at <= bindparam("forgotten"),
    ).returning(mail_key.c.key)


def _row(new: NewMail, now: datetime) -> dict[str, Any]:
    return {
        "ref": new.ref,
        "envelope_from": new.envelope_from,
        "recipients": list(new.recipients),
        "peer": new.peer,
        "login": new.login,
        "trust": new.trust.level,
        "sender": new.trust.address,
        "trust_detail": new.trust.detail,
        "state": MailState.ACCEPTED,
        "tries": 0,
        "received_at": now,
        **new.content.columns,
    }


def _todo() -> ColumnElement[bool]:
    return mail.c.state == MailState.ACCEPTED


def _key(sha256: str, recipients: Sequence[str]) -> str:
    words = [sha256, *sorted({recipient.lower() for recipient in recipients})]
    return hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()
