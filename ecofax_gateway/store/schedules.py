"""
Schedules: pause, window, pace and spread of campaigns, and windows of lines.

I/O: the database, through the caller's transaction.

A campaign with rules is gated: its faxes queue apart, and whether they may be called
is one row, however many they are. Whether a window is open is written there too, with
the instant at which that changes; whoever claims looks first whether one has passed,
so that nothing depends on a clock that ticks.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Float,
    Integer,
    bindparam,
    func,
    null,
    or_,
    select,
    text,
    update,
)

from ..domain.event import EventKind
from ..domain.fax import FaxState
from ..domain.window import Window, edge_after, is_open, openings, spread_over
from . import events
from .shared import Kind, Shared
from .states import CampaignState
from .tables import campaign, fax, line
from .types import PlainText, UtcTime

PACE_SLACK = timedelta(seconds=1)
"""A call may leave this early against an even pace, because claimers look once a
second; the pace is stretched by as much, so that no minute ever has more calls."""

IN_QUEUE = (FaxState.QUEUED, FaxState.SCHEDULED)

Draw = Callable[[], float]
"From 0 up to 1, at random."


def set_paused(conn: Connection, ref: str, *, paused: bool, now: datetime) -> bool:
    """
    Let no new call of a campaign begin, or again; False if there is no such campaign.

    One row, whatever its size. A call under way goes on.
    """
    query = select(campaign.c.paused).where(campaign.c.ref == ref)
    # Locked: of two who do the same at the same time, one has done it.
    before = conn.execute(query.with_for_update(key_share=True)).scalar()
    if before is (not paused):
        kind = EventKind.CAMPAIGN_PAUSED if paused else EventKind.CAMPAIGN_RESUMED
        events.record(conn, ref, kind, now=now)
    return _rule(conn, ref, paused=paused)


def set_window(
    conn: Connection, ref: str, window: Window | None, *, now: datetime
) -> bool:
    """Let a campaign call only in a window; None: whenever its line may."""
    return _rule(conn, ref, **_columns(window, now))


def set_pace(conn: Connection, ref: str, per_minute: float | None) -> bool:
    """
    Let a campaign begin at most so many calls a minute, over all nodes; None: no limit.

    Raises:
        ValueError: If *per_minute* is not above 0. A bug of ours.
    """
    if per_minute is not None and not per_minute > 0:
        raise ValueError(f"pace {per_minute!r}")
    return _rule(conn, ref, pace=per_minute, next_call_at=None)


def set_spread(conn: Connection, ref: str, period: timedelta | None) -> bool:
    """
    Draw the first calls of a campaign over a period, when it is let go.

    It changes nothing for faxes that were let go before.
    """
    seconds = None if period is None else period.total_seconds()
    return _rule(conn, ref, spread_s=seconds)


def set_line_window(
    conn: Connection, number: str, window: Window | None, *, now: datetime
) -> bool:
    """Let a line call only in a window; None: always. False: there is no such line."""
    changed = conn.execute(
        update(line).where(line.c.number == number).values(**_columns(window, now))
    )
    return changed.rowcount == 1


def windows(conn: Connection, ref: str) -> list[Window]:
    """In which a campaign's calls are made: its own, and its line's."""
    query = select(campaign.c.window, line.c.window).outerjoin_from(
        campaign, line, line.c.number == campaign.c.line
    )
    row = conn.execute(query.where(campaign.c.ref == ref)).one_or_none()
    return [Window.from_json(each) for each in row or () if each]


def refresh(conn: Connection, *, now: datetime) -> int:
    """
    Open and shut what has reached the edge of its window.

    What somebody else is changing at this moment is left for the next look: it may be
    the window.

    Returns:
        How many lines and campaigns.
    """
    passed = 0
    for table, key in ((line, line.c.number), (campaign, campaign.c.id)):
        query = select(key, table.c.window).where(
            table.c.edge_at.is_not(None), table.c.edge_at <= now
        )
        found = conn.execute(query.with_for_update(key_share=True, skip_locked=True))
        for value, stored in found.all():
            columns = _columns(_window(stored), now)
            conn.execute(update(table).where(key == value).values(**columns))
            passed += 1
    # Of what is over nobody asks any more whether it is open.
    if passed:
        conn.execute(
            update(campaign)
            .where(campaign.c.edge_at.is_not(None), campaign.c.finished_at.is_not(None))
            .values(edge_at=None)
        )
    return passed


def next_paced(conn: Connection, *, now: datetime) -> datetime | None:
    """
    When a claim is next allowed a call that only a campaign's pace forbids it now.

    Whoever looks then, and not only once a second, lets no instant of a quick pace pass.
    """
    query = select(func.min(campaign.c.next_call_at)).where(
        campaign.c.gated,
        campaign.c.is_open,
        ~campaign.c.paused,
        campaign.c.state == CampaignState.READY,
        campaign.c.next_call_at > now + PACE_SLACK,
    )
    at: datetime | None = conn.execute(query).scalar()
    return at and at - PACE_SLACK


def is_shut(conn: Connection, campaign_ref: str, *, now: datetime) -> bool:
    """
    Whether a campaign may not call at this instant: paused, or out of a window.

    A claim looks too; this is for the moment between it and the call.
    """
    rows = _RULES.run(conn, of_ref=campaign_ref)
    if not rows:
        return False
    [row] = rows
    if row.paused or row.line_paused:
        return True
    windows = [_window(stored) for stored in (row.of_line, row.of_campaign)]
    return any(window and not is_open(window, now) for window in windows)


def gate(conn: Connection, campaign_id: int) -> bool:
    """
    Gate a campaign that has rules or more than one number; leave others as they are.

    A single fax without rules needs no queue of its own: a gateway may have thousands.

    Returns:
        Whether it is gated now.
    """
    some = select(fax.c.id).where(fax.c.campaign_id == campaign_id).limit(2).subquery()
    is_bulk = select(func.count() > 1).select_from(some).scalar_subquery()
    conn.execute(
        update(campaign)
        .where(
            campaign.c.id == campaign_id,
            ~campaign.c.gated,
            or_(
                is_bulk,
                campaign.c.paused,
                campaign.c.window.is_not(None),
                campaign.c.pace.is_not(None),
            ),
        )
        .values(gated=True)
    )
    query = select(campaign.c.gated).where(campaign.c.id == campaign_id)
    return bool(conn.execute(query).scalar())


def spread(
    conn: Connection, campaign_id: int, *, begin: datetime, draw: Draw, now: datetime
) -> int:
    """
    Plan the waiting faxes of a campaign at random instants of its period.

    Only instants at which its window and its line's are open are drawn, each as likely
    as the other. If there are none in the period, all are planned for its begin, and
    wait for the window.

    Args:
        begin: Of the period.

    Returns:
        How many; 0 if it has no period.
    """
    query = (
        select(campaign.c.spread_s, campaign.c.gated, campaign.c.window, line.c.window)
        .outerjoin(line, line.c.number == campaign.c.line)
        .where(campaign.c.id == campaign_id, campaign.c.spread_s.is_not(None))
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return 0
    seconds, gated, *stored = row
    windows = [window for window in map(_window, stored) if window is not None]
    intervals = openings(windows, begin, begin + timedelta(seconds=seconds))
    waiting = select(fax.c.id).where(
        fax.c.campaign_id == campaign_id, fax.c.state == FaxState.WAITING
    )
    planned = [
        (each, spread_over(intervals, draw()) if intervals else begin)
        for each in conn.execute(waiting.order_by(fax.c.position)).scalars()
    ]
    same = {"at": now, "of_gate": campaign_id if gated else 0}
    if not planned:
        return 0
    if conn.dialect.name == "postgresql":
        listed = json.dumps([[each, due.isoformat()] for each, due in planned])
        conn.execute(_PLAN_LISTED, {**same, "listed": listed})
    else:
        conn.execute(
            _PLAN, [{**same, "of_id": id_, "due": due} for id_, due in planned]
        )
    return len(planned)


@dataclass(frozen=True, slots=True)
class Taken:
    """A fax that was just claimed, as far as clocks care."""

    campaign_id: int
    line: str
    gated: bool
    rank: float
    "It counts where the campaign is not gated."


def after_claims(conn: Connection, taken: Sequence[Taken], *, now: datetime) -> None:
    """
    Move the clocks of lines and campaigns on after faxes of theirs were claimed.

    Start-time fair queueing: a campaign's next fax stands one behind this one, and
    never before the line's own clock, so that who was paused does not catch up.
    """
    left = list(taken)
    while left:
        # A line's next fax looks at the clock that its last one has moved.
        firsts = {each.line: each for each in reversed(left)}
        _move_clocks(conn, list(firsts.values()), now)
        left = [each for each in left if firsts[each.line] is not each]


def _move_clocks(conn: Connection, taken: Sequence[Taken], now: datetime) -> None:
    """Do `after_claims` for one fax of each line."""
    gated = [each for each in taken if each.gated]
    asked = [{"of_id": each.campaign_id} for each in gated]
    starts = {each.line: each.rank for each in taken}
    campaigns = []
    for each, rows in zip(gated, _START.run_all(conn, asked), strict=True):
        [row] = rows
        starts[each.line] = start = max(row.of_campaign, row.of_line)
        next_at = None
        if row.pace is not None:
            interval = (60 + PACE_SLACK.total_seconds()) / row.pace
            next_at = max(row.next_call_at or now, now) + timedelta(seconds=interval)
        campaigns.append(
            {"of_id": each.campaign_id, "next_start": start + 1, "next_at": next_at}
        )
    _CAMPAIGN_CLOCK.run_all(conn, campaigns)
    clocks = [{"of_line": at, "start": to, "moment": now} for at, to in starts.items()]
    _LINE_CLOCK.run_all(conn, clocks)


_RULES = Shared(
    """
    SELECT campaign.ref AS of_ref, line."window" AS of_line, line.paused AS line_paused,
        campaign."window" AS of_campaign, campaign.paused
    FROM given JOIN campaign ON campaign.ref = given.of_ref
    LEFT JOIN line ON line.number = campaign.line
    WHERE campaign.paused OR line.paused OR campaign."window" IS NOT NULL
        OR line."window" IS NOT NULL
    """,
    given={"of_ref": PlainText()},
    key=["of_ref"],
    returns={
        "of_line": JSON(),
        "line_paused": Boolean(),
        "of_campaign": JSON(),
        "paused": Boolean(),
    },
    kind=Kind.READ,
)

_PLAN = (
    update(fax)
    .where(fax.c.id == bindparam("of_id"), fax.c.state == FaxState.WAITING)
    .values(
        state=FaxState.SCHEDULED,
        due_at=bindparam("due"),
        gate=bindparam("of_gate"),
        updated_at=bindparam("at"),
    )
)
# A row for each parameter set costs PostgreSQL a round of its own: see `numbers`.
_PLAN_LISTED = text(
    """
    UPDATE fax SET state = 'scheduled', due_at = (listed.value->>1)::timestamptz,
        gate = :of_gate, updated_at = :at
    FROM jsonb_array_elements(CAST(:listed AS jsonb)) AS listed
    WHERE fax.id = (listed.value->>0)::integer AND fax.state = 'waiting'
    """
).bindparams(bindparam("at", type_=UtcTime))
_START = Shared(
    """
    SELECT campaign.id AS of_id, campaign.vtime AS of_campaign, line.vtime AS of_line,
        campaign.pace, campaign.next_call_at
    FROM given JOIN campaign ON campaign.id = given.of_id
    JOIN line ON line.number = campaign.line
    """,
    given={"of_id": Integer()},
    key=["of_id"],
    returns={"next_call_at": UtcTime()},
    kind=Kind.READ,
)
_CAMPAIGN_CLOCK = Shared(
    """
    UPDATE campaign SET vtime = given.next_start, next_call_at = given.next_at
    FROM given WHERE campaign.id = given.of_id RETURNING campaign.id AS of_id
    """,
    given={"of_id": Integer(), "next_start": Float(), "next_at": UtcTime()},
    key=["of_id"],
)
_LINE_CLOCK = Shared(
    """
    UPDATE line SET last_claim = given.moment,
        vtime = CASE WHEN line.vtime < given.start THEN given.start ELSE line.vtime END
    FROM given WHERE line.number = given.of_line RETURNING line.number AS of_line
    """,
    given={"of_line": PlainText(), "start": Float(), "moment": UtcTime()},
    key=["of_line"],
)


def _rule(conn: Connection, ref: str, **values: Any) -> bool:
    """Give a campaign a rule, and move its faxes behind its gate if they are not."""
    query = select(campaign.c.id, campaign.c.gated).where(campaign.c.ref == ref)
    row = conn.execute(query.with_for_update(key_share=True)).one_or_none()
    if row is None:
        return False
    conn.execute(
        update(campaign).where(campaign.c.id == row.id).values(gated=True, **values)
    )
    if not row.gated:
        conn.execute(
            update(fax)
            .where(fax.c.campaign_id == row.id, fax.c.state.in_(IN_QUEUE))
            .values(gate=row.id)
        )
    return True


def _columns(window: Window | None, now: datetime) -> dict[str, Any]:
    if window is None:
        return {"window": null(), "is_open": True, "edge_at": None}
    return {
        "window": window.as_json(),
        "is_open": is_open(window, now),
        "edge_at": edge_after(window, now),
    }


def _window(stored: Any) -> Window | None:
    return None if stored is None else Window.from_json(stored)
