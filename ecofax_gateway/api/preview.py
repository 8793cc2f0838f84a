"""
A campaign before it leaves: its pages as they will be printed, and what it will take.

I/O: the store.
"""

from datetime import datetime
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from ..domain.api_token import Scope
from ..pipeline import preview
from ..pipeline.forecast import expected_ends
from ..pipeline.outlook import outlook
from ..pipeline.picture import exact_picture
from ..web.access import campaign_of
from ..web.desk import AtDesk, Desk
from .caller import Caller, needs
from .model import Instant, Model, Reference
from .problem import answers, file_of

router = APIRouter(prefix="/campaigns/{reference}", tags=["campaigns"])

Reads = Annotated[Caller, needs(Scope.CAMPAIGNS_READ)]

MOST = 1_000_000
"""No fax has so many pages, and no list so many recipients."""

Recipient = Annotated[
    int | None,
    Query(
        ge=1,
        le=MOST,
        description="By the place in the list; null: fields stand as they are written.",
    ),
]


class Compose(Protocol):
    """Makes a file of the pages at a place of a campaign; see `pipeline.preview`."""

    def __call__(
        self,
        conn: Connection,
        ref: str,
        position: int | None,
        *,
        at: datetime,
        zone: ZoneInfo,
    ) -> bytes: ...


class Forecast(Model):
    """What calling everybody once will take, who is still to be called; retries add."""

    calls: int | None = Field(description="null: no pages yet, or nobody to call.")
    channels: int | None = Field(description="Calls at the same time.")
    call_duration: float | None = Field(description="Seconds on the line, one call.")
    duration: float | None = Field(
        description="Seconds of calling, without hours in which nothing is sent."
    )
    end_date: Instant | None = Field(
        description="If nothing holds it up; null: not within 400 days."
    )
    cost: float | None = Field(
        description="In the currency of the trunk's price; null: it has none."
    )


@router.get(
    "/pages.tif",
    operation_id="getCampaignPages",
    response_class=Response,
    responses={**answers(404, 409), **file_of("image/tiff")},
)
async def pages_as_tiff(
    desk: AtDesk,
    caller: Reads,
    reference: Reference,
    recipient: Annotated[int, Query(ge=1, le=MOST)] = 1,
) -> Response:
    """Give the exact pages that a recipient will get, by his place in the list."""
    content = await _composed(desk, caller, reference, recipient, preview.preview)
    return Response(content, media_type="image/tiff")


@router.get(
    "/preview.pdf",
    operation_id="getCampaignPreview",
    response_class=Response,
    responses={**answers(404, 409), **file_of("application/pdf")},
)
async def pages_as_pdf(
    desk: AtDesk, caller: Reads, reference: Reference, recipient: Recipient = None
) -> Response:
    """Give the pages that a recipient will get, pixel for pixel, in a PDF."""
    content = await _composed(desk, caller, reference, recipient, preview.as_pdf)
    return Response(content, media_type="application/pdf")


@router.get(
    "/pages/{number}.png",
    operation_id="getCampaignPagePicture",
    response_class=Response,
    responses={**answers(404, 409), **file_of("image/png")},
)
async def page_as_picture(
    desk: AtDesk,
    caller: Reads,
    reference: Reference,
    number: Annotated[int, Path(ge=1, le=MOST)],
    recipient: Recipient = None,
) -> Response:
    """Give one page that a recipient will get as a picture."""
    content = await _composed(desk, caller, reference, recipient, _picture_of(number))
    return Response(content, media_type="image/png")


@router.get("/forecast", operation_id="getCampaignForecast", responses=answers(404))
async def forecast(desk: AtDesk, caller: Reads, reference: Reference) -> Forecast:
    """Foresee how long the calls will take, when they end and what they cost."""

    def look(conn: Connection) -> Forecast:
        campaign, now = campaign_of(conn, caller.principal, reference), desk.clock()
        foreseen = outlook(conn, campaign, desk.routing, now=now)
        if foreseen is None:
            return Forecast(**dict.fromkeys(Forecast.model_fields))
        # Of one that is under way the calls so far tell more.
        ends = expected_ends(conn, [campaign], now=now)
        return Forecast(
            calls=foreseen.calls,
            channels=foreseen.channels,
            call_duration=foreseen.call_seconds,
            duration=foreseen.busy.total_seconds(),
            end_date=ends.get(reference, foreseen.ends_at),
            cost=foreseen.cost,
        )

    return await desk.db.read(look)


async def _composed(
    desk: Desk, caller: Caller, reference: str, recipient: int | None, compose: Compose
) -> bytes:
    def look(conn: Connection) -> bytes:
        campaign_of(conn, caller.principal, reference)
        return compose(conn, reference, recipient, at=desk.clock(), zone=desk.zone)

    return await desk.db.read(look)


def _picture_of(number: int) -> Compose:
    def compose(
        conn: Connection,
        ref: str,
        position: int | None,
        *,
        at: datetime,
        zone: ZoneInfo,
    ) -> bytes:
        drawn = preview.page(conn, ref, number, position=position, at=at, zone=zone)
        return exact_picture(drawn)

    return compose
