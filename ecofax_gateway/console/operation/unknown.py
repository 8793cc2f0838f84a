"""
Faxes of which nobody knows what arrived: a person decides on the page of each.

I/O: the store.
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ...store import unknowns
from ...web.desk import AtDesk
from ..page import page
from .access import Operating

router = APIRouter()


@router.get("/operator/unknown")
async def show_unknown(
    request: Request, desk: AtDesk, session: Operating
) -> HTMLResponse:
    """Show them all, with what was confirmed and who was told."""
    found = await desk.db.read(unknowns.listing)
    return page(request, session, "operator/unknown.html", found=found)
