"""
One fax: what became of it, its calls and pages, the proof, and what may be done.

I/O: the store.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.fax import FINAL, FaxState
from ..domain.language import Tongue
from ..domain.number import FaxNumber
from ..domain.principal import Principal
from ..pipeline import campaigns, proof
from ..pipeline.drafting import fresh_reference
from ..pipeline.leaf import page_picture
from ..pipeline.resending import resend_fax
from ..store import departures, faxes, repeats, replies, unknowns
from ..store.campaigns import Campaign
from ..store.faxes import Attempt, Fax
from ..store.replies import ReplyStatus
from ..store.states import CampaignState
from ..web.access import campaign_of, fax_of
from ..web.desk import AtDesk, Desk
from ..web.mistake import NotFound
from ..web.session import Acting, LoggedIn
from .calls import calls_of
from .page import page, tongue_of, wants_part

logger = logging.getLogger(__name__)

router = APIRouter()

MAX_PAGES = 9999

PageNumber = Annotated[int, Path(ge=1, le=MAX_PAGES)]

DONE = frozenset({"ordered", "cancel", "resend", "release", "sent", "failed"})
"""What may have been done just now; the page says it in a sentence."""


class Action(StrEnum):
    """What people do with a fax; the word stands in the address."""

    CANCEL = "cancel"
    RESEND = "resend"
    RELEASE = "release"
    "It is held as a repeat, and shall go all the same."

    SENT = "sent"
    "It is unknown; whoever asked the recipient knows that it arrived."

    FAILED = "failed"
    "It is unknown, and did not arrive."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A fax with all that its page tells."""

    fax: Fax
    campaign: Campaign
    attempts: tuple[Attempt, ...]
    told: tuple[ReplyStatus, ...]
    "Of its order: who was written to."

    @property
    def is_unprintable(self) -> bool:
        """Its documents could not become pages; the detail says why, in French."""
        return self.campaign.state is CampaignState.FAILED

    @property
    def has_pages(self) -> bool:
        """Whether they can be looked at."""
        return bool(self.campaign.pages) and self.campaign.purged_at is None

    @property
    def has_proof(self) -> bool:
        """It arrived whole, and the far end said so of each page."""
        return (
            self.fax.state is FaxState.SENT
            and self.has_pages
            and self.fax.pages_confirmed == self.campaign.pages
        )

    @property
    def actions(self) -> tuple[Action, ...]:
        """What may be done, the most likely first."""
        match self.fax.state:
            case FaxState.HELD:
                return (Action.RELEASE, Action.CANCEL)
            case FaxState.UNKNOWN:
                decisions = (Action.SENT, Action.FAILED)
                return (Action.RESEND, *decisions) if self.has_pages else decisions
            case state if state in FINAL:
                return (Action.RESEND,) if self.has_pages else ()
            case _:
                return () if self.fax.cancel_requested else (Action.CANCEL,)


@router.get("/faxes/{ref}")
async def show_fax(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, done: str = ""
) -> HTMLResponse:
    """Show one fax."""
    its = await desk.db.read(_look, session.principal, ref)
    tongue = tongue_of(request, session)
    is_live = its.fax.state not in FINAL | {FaxState.HELD}
    shown = page(
        request,
        session,
        "faxes/fax.html",
        its=its,
        fax=its.fax,
        calls=calls_of(its.attempts, tongue),
        done=done if done in DONE else "",
        is_live=is_live,
    )
    if wants_part(request) and not is_live:
        # It is over: now there may be a proof, and other things can be done with it.
        shown.headers["hx-refresh"] = "true"
    return shown


@router.get("/faxes/{ref}/pages/{number}.png")
async def show_page(
    desk: AtDesk, session: LoggedIn, ref: str, number: PageNumber
) -> Response:
    """Draw one page, pixel by pixel."""
    png = await desk.db.read(
        _picture, session.principal, ref, number, now=desk.clock(), zone=desk.zone
    )
    return Response(png, media_type="image/png")


