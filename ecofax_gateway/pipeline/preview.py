"""
The pages of one recipient as he will get them, before anything leaves.

I/O: reads the store.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from converters import fax_file
from converters.tiff_f import decode, encode, read, write

from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..store import campaigns, covers, lines, opt_outs
from ..store.campaigns import Campaign
from ..store.covers import Drawn
from . import sheets
from .campaigns import found
from .personal import OF_THE_FAX, keys_of, personal, texts_of
from .proof_pdf import ProvedPage, proof_pdf

SAMPLE_CODE = "XXXXXXXX"
"""Stands for an opt-out code, which is drawn when a campaign is launched."""


def preview(
    conn: Connection, ref: str, position: int | None, *, at: datetime, zone: ZoneInfo
) -> bytes:
    """
    Compose the pages of the fax at a place of a campaign, from 1.

    Args:
        position: None: of nobody, fields stand as they are written.

        at: As if it were called then; shown in *zone*.

    Returns:
        TIFF-F, in the campaign's quality.

    Raises:
        OrderRefused: If there is no such recipient, or no pages.
    """
    campaign = found(conn, ref)
    line, recipient = _looked_at(conn, campaign, position)
    try:
        return sheets.compose(
            sheets.document_pages(conn, ref, campaign.quality),
            line=line,
            at=at,
            zone=zone,
            first_page=1,
            vertical_dpi=campaign.quality.vertical_dpi,
            opt_out=recipient.opt_out_code,
            drawn=personal(conn, recipient, line, campaign.quality),
        )
    except LookupError as error:
        raise no_pages(ref) from error


def as_pdf(
    conn: Connection, ref: str, position: int | None, *, at: datetime, zone: ZoneInfo
) -> bytes:
    """
    Put what `preview` composes into a PDF, pixel for pixel.

    Raises:
        OrderRefused: See `preview`.
    """
    tiff = preview(conn, ref, position, at=at, zone=zone)
    pages = [ProvedPage(page=each, stamp=()) for each in read(tiff)]
    return proof_pdf(pages, title=ref)


def page(
    conn: Connection,
    ref: str,
    number: int,
    *,
    position: int | None = None,
    at: datetime,
    zone: ZoneInfo,
) -> bytes:
    """
    Compose one page of a campaign, as `preview` does all of them.

    Args:
        number: Of the page, from 1.

        position: As for `preview`.

    Raises:
        OrderRefused: If there is no such page or recipient, or no pages.
    """
    campaign = found(conn, ref)
    line, recipient = _looked_at(conn, campaign, position)
    dpi = campaign.quality.vertical_dpi
    try:
        documents = sheets.document_pages(conn, ref, campaign.quality)
        drawn = personal(conn, recipient, line, campaign.quality)
    except LookupError as error:
        raise no_pages(ref) from error
    pages = [one for tiff in documents for one in read(tiff)]
    if not 1 <= number <= len(pages):
        raise OrderRefused(
            f"Les pages vont de 1 à {len(pages)}.", code="page-out-of-range"
        )
    return fax_file.compose(
        [write([pages[number - 1]])],
        tag=lambda _page, _of: sheets.tag_line(
            line,
            at,
            zone,
            page=number,
            of=len(pages),
            first_page=1,
            opt_out=recipient.opt_out_code,
        ),
        first_page=1,
        vertical_dpi=dpi,
        draw=None
        if drawn is None
        else lambda ink, _page, _of: drawn.draw(
            ink, number, len(pages), at=at, zone=zone, vertical_dpi=dpi
        ),
    )


def _looked_at(
    conn: Connection, campaign: Campaign, position: int | None
) -> tuple[FaxLine, Drawn]:
    """The line and a recipient of a campaign, with the code that he will have."""
    line = lines.get(conn, campaign.line)
    if line is None:
        raise OrderRefused(f"La ligne {campaign.line} n'existe plus.", code="no-line")
    recipient = (
        _anybody(conn, campaign)
        if position is None
        else covers.drawn_at(conn, campaign.ref, position)
    )
    if recipient is None:
        raise OrderRefused(
            f"La campagne {campaign.ref} n'a pas de destinataire numéro {position}.",
            code="no-recipient",
        )
    if recipient.opt_out_code is None and campaign.notes.get(opt_outs.WANTED):
        recipient = replace(recipient, opt_out_code=SAMPLE_CODE)
    return line, recipient


def _anybody(conn: Connection, campaign: Campaign) -> Drawn:
    """A recipient whose row has each field's name in it, as templates write it."""
    asked = covers.asked_of(conn, campaign.ref)
    assert asked is not None, "it was found in this transaction"
    try:
        texts = texts_of(conn, campaign.ref, asked)
    except LookupError as error:
        raise no_pages(campaign.ref) from error
    names = keys_of(texts) - OF_THE_FAX
    return Drawn(
        ref=campaign.ref,
        campaign=campaign.ref,
        position=0,
        number=campaign.line,
        opt_out_code=None,
        row={key: f"[{key.replace('_', ' ')}]" for key in names},
        cover=asked.cover,
        overlay=asked.overlay,
    )


def no_pages(ref: str) -> OrderRefused:
    """Why nothing of a campaign can be looked at."""
    return OrderRefused(
        f"Les pages de la campagne {ref} ne sont pas encore prêtes, ou ne sont plus"
        " conservées.",
        code="no-pages",
    )


def first_page(conn: Connection, ref: str, *, at: datetime, zone: ZoneInfo) -> bytes:
    """
    The first page of a campaign as its first recipient reads it, without a tag line.

    Args:
        at: As if it were called then; shown in *zone*.

    Raises:
        LookupError: If there is no such campaign, or its pages are not kept.
    """
    campaign = campaigns.get(conn, ref)
    recipient = covers.drawn_at(conn, ref, 1)
    line = None if campaign is None else lines.get(conn, campaign.line)
    if campaign is None or recipient is None or line is None:
        raise LookupError(f"no recipient or no line of {ref}")
    quality = campaign.quality
    tiff = fax_file.only(sheets.document_pages(conn, ref, quality)[0], [1])
    drawn = personal(conn, recipient, line, quality)
    if drawn is None:
        return tiff
    dpi = quality.vertical_dpi
    ink = decode(tiff)[0].copy()
    drawn.draw(ink, 1, campaign.pages or 1, at=at, zone=zone, vertical_dpi=dpi)
    return encode([ink], vertical_dpi=dpi)
