"""
One page of one fax as a picture: as it was sent, or as it will be.

I/O: reads the store.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..store import faxes
from ..store.faxes import Fax
from . import sheets
from .picture import exact_picture_of
from .preview import preview


def page_picture(
    conn: Connection, fax: Fax, page: int, *, at: datetime, zone: ZoneInfo
) -> bytes:
    """
    Draw a page, of the last call that it went in.

    Args:
        page: Of the whole fax, from 1.

        at: If it was never called: as if it were then; shown in *zone*.

    Returns:
        PNG, as `exact_picture_of` gives it.

    Raises:
        LookupError: If there is no such page, or it is not kept any more.
    """
    calls = [
        each
        for each in faxes.attempts(conn, fax.ref)
        if each.started_at is not None and each.first_page <= page
    ]
    if calls:
        sent = sheets.pages_of_attempt(conn, fax.ref, calls[-1].n, zone=zone)
        return exact_picture_of(sent, page - calls[-1].first_page + 1)
    try:
        tiff = preview(conn, fax.campaign, fax.position, at=at, zone=zone)
    except OrderRefused as refusal:
        raise LookupError(refusal.code) from None
    return exact_picture_of(tiff, page)
