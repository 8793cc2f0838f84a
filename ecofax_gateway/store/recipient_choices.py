"""
Which lists a draft goes to, and how far its faxes are written of them.

I/O: the database, through the caller's transaction.

What lists come to is counted and read by `sifting`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    update,
)

from ..domain.document import Quality
from . import lease as leases
from .drafts import IS_DRAFT, DraftAnswer, lock
from .insertion import insert_into
from .lease import MAX_TRIES, is_free
from .states import ChoiceState, ListState
from .tables import (
    campaign,
    fax,
    recipient_choice,
    recipient_list,
)

BATCH = 5000
"""Faxes deleted in one transaction, as many as are written (`drafts.BATCH`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom a draft goes to."""

    lists: tuple[int, ...]
    minus: tuple[int, ...] = ()
    clean: bool = False
    "Without the numbers that failed for good before."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRow(Choice):
    """A choice, and how far its numbers are written."""

    campaign: str
    state: ChoiceState
    failure: str | None
    failure_code: str | None
    quality: Quality | None
    "That its numbers were written for."

    written: int
    expected: int
    tries: int
    updated_at: datetime


_NAMES = [each.name for each in fields(ChoiceRow)]
_COLUMNS = [recipient_choice.c[name] for name in _NAMES]
_SETTLING = recipient_choice.c.state == ChoiceState.SETTLING
_FREE = {"node": null(), "lease_until": null()}


def put(conn: Connection, ref: str, choice: Choice, *, now: datetime) -> None:
    """Say which lists a draft goes to; its numbers are written in the background."""
    values = {
        "lists": list(choice.lists),
        "minus": list(choice.minus),
        "clean": choice.clean,
        "state": ChoiceState.SETTLING,
        "failure": None,
        "failure_code": None,
        "quality": None,
        "written": 0,
        "expected": 0,
        "tries": 0,
        "updated_at": now,
        **_FREE,
    }
    conn.execute(
        insert_into(conn, recipient_choice)
        .values(campaign=ref, **values)
        .on_conflict_do_update(index_elements=["campaign"], set_=values)
    )


def get(conn: Connection, ref: str) -> ChoiceRow | None:
    """What a draft goes to, or None: it was never said."""
    query = select(*_COLUMNS).where(recipient_choice.c.campaign == ref)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _choice(row)


def forget(conn: Connection, ref: str) -> bool:
    """
    Let a draft go to no lists any more: its numbers come from elsewhere.

    Returns:
        Whether it went to any; whoever writes their numbers has lost his lease.
    """
    lock(conn, ref)
    chosen = recipient_choice.c.campaign == ref
    return conn.execute(delete(recipient_choice).where(chosen)).rowcount == 1


def standing(conn: Connection, ref: str) -> DraftAnswer:
    """Whether a draft may leave, as far as its lists are concerned."""
    chosen = get(conn, ref)
    if chosen is None or chosen.state is ChoiceState.SETTLED:
        return DraftAnswer.DONE
    if chosen.state is ChoiceState.SETTLING:
        return DraftAnswer.SETTLING
    return DraftAnswer.INCOMPLETE


def claim(
    conn: Connection, *, node: str, now: datetime, lease: timedelta
) -> ChoiceRow | None:
    """Lease the oldest choice whose lists are read and whose numbers are to be written."""
    oldest = (
        select(recipient_choice.c.campaign)
        .where(
            _SETTLING,
            ~_is_reading(),
            is_free(recipient_choice, now),
            recipient_choice.c.tries < MAX_TRIES,
        )
        .order_by(recipient_choice.c.updated_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = conn.execute(
        update(recipient_choice)
        .where(recipient_choice.c.campaign == oldest.scalar_subquery())
        .values(node=node, lease_until=now + lease, tries=recipient_choice.c.tries + 1)
        .returning(*_COLUMNS)
    )
    found = row.mappings().one_or_none()
    return None if found is None else _choice(found)


def give_back(conn: Connection, *, node: str) -> int:
    """Undo the leases of a node that is at work on none now; how many."""
    return conn.execute(leases.give_back(recipient_choice, node)).rowcount


def poisoned(conn: Connection, *, now: datetime) -> list[ChoiceRow]:
    """Choices of which every try ended without a word: to be failed."""
    query = select(*_COLUMNS).where(
        _SETTLING,
        is_free(recipient_choice, now),
        recipient_choice.c.tries >= MAX_TRIES,
    )
    return [_choice(row) for row in conn.execute(query).mappings()]


def is_readable(conn: Connection, choice: Choice) -> bool:
    """Every list of a choice is there and was read whole."""
    chosen = {*choice.lists, *choice.minus}
    whole = select(func.count()).where(
        recipient_list.c.id.in_(chosen),
        recipient_list.c.state == ListState.READY,
        recipient_list.c.deleted_at.is_(None),
    )
    return conn.execute(whole).scalar_one() == len(chosen)


def hold(conn: Connection, leased: ChoiceRow, *, written: int, until: datetime) -> bool:
    """Note how far it is, and lease it on; False: it is not ours any more."""
    held = _leased(leased).values(written=written, lease_until=until)
    return conn.execute(held).rowcount == 1


def begin(
    conn: Connection, leased: ChoiceRow, *, expected: int, quality: Quality
) -> bool:
    """Note how many numbers are to come; False: it is not ours any more."""
    # The draft before its choice, here and below, as whoever changes it locks them.
    draft_id = lock(conn, leased.campaign)
    if draft_id is None:
        return False
    begun = _leased(leased).values(expected=expected, quality=quality, written=0)
    if conn.execute(begun).rowcount != 1:
        return False
    its = campaign.c.id == draft_id
    conn.execute(update(campaign).where(its).values(expected=expected))
    return True


def finish(conn: Connection, leased: ChoiceRow) -> bool:
    """
    Note that every number was written; False: it is not ours any more.

    What was objected to meanwhile is not waited for: the draft is complete.
    """
    draft_id = lock(conn, leased.campaign)
    done = _leased(leased).values(state=ChoiceState.SETTLED, **_FREE)
    if draft_id is None or conn.execute(done).rowcount != 1:
        return False
    written = select(func.count()).where(fax.c.campaign_id == draft_id)
    conn.execute(
        update(campaign)
        .where(campaign.c.id == draft_id)
        .values(expected=written.scalar_subquery())
    )
    return True


def fail(conn: Connection, tried: ChoiceRow, failure: str, code: str) -> None:
    """Note why its numbers cannot be written, unless another choice was made since."""
    values = {"state": ChoiceState.FAILED, "failure": failure, "failure_code": code}
    conn.execute(_same(tried).values(**values, **_FREE))


def clear(conn: Connection, leased: ChoiceRow, *, batch: int = BATCH) -> int:
    """Delete some of a draft's faxes; how many; 0 also if it is not ours any more."""
    draft_id = lock(conn, leased.campaign)
    held = _leased(leased).values(written=0)
    if draft_id is None or conn.execute(held).rowcount != 1:
        return 0
    some = select(fax.c.id).where(fax.c.campaign_id == draft_id)
    ids = some.limit(batch).subquery()
    return conn.execute(delete(fax).where(fax.c.id.in_(select(ids.c.id)))).rowcount


def drafts_of(conn: Connection, list_id: int) -> list[str]:
    """References of drafts that go to a list, or without it."""
    query = (
        select(recipient_choice.c.campaign, recipient_choice.c.lists)
        .add_columns(recipient_choice.c.minus)
        .join(campaign, campaign.c.ref == recipient_choice.c.campaign)
        .where(IS_DRAFT)
    )
    return [
        row.campaign
        for row in conn.execute(query)
        if list_id in row.lists or list_id in row.minus
    ]


def _is_reading() -> ColumnElement[bool]:
    """A list of the draft or of its line is being read; it may be one of those chosen."""
    return exists().where(
        campaign.c.ref == recipient_choice.c.campaign,
        or_(
            recipient_list.c.line == campaign.c.line,
            recipient_list.c.campaign == campaign.c.ref,
        ),
        recipient_list.c.state == ListState.READING,
        recipient_list.c.deleted_at.is_(None),
    )


def _leased(leased: ChoiceRow) -> Update:
    return _same(leased).where(recipient_choice.c.lease_until.is_not(None))


def _same(tried: ChoiceRow) -> Update:
    # Whoever settles it since took a try of his own, or another choice was made.
    return update(recipient_choice).where(
        recipient_choice.c.campaign == tried.campaign,
        _SETTLING,
        recipient_choice.c.tries == tried.tries,
        recipient_choice.c.updated_at == tried.updated_at,
    )


def _choice(row: Mapping[Any, Any]) -> ChoiceRow:
    values = {name: row[name] for name in _NAMES}
    ids = {name: tuple(row[name]) for name in ("lists", "minus")}
    return ChoiceRow(**{**values, **ids})
