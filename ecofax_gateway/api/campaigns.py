"""
Campaigns: made, looked at, changed.

I/O: the store.

Standards:
    RFC 9110 (2022) §13.1.1, §15.5.13 -- If-Match, 412
"""

from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field
from sqlalchemy import Connection

from ..domain.api_token import Scope
from ..domain.campaign import SendType
from ..domain.fax import FaxState
from ..domain.window import Window
from ..pipeline import campaigns
from ..pipeline.campaigns import Rules
from ..pipeline.draft_quality import set_quality
from ..store import catalogue, roll
from ..store.campaigns import Campaign
from ..store.catalogue import Search
from ..store.drafts import Changes
from ..store.roll import Choice
from ..web.access import campaign_of
from ..web.desk import AtDesk, Desk
from .caller import Caller, needs
from .model import PAGE, Address, Cursor, Instant, Limit, Line, Model, Page, Reference
from .new_campaign import CampaignCreated, NewCampaignBody, create_campaign, ensure_date
from .once import AtMostOnce
from .problem import Problem, answers
from .rules import CanaryBody, Pace, Spread, WindowBody
from .shape import (
    STAGES,
    CampaignStatus,
    CampaignView,
    FaxQuality,
    FaxView,
    campaign_view,
    fax_view,
)

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

Reads = Annotated[Caller, needs(Scope.CAMPAIGNS_READ)]
Writes = Annotated[Caller, needs(Scope.CAMPAIGNS_WRITE)]


class Details(StrEnum):
    """Which numbers of a campaign."""

    TODO = "todo"
    SUCCESS = "success"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


_STATES = {
    Details.SUCCESS: {FaxState.SENT},
    Details.FAILED: {FaxState.FAILED},
    Details.UNKNOWN: {FaxState.UNKNOWN},
    Details.CANCELLED: {FaxState.CANCELLED},
}
_STATES[Details.TODO] = set(FaxState) - set().union(*_STATES.values())


class CampaignChanges(Model):
    """
    What is to be otherwise; what is not there stays.

    null takes `window`, `pace`, `spreadMinutes` and `canary` away.
    """

    name: Line | None = Field(None, min_length=1)
    send_type: SendType | None = None
    send_date: Instant | None = None
    fax_quality: FaxQuality | None = None
    reply_to: Address | None = None
    needs_proof: bool | None = None
    window: WindowBody | None = None
    pace: Pace | None = None
    spread_minutes: Spread | None = None
    canary: CanaryBody | None = None

    def takes_away(self, name: str) -> bool:
        """Whether null is given for something, and not just nothing."""
        return name in self.model_fields_set and getattr(self, name) is None

    @property
    def of_a_draft(self) -> Changes:
        """What only a draft may be told, without its quality."""
        return Changes(
            name=self.name,
            send_type=self.send_type,
            due_at=self.send_date,
            is_at_once=self.send_type not in (None, SendType.SCHEDULED),
            address=self.reply_to,
            needs_proof=self.needs_proof,
            canary=self.canary.canary if self.canary else None,
            no_canary=self.takes_away("canary"),
        )

    def rules(self, before: Window) -> Rules:
        """
        What may be told at any time.

        Args:
            before: The window as it is.
        """
        spread = self.spread_minutes
        return Rules(
            window=self.window.window(before) if self.window else None,
            no_window=self.takes_away("window"),
            pace=self.pace,
            no_pace=self.takes_away("pace"),
            spread=None if spread is None else timedelta(minutes=spread),
            no_spread=self.takes_away("spread_minutes"),
        )


