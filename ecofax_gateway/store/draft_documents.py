"""
The documents of a draft, one by one: added, taken out, put in another order.

I/O: the database, through the caller's transaction.

Each is a change of its own, so that of two people who work on the same draft neither
loses what the other added.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, func, insert, null, select, update

from ..domain.document import DocumentRole
from ..domain.order import Cover
from .campaigns import NewDocument
from .drafts import ANEW, DraftAnswer, lock
from .states import CampaignState
from .tables import campaign, document


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One document of a draft that cannot become pages."""

    document: str
    "Its name; empty: whichever."

    code: str
    sentence: str
    "What is wrong and what would help, in French."


def append(conn: Connection, ref: str, new: Sequence[NewDocument]) -> DraftAnswer:
    """Add documents to a draft, after those it has."""
    draft_id = lock(conn, ref)
    if draft_id is None:
        return DraftAnswer.NOT_A_DRAFT
    its = document.c.campaign_id == draft_id
    last = conn.execute(select(func.max(document.c.position)).where(its)).scalar() or 0
    for position, each in enumerate(new, last + 1):
        _insert(conn, draft_id, position, each)
    return _render_anew(conn, draft_id)


def remove(conn: Connection, ref: str, document_id: int) -> DraftAnswer:
    """Take a document out of a draft; one that is not in it is out of it."""
    draft_id = lock(conn, ref)
    if draft_id is None:
        return DraftAnswer.NOT_A_DRAFT
    its = document.c.campaign_id == draft_id
    gone = conn.execute(delete(document).where(its, document.c.id == document_id))
    return _render_anew(conn, draft_id) if gone.rowcount else DraftAnswer.DONE


def move_up(conn: Connection, ref: str, document_id: int) -> DraftAnswer:
    """Let a document go before the one that it follows; the cover page stays first."""
    draft_id = lock(conn, ref)
    if draft_id is None:
        return DraftAnswer.NOT_A_DRAFT
    its = (document.c.campaign_id == draft_id) & (document.c.role != DocumentRole.COVER)
    order = select(document.c.id, document.c.position).where(its)
    rows = conn.execute(order.order_by(document.c.position)).all()
    for before, each in itertools.pairwise(rows):
        if each.id == document_id:
            # By way of a place that nobody has: two never share one.
            for row, position in (
                (before.id, -each.position),
                (each.id, before.position),
                (before.id, each.position),
            ):
                placed = update(document).where(document.c.id == row)
                conn.execute(placed.values(position=position))
            return _render_anew(conn, draft_id)
    return DraftAnswer.DONE


def set_cover(
    conn: Connection, ref: str, cover: Cover | None, page: NewDocument | None
) -> DraftAnswer:
    """
    Give a draft another cover page, or none.

    Args:
        cover, page: What it says, and the document; both or neither.
    """
    draft_id = lock(conn, ref)
    if draft_id is None:
        return DraftAnswer.NOT_A_DRAFT
    its = document.c.campaign_id == draft_id
    known = select(document.c.sha256).where(its, document.c.role == DocumentRole.COVER)
    before = conn.execute(known).scalar()
    says = null() if cover is None else cover.as_json
    conn.execute(update(campaign).where(campaign.c.id == draft_id).values(cover=says))
    if before == (page.content.sha256 if page else None):
        return DraftAnswer.DONE
    covers = document.c.role == DocumentRole.COVER
    conn.execute(delete(document).where(its, covers))
    if page is not None:
        _insert(conn, draft_id, 0, page)
    return _render_anew(conn, draft_id)


def note_faults(conn: Connection, ref: str, faults: Sequence[Fault]) -> bool:
    """
    Keep why the pages of a draft cannot be made: whoever puts it together will see it.

    Returns:
        False if it is no draft.
    """
    draft_id = lock(conn, ref)
    if draft_id is None:
        return False
    noted = update(campaign).where(
        campaign.c.id == draft_id, campaign.c.state == CampaignState.PREPARING
    )
    told: list[Mapping[str, str]] = [asdict(fault) for fault in faults]
    conn.execute(noted.values(trouble=told, lease_until=None, node=None))
    return True


def _insert(conn: Connection, draft_id: int, position: int, new: NewDocument) -> None:
    conn.execute(
        insert(document).values(
            campaign_id=draft_id,
            position=position,
            name=new.name,
            role=new.role,
            **new.content.columns,
        )
    )


def _render_anew(conn: Connection, draft_id: int) -> DraftAnswer:
    # The choice of pages speaks of documents that it no longer has.
    anew = update(campaign).where(campaign.c.id == draft_id)
    conn.execute(anew.values(**ANEW, page_choice=null()))
    return DraftAnswer.DONE
