"""
From documents to pages: which campaign is to be rendered, and what came of it.

I/O: the database and the spool, through the caller's transaction.

Pages belong to a document's content and a resolution, not to a campaign: what was
rendered once is there for the next order that sends the same file.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, null, select, update

from ..domain.document import DocumentRole, Quality
from ..domain.fax import FaxState
from ..domain.outcome import Ending
from ..domain.page_choice import PageChoice, parse_page_choice
from . import lease as leases
from . import repeats
from .content import Content
from .departures import let_go
from .insertion import insert_into
from .kept import load
from .lease import MAX_TRIES, is_free
from .schedules import Draw
from .states import CampaignState
from .tables import campaign, document, fax, pages


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One document of a campaign; `document_bytes` has its content."""

    id: int
    name: str
    role: DocumentRole
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPrepare:
    """A campaign leased for rendering."""

    ref: str
    quality: Quality
    documents: tuple[DocumentRow, ...]
    tries: int
    "This one included."

    edition: int
    "Of its documents: what is made of an older one says nothing of the campaign."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One document as pages of one resolution."""

    sha256: str
    "Of the document."

    vertical_dpi: int
    tiff_sha256: str
    tiff: bytes
    count: int
    warnings: tuple[str, ...]
    places: tuple[Mapping[str, Any], ...] = ()
    "Of a cover page; plain JSON values."


def claim_preparation(
    conn: Connection, *, node: str, now: datetime, lease: timedelta
) -> ToPrepare | None:
    """
    Lease the oldest campaign whose documents are to be rendered.

    A draft waits until it has some, and others than those that cannot be made pages.

    It is offered again when the lease ends before `release` or `fail_preparation`,
    three times in all; then it is one of `poisoned`.
    """
    oldest = (
        select(campaign.c.id)
        .where(
            campaign.c.state == CampaignState.PREPARING,
            is_free(campaign, now),
            campaign.c.tries < MAX_TRIES,
            campaign.c.trouble.is_(null()),
            campaign.c.launched_at.is_not(None) | _HAS_DOCUMENTS,
        )
        .order_by(campaign.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = conn.execute(
        update(campaign)
        .where(campaign.c.id == oldest.scalar_subquery())
        .values(node=node, lease_until=now + lease, tries=campaign.c.tries + 1)
        .returning(
            *(campaign.c[name] for name in ("ref", "quality", "tries", "edition"))
        )
    ).one_or_none()
    if row is None:
        return None
    return ToPrepare(
        ref=row.ref,
        quality=row.quality,
        tries=row.tries,
        edition=row.edition,
        documents=tuple(documents(conn, row.ref)),
    )


_HAS_DOCUMENTS = exists().where(document.c.campaign_id == campaign.c.id)


def give_back(conn: Connection, *, node: str, known: Collection[str]) -> int:
    """
    Undo the leases of a node, but not those it is working on; how many.

    Args:
        known: References of the campaigns that it is rendering.
    """
    stray = leases.give_back(campaign, node).where(campaign.c.ref.not_in(known))
    return conn.execute(stray).rowcount


def offer_again(conn: Connection, ref: str, *, node: str) -> None:
    """Undo the lease of a node on one campaign; the try is not counted."""
    conn.execute(leases.give_back(campaign, node).where(campaign.c.ref == ref))


def poisoned(conn: Connection, *, now: datetime) -> list[str]:
    """References of campaigns whose every rendering ended without a word: to be failed."""
    query = select(campaign.c.ref).where(
        campaign.c.state == CampaignState.PREPARING,
        is_free(campaign, now),
        campaign.c.tries >= MAX_TRIES,
        campaign.c.trouble.is_(null()),
    )
    return list(conn.execute(query.order_by(campaign.c.id)).scalars())


def documents(conn: Connection, ref: str) -> list[DocumentRow]:
    """A campaign's documents in their order."""
    query = (
        select(*(document.c[name] for name in DocumentRow.__dataclass_fields__))
        .join(campaign, campaign.c.id == document.c.campaign_id)
        .where(campaign.c.ref == ref)
        .order_by(document.c.position)
    )
    return [DocumentRow(**row) for row in conn.execute(query).mappings()]


def page_choice(conn: Connection, ref: str) -> PageChoice | None:
    """Which pages of the attached documents a campaign sends; None: all."""
    query = select(campaign.c.page_choice).where(campaign.c.ref == ref)
    written = conn.execute(query).scalar()
    return parse_page_choice(written) if written else None


def document_bytes(conn: Connection, document_id: int) -> bytes | None:
    """
    A document as received, or None when retention has taken it.

    Raises:
        StoreUnavailable: If its spool file cannot be read.
    """
    query = select(document.c.inline, document.c.spool)
    row = conn.execute(query.where(document.c.id == document_id)).one_or_none()
    return None if row is None else load(conn, row.inline, row.spool)


