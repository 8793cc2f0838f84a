"""
What a new campaign takes from an earlier one: its pages, its rules, its numbers.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)

from ..domain.fax import FaxState
from .numbers import select_waiting
from .tables import campaign, document, fax, trunk


def documents(conn: Connection, ref: str, to: str) -> None:
    """
    Give a new campaign the pages of another one, and what is drawn on them.

    A spool file serves both.
    """
    new = _id(to)
    columns = ["position", "name", "role", "sha256", "size", "inline", "spool"]
    kept = select(new, *(document.c[name] for name in columns)).where(
        document.c.campaign_id == _id(ref)
    )
    conn.execute(insert(document).from_select(["campaign_id", *columns], kept))
    asked = select(campaign.c.page_choice, campaign.c.cover, campaign.c.overlay)
    row = conn.execute(asked.where(campaign.c.ref == ref)).mappings().one()
    conn.execute(update(campaign).where(campaign.c.ref == to).values(**row))


def rules(conn: Connection, ref: str, to: str) -> None:
    """Give a new campaign the window, the pace and the period of another one."""
    names = ["window", "is_open", "edge_at", "pace", "spread_s"]
    original = select(*(campaign.c[name] for name in names))
    row = conn.execute(original.where(campaign.c.ref == ref)).mappings().one()
    conn.execute(update(campaign).where(campaign.c.ref == to).values(**row))


def numbers(
    conn: Connection,
    ref: str,
    to: str,
    *,
    states: Sequence[FaxState] | None = None,
    now: datetime,
) -> int:
    """
    Give a new draft the numbers of another campaign.

    Args:
        states: Only of faxes in these states; None: all.

    Returns:
        How many.
    """
    is_wanted = [fax.c.campaign_id == _id(ref)]
    if states is not None:
        is_wanted.append(fax.c.state.in_(states))
    place = func.row_number().over(order_by=fax.c.position)
    # How many they are is counted by the statement that copies them: calls of the
    # other campaign may be ending at this moment.
    numbered = literal(f"{to}-").concat(cast(place, String))
    names, copied = select_waiting(
        number=fax.c.number,
        position=place,
        ref=case((func.count().over() == 1, literal(to)), else_=numbered),
        campaign_id=_id(to),
        line=fax.c.line,
        # A trunk of long ago may be gone: the first one then, until the watch looks.
        trunk=func.coalesce(
            select(trunk.c.name).where(trunk.c.name == fax.c.trunk).scalar_subquery(),
            select(func.min(trunk.c.name)).scalar_subquery(),
            fax.c.trunk,
        ),
        priority=fax.c.priority,
        fields=fax.c.fields,
        now=now,
    )
    chosen = copied.where(*is_wanted).order_by(fax.c.position)
    conn.execute(insert(fax).from_select(names, chosen))
    written = select(func.count()).where(fax.c.campaign_id == _id(to))
    noted = update(campaign).where(campaign.c.ref == to)
    noted = noted.values(expected=written.scalar_subquery())
    how_many: int = conn.execute(noted.returning(campaign.c.expected)).scalar_one()
    return how_many


def _id(ref: str) -> ColumnElement[int]:
    return select(campaign.c.id).where(campaign.c.ref == ref).scalar_subquery()
