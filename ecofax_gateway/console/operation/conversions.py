"""
Documents on their way to pages, those that could not be printed, and refused mails.

I/O: the store.
"""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ...store import conversions, mails
from ...web.desk import AtDesk
from ..page import page
from .access import Operating

router = APIRouter()

SLOW_AFTER = timedelta(minutes=5)
"""Most documents take seconds; what takes longer is worth a look."""


@router.get("/operator/conversions")
async def show_conversions(
    request: Request, desk: AtDesk, session: Operating
) -> HTMLResponse:
    """Show what is being made into pages, and what was refused."""
    return page(
        request,
        session,
        "operator/conversions.html",
        under_way=await desk.db.read(conversions.under_way),
        refused=await desk.db.read(conversions.refused),
        refused_mails=await desk.db.read(mails.refused),
        now=desk.clock(),
        slow_after=SLOW_AFTER,
    )
