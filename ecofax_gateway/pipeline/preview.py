"""
The pages of one recipient as he will get them, before anything leaves.

I/O: reads the store.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

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