@router.get("", operation_id="listCampaigns")
async def list_campaigns(
    desk: AtDesk,
    caller: Reads,
    status: Annotated[CampaignStatus | None, Query()] = None,
    search: Annotated[Line, Query(description="Words of its name.")] = "",
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[CampaignView]:
    """Give the line's campaigns, newest first, without single faxes."""
    page = int(cursor or 1)
    wanted = Search(
        line=caller.line,
        words=search,
        stages={STAGES[status]} if status else frozenset(),
        page=page,
    )
    found = await desk.db.read(catalogue.search, wanted, size=limit)
    is_last = page * limit >= found.total
    return Page(
        items=[campaign_view(each) for each in found.campaigns],
        next_cursor=None if is_last else str(page + 1),
    )


@router.post(
    "",
    operation_id="createCampaign",
    status_code=201,
    response_model=CampaignCreated,
    responses=answers(404, 409),
)
async def make_campaign(
    desk: AtDesk, caller: Writes, body: NewCampaignBody, once: AtMostOnce
) -> Response:
    """Make a campaign: a draft, or one that leaves by itself."""

    async def make() -> tuple[Model, str]:
        made = await create_campaign(desk, caller, body)
        return made, f"/campaigns/{made.reference}"

    return await once.make(make)


@router.get("/{reference}", operation_id="getCampaign", responses=answers(404))
async def get_campaign(
    desk: AtDesk, caller: Reads, reference: Reference, response: Response
) -> CampaignView:
    """Show a campaign; its ETag is for `PATCH`."""
    found = await desk.db.read(campaign_of, caller.principal, reference)
    view = campaign_view(found)
    response.headers["etag"] = view.etag
    return view


@router.patch(
    "/{reference}", operation_id="changeCampaign", responses=answers(404, 409, 412)
)
async def change_campaign(
    desk: AtDesk,
    caller: Writes,
    reference: Reference,
    body: CampaignChanges,
    response: Response,
    if_match: Annotated[str | None, Header(max_length=200)] = None,
) -> CampaignView:
    """Change a campaign before it is launched; its window and pace also afterwards."""
    if body.send_type is not None or body.send_date is not None:
        ensure_date(body.send_type or SendType.SCHEDULED, body.send_date)
    changed = await desk.db.tx(_change, caller, reference, body, if_match, desk)
    desk.bells.render.ring()
    view = campaign_view(changed)
    response.headers["etag"] = view.etag
    return view


@router.delete(
    "/{reference}",
    operation_id="deleteCampaign",
    status_code=204,
    responses=answers(404, 409),
)
async def delete_campaign(desk: AtDesk, caller: Writes, reference: Reference) -> None:
    """Take a draft, or a campaign that is over, out of the lists."""

    def delete(conn: Connection) -> None:
        campaign_of(conn, caller.principal, reference)
        campaigns.delete(conn, reference, now=desk.clock())

    await desk.db.tx(delete)


@router.get(
    "/{reference}/details/{which}",
    operation_id="listCampaignNumbers",
    responses=answers(404),
)
async def list_numbers(
    desk: AtDesk,
    caller: Reads,
    reference: Reference,
    which: Details,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[FaxView]:
    """Give the numbers of a campaign: to do, sent, failed, unknown or cancelled."""
    page = int(cursor or 1)

    def look(conn: Connection) -> list[FaxView]:
        found = campaign_of(conn, caller.principal, reference)
        choice = Choice(states=_STATES[which], page=page)
        return [
            fax_view(each) for each in roll.look(conn, found.id, choice, size=limit)
        ]

    items = await desk.db.read(look)
    return Page(items=items, next_cursor=str(page + 1) if len(items) == limit else None)


def _change(
    conn: Connection,
    caller: Caller,
    reference: str,
    body: CampaignChanges,
    if_match: str | None,
    desk: Desk,
) -> Campaign:
    before = campaign_of(conn, caller.principal, reference)
    if if_match not in (None, "*", campaign_view(before).etag):
        raise Problem(
            HTTPStatus.PRECONDITION_FAILED,
            "changed-meanwhile",
            "The campaign was changed since it was looked at.",
        )
    now = desk.clock()
    if body.of_a_draft != Changes():
        campaigns.edit(conn, reference, body.of_a_draft, now=now)
    quality = body.fax_quality.quality if body.fax_quality else before.quality
    if quality is not before.quality:
        set_quality(conn, reference, quality, desk.routing, now=now)
    window = (
        Window.from_json(before.window) if before.window else Window(zone=desk.zone.key)
    )
    campaigns.set_rules(conn, reference, body.rules(window), now=now)
    return campaigns.found(conn, reference)
