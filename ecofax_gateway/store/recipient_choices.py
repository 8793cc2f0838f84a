"""
Which lists a draft goes to, what that comes to, and its faxes written of them.

I/O: the database, through the caller's transaction.

Lists are joined in their order, each number once; others are subtracted. Whoever is on
a do-not-fax list is left out at once; it is asked again before each call anyway, and
there also of numbers that were erased and are known by a fingerprint alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    case,
    delete,
    exists,
    false,
    func,
    null,
    or_,
    select,
    update,
)

from ..domain.document import Quality
from ..domain.objection import GATEWAY
from . import lease as leases
from .drafts import IS_DRAFT, DraftAnswer, lock
from .insertion import insert_into
from .lease import MAX_TRIES, is_free
from .memory import FINAL_FOR_ALL
from .recipients import Placed
from .states import ChoiceState, ListState
from .tables import (
    campaign,
    fax,
    number_memory,
    objection,
    recipient,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What lists come to for a line."""

    numbers: int = 0
    "In all lists together."

    repeated: int = 0
    "Of these, in more than one."

    subtracted: int = 0
    "On a list that is taken away."

    objected: int = 0
    "Of what is left, on a do-not-fax list."

    failed: int = 0
    "Of what is left, failed for good before."

    restricted: int = 0
    "Of what is left, surtaxed or foreign."

    faxed: int = 0
    "Those that the draft goes to."

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(Tally)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What decides whether a number of a list is called."""

    line: str
    quality: Quality
    clean: bool
    now: datetime


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


def tally(conn: Connection, choice: Choice, sieve: Sieve) -> Tally:
    """Count what lists come to."""
    total = Tally()
    for place, list_id in enumerate(choice.lists):
        repeated = _on(choice.lists[:place])
        subtracted = and_(~repeated, _on(choice.minus))
        left = and_(~repeated, ~subtracted)
        flags = (
            select(
                repeated.label("repeated"),
                subtracted.label("subtracted"),
                and_(left, _objected(sieve)).label("objected"),
                and_(left, _failed(sieve)).label("failed"),
                and_(left, recipient.c.restricted).label("restricted"),
                and_(left, _passes(sieve)).label("faxed"),
            )
            .where(recipient.c.list_id == list_id)
            .subquery()
        )
        counts = {
            column.name: func.coalesce(func.sum(case((column, 1), else_=0)), 0)
            for column in flags.c
        }
        query = select(func.count(), *counts.values()).select_from(flags)
        numbers, *found = conn.execute(query).one()
        counted = dict(zip(counts, map(int, found), strict=True))
        total += Tally(numbers=numbers, **counted)
    return total


def numbers(
    conn: Connection,
    choice: Choice,
    sieve: Sieve,
    *,
    place: int,
    after: int,
    limit: int,
) -> list[Placed]:
    """
    Some of the recipients that a draft goes to, in the order of one list.

    Args:
        place: Of the list among those it goes to, from 0.

        after: Only behind this position in the list.
    """
    columns = [recipient.c[name] for name in Placed.__dataclass_fields__]
    query = (
        select(*columns)
        .where(
            recipient.c.list_id == choice.lists[place],
            recipient.c.position > after,
            ~_on(choice.lists[:place]),
            ~_on(choice.minus),
            _passes(sieve),
        )
        .order_by(recipient.c.position)
        .limit(limit)
    )
    return [Placed(**row) for row in conn.execute(query).mappings()]


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


def _passes(sieve: Sieve) -> ColumnElement[bool]:
    conditions = [~_objected(sieve)]
    if sieve.clean:
        conditions.append(~_failed(sieve))
    if sieve.quality is not Quality.BEST:
        conditions.append(~recipient.c.restricted)
    return and_(*conditions)


def _on(lists: Sequence[int]) -> ColumnElement[bool]:
    if not lists:
        return false()
    other = recipient.alias()
    return exists().where(
        other.c.number == recipient.c.number, other.c.list_id.in_(lists)
    )


def _objected(sieve: Sieve) -> ColumnElement[bool]:
    return exists().where(
        objection.c.number == recipient.c.number,
        objection.c.scope.in_([GATEWAY, sieve.line]),
    )


def _failed(sieve: Sieve) -> ColumnElement[bool]:
    return exists().where(
        number_memory.c.number == recipient.c.number,
        number_memory.c.ending.in_(FINAL_FOR_ALL),
        number_memory.c.expires_at > sieve.now,
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