def rendered(
    conn: Connection,
    sha256: str,
    vertical_dpi: int,
    tiff: Content,
    *,
    count: int,
    warnings: Sequence[str] = (),
    places: Sequence[Mapping[str, Any]] = (),
    now: datetime,
) -> bool:
    """Keep a document's pages; False if the same were there (a race, and harmless)."""
    inserted = conn.execute(
        insert_into(conn, pages)
        .values(
            sha256=sha256,
            vertical_dpi=vertical_dpi,
            tiff_sha256=tiff.sha256,
            size=tiff.size,
            inline=tiff.inline,
            spool=tiff.spool,
            count=count,
            warnings=list(warnings),
            places=list(places) or None,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=[pages.c.sha256, pages.c.vertical_dpi])
        .returning(pages.c.sha256)
    )
    return inserted.scalar() is not None


def find_pages(conn: Connection, sha256: str, vertical_dpi: int) -> Rendered | None:
    """
    The pages of a document in one resolution, if they were made.

    Raises:
        StoreUnavailable: If the spool file cannot be read.
    """
    query = select(pages).where(
        pages.c.sha256 == sha256, pages.c.vertical_dpi == vertical_dpi
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    tiff = load(conn, row.inline, row.spool)
    assert tiff is not None
    return Rendered(
        sha256=sha256,
        vertical_dpi=vertical_dpi,
        tiff_sha256=row.tiff_sha256,
        tiff=tiff,
        # `row.count` is the method of a tuple.
        count=row._mapping["count"],
        warnings=tuple(row.warnings),
        places=tuple(row.places or ()),
    )


def holds_pages(conn: Connection, ref: str, vertical_dpi: int) -> bool:
    """
    Whether the pages of all documents of a campaign are kept.

    Nobody removes them before the commit; whoever is removing them now is waited for.
    """
    its = select(document.c.sha256).join(campaign).where(campaign.c.ref == ref)
    wanted = set(conn.execute(its).scalars())
    kept = select(pages.c.sha256).where(
        pages.c.sha256.in_(wanted), pages.c.vertical_dpi == vertical_dpi
    )
    held = conn.execute(kept.with_for_update(read=True, key_share=True))
    return wanted == set(held.scalars())


def octets_per_page(conn: Connection, ref: str, vertical_dpi: int) -> float:
    """
    What a page of a campaign's documents takes on the line, on average.

    As it is kept: T.6, the least but for photos.
    """
    query = (
        select(func.sum(pages.c.size), func.sum(pages.c.count))
        .select_from(document.join(campaign, campaign.c.id == document.c.campaign_id))
        .join(pages, pages.c.sha256 == document.c.sha256)
        .where(campaign.c.ref == ref, pages.c.vertical_dpi == vertical_dpi)
    )
    octets, count = conn.execute(query).one()
    return float(octets / count) if count else 0.0


def release(
    conn: Connection,
    ref: str,
    *,
    page_count: int,
    warnings: Sequence[str] = (),
    now: datetime,
    repeat_window: timedelta = repeats.WINDOW,
    draw: Draw = random.random,
) -> int:
    """
    Say that a campaign's pages are made, and let its faxes go unless it is a draft.

    Args:
        page_count: Pages of one fax, at least 1.

        warnings: French sentences, after those the campaign has.

        repeat_window, draw: See `let_go`.

    Returns:
        How many faxes went; 0 for a draft, or if it was cancelled or released meanwhile.

    Raises:
        OrderRefused: See `let_go`.
    """
    query = select(campaign.c.id, campaign.c.launched_at, campaign.c.warnings).where(
        campaign.c.ref == ref, campaign.c.state == CampaignState.PREPARING
    )
    row = conn.execute(query.with_for_update(key_share=True)).one_or_none()
    if row is None:
        return 0
    conn.execute(
        update(campaign)
        .where(campaign.c.id == row.id)
        .values(
            state=CampaignState.READY,
            pages=page_count,
            warnings=[*row.warnings, *warnings],
            lease_until=None,
            node=None,
        )
    )
    if row.launched_at is None:
        return 0
    return let_go(conn, ref, now=now, repeat_window=repeat_window, draw=draw)


def is_edition(conn: Connection, ref: str, edition: int) -> bool:
    """
    Whether a campaign still has the documents that it had in an edition.

    It keeps them until the end of the transaction.
    """
    query = select(campaign.c.edition).where(campaign.c.ref == ref)
    return conn.execute(query.with_for_update(key_share=True)).scalar() == edition


def fail_preparation(conn: Connection, ref: str, detail: str, *, now: datetime) -> bool:
    """
    Fail a campaign whose documents cannot become pages, and its faxes with it.

    A draft is not failed: see `draft_documents.note_faults`.

    Args:
        detail: For the operator and the report.

    Returns:
        False if it was cancelled or released meanwhile.
    """
    failed = conn.execute(
        update(campaign)
        .where(campaign.c.ref == ref, campaign.c.state == CampaignState.PREPARING)
        .values(
            state=CampaignState.FAILED, finished_at=now, lease_until=None, node=None
        )
        .returning(campaign.c.id)
    ).scalar()
    if failed is None:
        return False
    conn.execute(
        update(fax)
        .where(fax.c.campaign_id == failed, fax.c.state == FaxState.WAITING)
        .values(
            state=FaxState.FAILED,
            ending=Ending.LOCAL_FAULT,
            detail=detail,
            updated_at=now,
            finished_at=now,
        )
    )
    return True
