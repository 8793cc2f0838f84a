"""
Erasure: every trace of one fax number or one mail address goes (GDPR article 17).

I/O: the database, through the caller's transaction.

Rows stay, so that counts and accounts stay true; who they were about is blanked. What
the far end's fax machine calls itself and the raw words of a call go too: both often
hold its number. Of a do-not-fax entry a fingerprint stays, or the number would be
faxed again.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    cast,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)

from ..domain.fax import FINAL, FaxState, Phase
from ..domain.number import FaxNumber
from ..domain.outcome import Ending
from . import (
    allow_lists,
    events,
    idempotency,
    lines,
    objections,
    recipient_lists,
    recipients,
    uploads,
    withheld,
)
from .riders import SHARES_CALL
from .states import MailState, ReplyState
from .tables import (
    attempt,
    campaign,
    document,
    fax,
    line,
    mail,
    number_memory,
    pages,
    reply,
)

ERASED = "(erased)"
"""Stands where a number or a name was; no number can look like it."""

_OPEN = sorted(set(FaxState) - FINAL)


class Erased(Counter[str]):
    """How many rows of what were blanked, deleted or left, by a word for people."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: set[str] = set()
        "References of campaigns that may be at their end now: look, and report."

        self.faxes: set[str] = set()
        "References of faxes to an erased number: their captures go, too."

        self.files: set[str] = set()
        "Of the spool, which rows named: remove after the commit what no row names now."


def erase_number(conn: Connection, number: str, *, now: datetime) -> Erased:
    """
    Blank every trace of a number that was faxed.

    Faxes that wait for it are cancelled. A call under way is told to end and counted
    as "calls under way": erase once more when it is over.

    Args:
        number: E.164.
    """
    done = Erased()
    variants = written_forms(FaxNumber(number))
    touched = _erase_faxes(conn, number, done, now)
    with_notes = conn.execute(
        select(campaign.c.id).where(_mentions(campaign.c.notes, variants))
    ).scalars()
    _clean_notes(conn, list(with_notes), variants, done, now)
    mails = _clean_recipients(conn, variants, done)
    refs = set(
        conn.execute(select(campaign.c.ref).where(campaign.c.id.in_(touched))).scalars()
    )
    done.ended = refs
    _forget_replies(conn, reply.c.campaign.in_(refs | mails), done, now)
    done["replies"] += withheld.erase(conn, refs=refs | mails)
    only_his = select(campaign.c.id).where(
        campaign.c.id.in_(touched),
        ~exists().where(fax.c.campaign_id == campaign.c.id, fax.c.number != ERASED),
    )
    _forget_contents(conn, list(conn.execute(only_his).scalars()), done)
    done["memories of the number"] += conn.execute(
        delete(number_memory).where(number_memory.c.number == number)
    ).rowcount
    done["do-not-fax rows"] += objections.erase(conn, number, now=now)
    done["events"] += events.erase(conn, sorted(done.faxes))
    done["answers of the API"] += idempotency.erase(conn, variants)
    done["files sent ahead (not looked into, kept a day)"] = uploads.count(conn)
    done["recipients of lists"] += recipients.erase(conn, number, variants)
    dropped, files = recipient_lists.drop_contents(conn)
    done["files of lists (all of them)"] += dropped
    done.files |= files
    done["mails not read yet (not looked into)"] = _unread(conn)
    own = select(func.count()).where(line.c.number == number)
    done["fax lines of that number (kept; see: line remove)"] = conn.execute(
        own
    ).scalar_one()
    return done


def erase_address(conn: Connection, address: str, *, now: datetime) -> Erased:
    """
    Blank every trace of a mail address that sent orders or got replies.

    Args:
        address: Compared without regard to capitals.
    """
    done = Erased()
    folded = address.lower()
    his = func.lower(campaign.c.address) == folded
    ids = list(conn.execute(select(campaign.c.id).where(his)).scalars())
    done["orders"] += conn.execute(
        update(campaign)
        .where(his)
        .values(address=None, message_id=None, subject="", answer_key=None)
    ).rowcount
    _forget_contents(conn, ids, done)
    to_him = func.lower(reply.c.to_address) == folded
    _forget_replies(conn, to_him, done, now)
    done["replies"] += withheld.erase(conn, address=address)
    conn.execute(update(reply).where(to_him).values(to_address=""))
    done["mails"] += conn.execute(
        update(mail)
        .where(
            (func.lower(mail.c.envelope_from) == folded)
            | (func.lower(mail.c.sender) == folded),
            mail.c.state != MailState.ACCEPTED,
        )
        .values(envelope_from="", peer="", sender="", trust_detail="")
    ).rowcount
    done["do-not-fax rows"] += objections.erase_source(conn, address)
    listed = allow_lists.listed(conn, address)
    done["lists of lines he is on (kept; see: line allow --remove)"] = listed
    copied = lines.copied_to(conn, address)
    done["lines that send him copies (kept; see: line set --copy-to)"] = copied
    done["answers of the API"] += idempotency.erase(conn, [address])
    done["mails not read yet (not looked into)"] = _unread(conn)
    return done


def written_forms(number: FaxNumber) -> tuple[str, ...]:
    """A number as it may stand in a text: "+33972101010", "0972101010", "09 72 ..."."""
    national = number.national
    pairs = [national[i : i + 2] for i in range(0, len(national), 2)]
    joined = [sign.join(pairs) for sign in (" ", ".", "-")]
    return tuple(dict.fromkeys([number.e164, number.e164[1:], national, *joined]))


