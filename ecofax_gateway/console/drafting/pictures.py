"""
The pages of a campaign as pictures: the very pixels, and small ones to choose by.

I/O: the store.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from sqlalchemy import Connection

from ...domain.errors import OrderRefused
from ...domain.principal import Principal
from ...pipeline.picture import exact_picture, picture_of
from ...pipeline.preview import page as page_of
from ...web.access import campaign_of
from ...web.desk import AtDesk, Desk
from ...web.mistake import NotFound
from ...web.session import LoggedIn

router = APIRouter()

MOST = 1_000_000
"""No fax has so many pages, and no list so many recipients."""

Count = Annotated[int, Path(ge=1, le=MOST)]

CACHE = "private, max-age=300"
"""In this browser, of a picture whose address names the version of the draft: while a
page is scrolled and gone back to. What changes has another address."""


@router.get("/campaigns/{ref}/pages/{number}.png")
async def show_picture(
    desk: AtDesk,
    session: LoggedIn,
    ref: str,
    number: Count,
    recipient: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    size: str = "",
    v: str = "",
) -> Response:
    """One page as a recipient gets it; without one, fields stand as they are written."""
    picture = await desk.db.read(
        _draw, session.principal, ref, number, recipient, size == "small", desk
    )
    kept = {"cache-control": CACHE if v else "no-store"}
    return Response(picture, media_type="image/png", headers=kept)


def _draw(
    conn: Connection,
    principal: Principal,
    ref: str,
    number: int,
    recipient: int | None,
    is_small: bool,
    desk: Desk,
) -> bytes:
    campaign_of(conn, principal, ref)
    try:
        tiff = page_of(
            conn, ref, number, position=recipient, at=desk.clock(), zone=desk.zone
        )
    except OrderRefused as refusal:
        # A picture has nobody to read a sentence.
        raise NotFound from refusal
    return picture_of(tiff) if is_small else exact_picture(tiff)
