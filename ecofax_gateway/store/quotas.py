"""
Quotas and credit of lines: reserved when faxes are let go, settled when they end.

I/O: the database, through the caller's transaction.

The quota's row is locked before anything is counted (SQLite has one writer anyway), so
that two orders at the same time never both take the last page; CHECKs in the schema
say once more that nothing is ever below nought.
"""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    and_,
    delete,
    select,
    update,
)

from ..domain.quota import Quota, Used, check, periods
from .insertion import insert_into
from .shared import Kind, Shared
from .tables import campaign, fax, line, quota, quota_use

_LIMITS = [quota.c[name] for name in Quota.__dataclass_fields__]

_UNSETTLED = "quota_open AND state IN ('cancelled', 'failed', 'sent', 'unknown')"
"""As the index ix_fax_unsettled has it, word for word."""

_SETTLE = Shared(
    f"""
    UPDATE fax SET quota_open = FALSE FROM given
    WHERE fax.campaign_id = given.of_campaign AND {_UNSETTLED}
    RETURNING fax.campaign_id AS of_campaign, fax.line, fax.quota_day,
        fax.quota_credit, fax.quota_pages - fax.pages_confirmed AS unsent
    """,  # noqa: S608 -- our own words
    given={"of_campaign": Integer()},
    key=["of_campaign"],
    returns={"quota_credit": Boolean()},
    kind=Kind.ONCE,
)
"""It runs at the end of every call."""


def put(conn: Connection, number: str, limits: Quota) -> bool:
    """Set a line's limits; False if there is no such line."""
    if not _hold_line(conn, number):
        return False
    values = {name: getattr(limits, name) for name in Quota.__dataclass_fields__}
    conn.execute(
        insert_into(conn, quota)
        .values(line=number, **values)
        .on_conflict_do_update(index_elements=[quota.c.line], set_=values)
    )
    return True


def get(conn: Connection, number: str) -> Quota | None:
    """A line's limits; None: it has none."""
    query = select(*_LIMITS).where(quota.c.line == number)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else Quota(**row)


def held(conn: Connection, number: str) -> Quota | None:
    """Do `get` for whoever will `put` others: until the commit nothing is taken of it."""
    return _locked(conn, number) if _hold_line(conn, number) else None


def used(conn: Connection, number: str, *, zone: str, now: datetime) -> Used:
    """Pages that a line has sent or reserved in the day and the month of *now*."""
    day, month = periods(now, ZoneInfo(zone))
    query = select(quota_use.c.period, quota_use.c.pages).where(
        quota_use.c.line == number, quota_use.c.period.in_([day, month])
    )
    found = {row.period: row.pages for row in conn.execute(query)}
    return Used(found.get(day, 0), found.get(month, 0))


def reserve(
    conn: Connection, campaign_id: int, chosen: ColumnElement[bool], *, now: datetime
) -> int:
    """
    Take the pages of a campaign's chosen faxes, all of them or none.

    Each fax is counted once, however often this is called.

    Args:
        campaign_id: Its pages are made.

        chosen: Which of its faxes.

    Returns:
        Pages taken; 0 for a line without limits.

    Raises:
        OrderRefused: With what is left; the caller's transaction must not commit.
    """
    query = select(campaign.c.line, campaign.c.pages)
    row = conn.execute(query.where(campaign.c.id == campaign_id)).one()
    limits = _locked(conn, row.line)
    if limits is None:
        return 0
    day, month = periods(now, ZoneInfo(limits.zone))
    count: int = conn.execute(
        update(fax)
        .where(fax.c.campaign_id == campaign_id, fax.c.quota_day.is_(None), chosen)
        .values(
            quota_open=True,
            quota_pages=row.pages,
            quota_day=day,
            quota_credit=limits.credit is not None,
        )
    ).rowcount
    pages = count * int(row.pages)
    if not pages:
        return 0
    check(limits, used(conn, row.line, zone=limits.zone, now=now), pages, at=now)
    for period in (day, month):
        conn.execute(
            insert_into(conn, quota_use)
            .values(line=row.line, period=period, pages=pages)
            .on_conflict_do_update(
                index_elements=[quota_use.c.line, quota_use.c.period],
                set_={"pages": quota_use.c.pages + pages},
            )
        )
    conn.execute(
        update(quota)
        .where(quota.c.line == row.line, quota.c.credit.is_not(None))
        .values(credit=quota.c.credit - pages)
    )
    return pages


def settle(conn: Connection, campaign_id: int) -> int:
    """
    Give back what a campaign's ended faxes reserved and the far end did not confirm.

    A page that is confirmed after its fax was settled (a late result) is not charged.

    Returns:
        Pages given back.
    """
    rows = _SETTLE.run(conn, of_campaign=campaign_id)
    days: Counter[str] = Counter()
    credit = 0
    for row in rows:
        if row.unsent > 0:
            days[row.quota_day] += row.unsent
            credit += row.unsent if row.quota_credit else 0
    if days:
        # Every fax of a campaign is of its line.
        _give_back(conn, rows[0].line, days, credit)
    return days.total()


def purge(conn: Connection, *, before: datetime) -> int:
    """Forget how much was used in days and months long past; how many rows."""
    oldest = before.date().isoformat()[:7]
    return conn.execute(delete(quota_use).where(quota_use.c.period < oldest)).rowcount


def _give_back(conn: Connection, number: str, days: Counter[str], credit: int) -> None:
    _locked(conn, number)
    periods_: Counter[str] = Counter()
    for day, pages in days.items():
        periods_[day] += pages
        periods_[day[:7]] += pages
    for period, pages in sorted(periods_.items()):
        mine = and_(quota_use.c.line == number, quota_use.c.period == period)
        # Not below nought: its row may be new since an operator removed the old one.
        conn.execute(
            update(quota_use)
            .where(mine, quota_use.c.pages >= pages)
            .values(pages=quota_use.c.pages - pages)
        )
    if credit:
        conn.execute(
            update(quota)
            .where(quota.c.line == number, quota.c.credit.is_not(None))
            .values(credit=quota.c.credit + credit)
        )


def _hold_line(conn: Connection, number: str) -> bool:
    """Whether there is such a line; nobody removes it before the commit."""
    known = select(line.c.number).where(line.c.number == number)
    return conn.execute(known.with_for_update(read=True)).scalar() is not None


def _locked(conn: Connection, number: str) -> Quota | None:
    query = select(*_LIMITS).where(quota.c.line == number)
    row = conn.execute(query.with_for_update()).mappings().one_or_none()
    return None if row is None else Quota(**row)