def _erase_faxes(
    conn: Connection, number: str, done: Erased, now: datetime
) -> set[int]:
    """Cancel what waits, then blank what has ended; ids of the campaigns."""
    his = fax.c.number == number
    alone = and_(fax.c.phase == Phase.CLAIMED, ~SHARES_CALL)
    not_left = (fax.c.state != FaxState.DIALING) | alone
    waiting = (his, fax.c.state.in_(_OPEN))
    conn.execute(update(fax).where(*waiting).values(cancel_requested=True))
    claimed = select(fax.c.id).where(*waiting, alone)
    conn.execute(
        delete(attempt).where(
            attempt.c.fax_id.in_(claimed), attempt.c.ended_at.is_(None)
        )
    )
    done["faxes cancelled"] += conn.execute(
        update(fax)
        .where(*waiting, not_left)
        .values(
            state=FaxState.CANCELLED,
            phase=None,
            busy=False,
            ending=Ending.CANCELLED,
            updated_at=now,
            finished_at=now,
        )
    ).rowcount
    # A call under way needs its number, and so does a channel that may still be up.
    left = select(func.count()).where(his, fax.c.busy)
    done["calls under way (erase again later)"] = conn.execute(left).scalar_one()
    rows = conn.execute(
        update(fax)
        .where(his, ~fax.c.busy)
        .values(number=ERASED, detail="", opt_out_code=None, fields=null())
        .returning(fax.c.id, fax.c.ref, fax.c.campaign_id)
    ).all()
    done["faxes"] += len(rows)
    done.faxes |= {row.ref for row in rows}
    done["calls"] += conn.execute(
        update(attempt)
        .where(attempt.c.fax_id.in_([row.id for row in rows]))
        .values(remote_id=None, detail="", journal=None)
    ).rowcount
    return {row.campaign_id for row in rows}


def _clean_notes(
    conn: Connection,
    ids: Sequence[int],
    words: Sequence[str],
    done: Erased,
    now: datetime,
) -> None:
    query = select(campaign.c.id, campaign.c.notes, campaign.c.ref)
    for row in conn.execute(query.where(campaign.c.id.in_(ids))).all():
        conn.execute(
            update(campaign)
            .where(campaign.c.id == row.id)
            .values(notes=_without(row.notes, words))
        )
        _forget_replies(conn, reply.c.campaign == row.ref, done, now)
        done["orders that named it"] += 1


def _clean_recipients(conn: Connection, words: Sequence[str], done: Erased) -> set[str]:
    query = select(mail.c.ref, mail.c.recipients).where(
        mail.c.state != MailState.ACCEPTED, _mentions(mail.c.recipients, words)
    )
    refs = set()
    for row in conn.execute(query).all():
        conn.execute(
            update(mail)
            .where(mail.c.ref == row.ref)
            .values(recipients=_without(row.recipients, words))
        )
        done["mails"] += 1
        refs.add(row.ref)
    return refs


def _forget_replies(
    conn: Connection, which: ColumnElement[bool], done: Erased, now: datetime
) -> None:
    """
    All that *which* chooses; their texts are encoded for transfer, nobody can search them.

    One that has not left yet is dropped: it would carry what is erased.
    """
    kept = (which, reply.c.message.is_not(None))
    conn.execute(
        update(reply)
        .where(*kept, reply.c.state == ReplyState.PENDING)
        .values(state=ReplyState.DROPPED, finished_at=now, lease_until=None, node=None)
    )
    done["replies"] += conn.execute(
        update(reply).where(*kept).values(message=None, last_error="")
    ).rowcount


def _forget_contents(conn: Connection, ids: Sequence[int], done: Erased) -> None:
    """Documents of finished campaigns, and pages that nobody else holds."""
    over = select(campaign.c.id).where(
        campaign.c.id.in_(ids),
        ~exists().where(fax.c.campaign_id == campaign.c.id, fax.c.state.in_(_OPEN)),
    )
    its = select(document.c.spool).where(document.c.campaign_id.in_(over))
    done.files |= {name for name in conn.execute(its).scalars() if name}
    conn.execute(update(campaign).where(campaign.c.id.in_(over)).values(cover=null()))
    hashes = set(
        conn.execute(
            update(document)
            .where(document.c.campaign_id.in_(over))
            .values(name=ERASED, inline=None, spool=None)
            .returning(document.c.sha256)
        ).scalars()
    )
    done["documents"] += len(hashes)
    held = exists().where(
        document.c.sha256 == pages.c.sha256,
        document.c.inline.is_not(None) | document.c.spool.is_not(None),
    )
    gone = delete(pages).where(pages.c.sha256.in_(hashes), ~held)
    names = conn.execute(gone.returning(pages.c.spool)).scalars()
    done.files |= {name for name in names if name}


def _unread(conn: Connection) -> int:
    query = select(func.count()).where(mail.c.state == MailState.ACCEPTED)
    return conn.execute(query).scalar_one()


def _mentions(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    as_text = cast(column, String)
    return or_(*(as_text.contains(word, autoescape=True) for word in words))


def _without(value: Any, words: Sequence[str]) -> Any:
    """A JSON value with every text that holds one of *words* blanked."""
    match value:
        case dict():
            return {key: _without(each, words) for key, each in value.items()}
        case list():
            kept = (_without(each, words) for each in value)
            return [each for each in kept if each != ERASED]
        case str() if any(word in value for word in words):
            return ERASED
    return value
