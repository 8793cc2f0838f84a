"""
The pages of one recipient as he will get them, before anything leaves.

I/O: reads the store.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from converters import fax_file
from converters.tiff_f import decode, encode

from ..domain.errors import OrderRefused
from ..store import campaigns, covers, lines, opt_outs
from . import sheets
from .personal import personal

SAMPLE_CODE = "XXXXXXXX"
"""Stands for an opt-out code, which is drawn when a campaign is launched."""


def preview(
    conn: Connection, ref: str, position: int, *, at: datetime, zone: ZoneInfo
) -> bytes:
    """
    Compose the pages of the fax at a place of a campaign, from 1.

    Args:
        at: As if it were called then; shown in *zone*.

    Returns:
        TIFF-F, in the campaign's quality.

    Raises:
        OrderRefused: If there is no such recipient, or no pages.
    """
    campaign = campaigns.get(conn, ref)
    recipient = covers.drawn_at(conn, ref, position)
    if campaign is None or recipient is None:
        raise OrderRefused(
            f"La campagne {ref} n'a pas de destinataire numéro {position}.",
            code="no-recipient",
        )
    line = lines.get(conn, campaign.line)
    if line is None:
        raise OrderRefused(f"La ligne {campaign.line} n'existe plus.", code="no-line")
    code = recipient.opt_out_code
    if code is None and campaign.notes.get(opt_outs.WANTED):
        code = SAMPLE_CODE
    try:
        return sheets.compose(
            sheets.document_pages(conn, ref, campaign.quality),
            line=line,
            at=at,
            zone=zone,
            first_page=1,
            vertical_dpi=campaign.quality.vertical_dpi,
            opt_out=code,
            drawn=personal(
                conn, replace(recipient, opt_out_code=code), line, campaign.quality
            ),
        )
    except LookupError as error:
        raise OrderRefused(
            f"Les pages de la campagne {ref} ne sont pas encore prêtes, ou ne sont plus"
            " conservées.",
            code="no-pages",
        ) from error


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
