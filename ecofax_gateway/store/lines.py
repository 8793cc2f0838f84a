"""
Fax lines: who pays, with how many calls at once.

I/O: the database, through the caller's transaction.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from ..domain.fax import FINAL
from ..domain.line import FaxLine
from . import (
    allow_lists,
    api_tokens,
    events,
    idempotency,
    recipient_lists,
    uploads,
    webhooks,
)
from .insertion import insert_into
from .states import CampaignState
from .tables import campaign, fax, line, line_cover, tag_line, web_session

_FIELDS = [line.c[name] for name in FaxLine.__dataclass_fields__]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatus:
    """A line and how the operator has set it."""

    line: FaxLine
    paused: bool
    weight: float
    "Its share against other lines when channels are short; 1 is usual."


class Removal(StrEnum):
    """What became of a wish to remove a line."""

    REMOVED = "removed"
    ABSENT = "absent"
    IN_USE = "in-use"
    "Faxes of it are still to be sent."


def add(conn: Connection, new: FaxLine, *, now: datetime, weight: float = 1.0) -> bool:
    """Add a line; False if its number has one already."""
    added = conn.execute(
        insert_into(conn, line)
        .values(
            **_columns(new),
            paused=False,
            weight=weight,
            vtime=0.0,
            last_claim=now,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[line.c.number])
        .returning(line.c.number)
    )
    is_new = added.scalar() is not None
    if is_new and new.tag_line is not None:
        _keep_tag_line(conn, new, now)
    return is_new


def get(conn: Connection, number: str) -> FaxLine | None:
    """The line of an E.164 number, or None."""
    query = select(*_FIELDS).where(line.c.number == number)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _line(row)


def listing(conn: Connection) -> list[LineStatus]:
    """Every line, by number."""
    query = select(*_FIELDS, line.c.paused, line.c.weight).order_by(line.c.number)
    return [
        LineStatus(paused=row["paused"], weight=row["weight"], line=_line(row))
        for row in conn.execute(query).mappings()
    ]


def set_password_hash(conn: Connection, number: str, password_hash: str) -> bool:
    """
    Change a line's password, and end the sessions that began with the old one.

    Returns:
        False: there is no such line.
    """
    conn.execute(delete(web_session).where(web_session.c.line == number))
    changed = conn.execute(
        update(line).where(line.c.number == number).values(password_hash=password_hash)
    )
    return changed.rowcount == 1


def copied_to(conn: Connection, address: str) -> int:
    """How many lines send a mail address copies of replies, or write in its name."""
    folded = address.lower()
    return sum(
        folded
        in {
            each.lower() for each in (*status.line.copies, status.line.from_email or "")
        }
        for status in listing(conn)
    )


def as_of(conn: Connection, number: str, at: datetime) -> FaxLine | None:
    """The line with the tag line that it had then: calls print that of their claim."""
    known = get(conn, number)
    if known is None:
        return None
    its = select(tag_line.c.text).where(
        tag_line.c.line == number, tag_line.c.since <= at
    )
    text = conn.execute(its.order_by(tag_line.c.since.desc()).limit(1)).scalar()
    return replace(known, tag_line=text)


def change(conn: Connection, was: FaxLine, wanted: FaxLine, *, now: datetime) -> bool:
    """
    Write what is to be otherwise of a line; what others change meanwhile stays.

    Its password is not: see `set_password_hash`.

    Args:
        was: As whoever wants it changed has seen it.

    Returns:
        False: it is gone.
    """
    before, after = _columns(was), _columns(wanted)
    values = {name: value for name, value in after.items() if value != before[name]}
    values.pop("password_hash", None)
    if not values:
        return get(conn, wanted.number) is not None
    mine = update(line).where(line.c.number == wanted.number)
    if conn.execute(mine.values(values)).rowcount == 0:
        return False
    if "tag_line" in values:
        _keep_tag_line(conn, wanted, now)
    return True


def set_paused(conn: Connection, number: str, *, paused: bool) -> bool:
    """Let no new call of a line begin, or again; False if there is no such line."""
    changed = conn.execute(
        update(line).where(line.c.number == number).values(paused=paused)
    )
    return changed.rowcount == 1


def remove(conn: Connection, number: str) -> Removal:
    """Remove a line; its history stays."""
    # Locked first: a campaign that is being created keeps it, or finds it gone.
    query = select(line.c.number).where(line.c.number == number)
    if conn.execute(query.with_for_update()).scalar() is None:
        return Removal.ABSENT
    preparing = (CampaignState.PREPARING, CampaignState.READY)
    in_use = select(fax.c.id).where(
        fax.c.campaign_id == campaign.c.id,
        campaign.c.line == number,
        campaign.c.state.in_(preparing),
        fax.c.state.not_in(FINAL),
    )
    if conn.execute(in_use.limit(1)).scalar() is not None:
        return Removal.IN_USE
    conn.execute(delete(line_cover).where(line_cover.c.line == number))
    conn.execute(delete(tag_line).where(tag_line.c.line == number))
    allow_lists.remove(conn, number)
    for its in (api_tokens, idempotency, uploads, webhooks, events, recipient_lists):
        its.remove(conn, number)
    conn.execute(delete(web_session).where(web_session.c.line == number))
    conn.execute(delete(line).where(line.c.number == number))
    return Removal.REMOVED


def _columns(of: FaxLine) -> dict[str, Any]:
    return {**asdict(of), "copies": list(of.copies) or None}


def _line(row: RowMapping) -> FaxLine:
    values = {name: row[name] for name in FaxLine.__dataclass_fields__}
    return FaxLine(**{**values, "copies": tuple(values["copies"] or ())})


def _keep_tag_line(conn: Connection, of: FaxLine, now: datetime) -> None:
    text = {"text": of.tag_line}
    conn.execute(
        insert_into(conn, tag_line)
        .values(line=of.number, since=now, **text)
        .on_conflict_do_update(
            index_elements=[tag_line.c.line, tag_line.c.since], set_=text
        )
    )
