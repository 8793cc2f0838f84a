"""
Cover pages: the templates of lines, and what a campaign draws for each recipient.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from ..domain.document import Quality
from ..domain.fax import FINAL
from ..domain.order import Cover
from .insertion import insert_into
from .tables import campaign, fax, line, line_cover

Row = Mapping[str, str]
"""A recipient's row of his list: values by the columns' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What the pages of one fax say of its recipient."""

    ref: str
    campaign: str
    position: int
    number: str
    opt_out_code: str | None
    row: Row
    cover: Cover | None
    overlay: tuple[Mapping[str, Any], ...]
    "Places on the documents' pages; plain JSON values."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a campaign asks to be drawn on its pages."""

    quality: Quality
    is_draft: bool
    cover: Cover | None
    overlay: tuple[Mapping[str, Any], ...]
    "As `Drawn.overlay`."


def template_of(conn: Connection, number: str) -> str | None:
    """The cover template of a line, or None."""
    query = select(line_cover.c.template).where(line_cover.c.line == number)
    return conn.execute(query).scalar()


def set_template(
    conn: Connection, number: str, template: str, *, now: datetime
) -> bool:
    """Give a line a cover template; False if there is no such line."""
    query = select(line.c.number).where(line.c.number == number)
    if conn.execute(query.with_for_update(read=True)).scalar() is None:
        return False
    values = {"template": template, "updated_at": now}
    conn.execute(
        insert_into(conn, line_cover)
        .values(line=number, **values)
        .on_conflict_do_update(index_elements=[line_cover.c.line], set_=values)
    )
    return True


def remove_template(conn: Connection, number: str) -> bool:
    """Let a line have the standard cover page again; False if it had."""
    gone = delete(line_cover).where(line_cover.c.line == number)
    return conn.execute(gone).rowcount == 1


def drawn_on(conn: Connection, fax_ref: str) -> Drawn | None:
    """What differs on the pages of one fax; None if there is no such fax."""
    row = conn.execute(_DRAWN.where(fax.c.ref == fax_ref)).one_or_none()
    return None if row is None else _drawn(row)


def drawn_at(conn: Connection, ref: str, position: int) -> Drawn | None:
    """The same of the fax at a position of a campaign, from 1."""
    query = _DRAWN.where(campaign.c.ref == ref, fax.c.position == position)
    row = conn.execute(query).one_or_none()
    return None if row is None else _drawn(row)


def rows_of(conn: Connection, ref: str) -> list[tuple[str, Row]]:
    """Number and row of each recipient that is still to be called, in their order."""
    query = (
        select(fax.c.number, fax.c.fields)
        .join(campaign, campaign.c.id == fax.c.campaign_id)
        .where(campaign.c.ref == ref, fax.c.state.not_in(FINAL))
        .order_by(fax.c.position)
    )
    return [(each.number, each.fields or {}) for each in conn.execute(query)]


def asked_of(conn: Connection, ref: str) -> Asked | None:
    """What a campaign asks to be drawn; None if there is no such campaign."""
    columns = (campaign.c.quality, campaign.c.launched_at, campaign.c.cover)
    query = select(*columns, campaign.c.overlay).where(campaign.c.ref == ref)
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    return Asked(
        quality=row.quality,
        is_draft=row.launched_at is None,
        cover=None if row.cover is None else Cover(**row.cover),
        overlay=tuple(row.overlay or ()),
    )


def copy_row(conn: Connection, ref: str, position: int, to: str) -> None:
    """Give every fax of a campaign the row that one recipient of another has."""
    original = drawn_at(conn, ref, position)
    if original is None:
        return
    its = select(campaign.c.id).where(campaign.c.ref == to).scalar_subquery()
    faxes = update(fax).where(fax.c.campaign_id == its)
    conn.execute(faxes.values(fields=dict(original.row) or None))


_DRAWN = select(
    fax.c.ref,
    fax.c.position,
    fax.c.number,
    fax.c.opt_out_code,
    fax.c.fields,
    campaign.c.ref.label("campaign"),
    campaign.c.cover,
    campaign.c.overlay,
).join(campaign, campaign.c.id == fax.c.campaign_id)


def _drawn(row: Any) -> Drawn:
    return Drawn(
        ref=row.ref,
        campaign=row.campaign,
        position=row.position,
        number=row.number,
        opt_out_code=row.opt_out_code,
        row=row.fields or {},
        cover=None if row.cover is None else Cover(**row.cover),
        overlay=tuple(row.overlay or ()),
    )