@router.get("/faxes/{ref}/proof.pdf")
async def show_proof(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str
) -> Response:
    """Give the proof of transmission of a fax that arrived."""
    tongue = tongue_of(request, session)
    pdf = await desk.db.read(_proof, session.principal, ref, tongue, zone=desk.zone)
    named = {"content-disposition": f'attachment; filename="fax-{ref}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=named)


@router.get("/faxes/{ref}/{action}")
async def ask(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str, action: Action
) -> HTMLResponse:
    """Say in figures what will happen, and ask whether it shall."""
    its = await desk.db.read(_look, session.principal, ref)
    if action not in its.actions:
        raise _impossible(its)
    return page(
        request, session, "faxes/confirm.html", its=its, fax=its.fax, action=action
    )


@router.post("/faxes/{ref}/{action}")
async def act(
    desk: AtDesk, session: Acting, ref: str, action: Action
) -> RedirectResponse:
    """Do it."""
    principal = session.principal
    new_ref = await desk.db.tx(_do, desk, principal, ref, action, now=desk.clock())
    who = principal.operator or principal.line
    logger.info("%s: fax %s: %s", who, ref, action)
    desk.bells.render.ring()
    desk.bells.call.ring()
    desk.bells.post.ring()
    return RedirectResponse(f"/faxes/{new_ref}?done={action}", 303)


def _look(conn: Connection, principal: Principal, ref: str) -> Shown:
    fax = fax_of(conn, principal, ref)
    campaign = campaign_of(conn, principal, fax.campaign)
    if campaign.launched_at is None:
        raise NotFound
    return Shown(
        fax=fax,
        campaign=campaign,
        attempts=tuple(faxes.attempts(conn, ref)),
        told=tuple(replies.of_campaign(conn, fax.campaign)),
    )


def _picture(
    conn: Connection,
    principal: Principal,
    ref: str,
    number: int,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> bytes:
    its = _look(conn, principal, ref)
    try:
        return page_picture(conn, its.fax, number, at=now, zone=zone)
    except LookupError as error:
        raise NotFound from error


def _proof(
    conn: Connection, principal: Principal, ref: str, tongue: Tongue, *, zone: ZoneInfo
) -> bytes:
    its = _look(conn, principal, ref)
    if not its.has_proof:
        raise NotFound
    try:
        return proof.as_pdf(conn, its.fax, tongue, zone=zone)
    except LookupError as error:
        raise NotFound from error


def _do(
    conn: Connection,
    desk: Desk,
    principal: Principal,
    ref: str,
    action: Action,
    *,
    now: datetime,
) -> str:
    """
    Carry an action out.

    Returns:
        Reference of the fax to look at next.

    Raises:
        OrderRefused: If it is not possible any more.
    """
    its = _look(conn, principal, ref)
    if action not in its.actions:
        raise _impossible(its)
    fax = its.fax
    match action:
        case Action.CANCEL:
            number = FaxNumber(fax.number)
            campaigns.cancel_number(conn, fax.campaign, number, desk.answer, now=now)
        case Action.RESEND:
            new_ref = fresh_reference()
            resend_fax(conn, fax, new_ref, desk.answer, desk.routing, now=now)
            return new_ref
        case Action.RELEASE:
            for campaign in sorted(repeats.release(conn, ref, now=now)):
                departures.let_go(conn, campaign, now=now)
        case Action.SENT | Action.FAILED:
            who = principal.operator or FaxNumber(fax.line).national
            if not unknowns.decide(conn, ref, FaxState(action), by=who, now=now):
                raise OrderRefused(
                    "L'appel de ce fax dure peut-être encore : réessayez dans deux"
                    " minutes.",
                    code="call-may-stand",
                )
    return ref


def _impossible(its: Shown) -> OrderRefused:
    """It was possible when the page was shown, or somebody made the address up."""
    state: Any = its.fax.state
    logger.info("fax %s is %s: nothing done", its.fax.ref, state)
    return OrderRefused(
        f"Le fax {its.fax.ref} n'en est plus là : regardez où il en est, puis"
        " recommencez s'il le faut.",
        code="too-late",
    )
