"""
What is done with a campaign: each action is confirmed in figures, then carried out.

I/O: the store.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import Connection

from ..domain.campaign import Stage
from ..domain.cost import Estimate
from ..domain.errors import OrderRefused
from ..domain.principal import Principal
from ..pipeline import campaigns, forecast
from ..pipeline.drafting import fresh_reference
from ..store.campaigns import Campaign
from ..web.access import campaign_of
from ..web.desk import AtDesk, Desk
from ..web.session import Acting, LoggedIn
from .page import page
from .standing import Action, Standing, standing_of

router = APIRouter()

CONFIRMED = (
    Action.LAUNCH,
    Action.RESUME,
    Action.STOP,
    Action.RESEND,
    Action.DELETE,
)
"""The others do no harm: a pause is at its best at once."""

_REFUSED = {
    Action.LAUNCH: ("La campagne {ref} n'est plus un brouillon.", "not-a-draft"),
    Action.RESUME: ("La campagne {ref} n'est pas en pause.", "not-paused"),
    Action.STOP: ("La campagne {ref} n'est pas en cours.", "not-under-way"),
    Action.RESEND: ("Aucun fax de la campagne {ref} n'a échoué.", "nothing-failed"),
    Action.DELETE: (
        "La campagne {ref} n'est pas terminée : arrêtez-la d'abord.",
        "not-over",
    ),
}

_BARE = (
    "La campagne {ref} n'a pas encore de document ou de numéros : continuez sa"
    " préparation.",
    "incomplete",
)
"""A draft that cannot be launched yet."""


async def confirm(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str
) -> HTMLResponse:
    """Say in figures what would happen."""
    action = Action(request.url.path.rpartition("/")[2])
    its, foreseen = await desk.db.read(_foresee, session.principal, ref, action, desk)
    return page(
        request,
        session,
        "campaigns/confirm.html",
        its=its,
        action=action,
        foreseen=foreseen,
    )


for _action in CONFIRMED:
    router.get(f"/campaigns/{{ref}}/{_action}", name=f"confirm_{_action}")(confirm)


@router.get("/campaigns/{ref}/actions")
async def show_actions(
    request: Request, desk: AtDesk, session: LoggedIn, ref: str
) -> HTMLResponse:
    """Show what may be done now, after the state has changed."""
    campaign = await desk.db.read(campaign_of, session.principal, ref)
    its = standing_of(campaign)
    return page(request, session, "campaigns/actions.html", its=its)


@router.post("/campaigns/{ref}/launch")
async def launch(desk: AtDesk, session: Acting, ref: str) -> RedirectResponse:
    """Let a draft leave: now, or when it is due."""

    def carry_out(conn: Connection, campaign: Campaign) -> None:
        campaigns.launch(
            conn,
            campaign.ref,
            desk.answer,
            repeat_window=desk.repeat_window,
            now=desk.clock(),
        )

    return await _carry_out(desk, session.principal, ref, carry_out, done="launched")


@router.post("/campaigns/{ref}/pause")
async def pause(desk: AtDesk, session: Acting, ref: str) -> RedirectResponse:
    """Begin no call any more."""

    def carry_out(conn: Connection, campaign: Campaign) -> None:
        campaigns.pause(conn, campaign.ref, now=desk.clock())

    return await _carry_out(desk, session.principal, ref, carry_out, done="paused")


@router.post("/campaigns/{ref}/resume")
async def resume(desk: AtDesk, session: Acting, ref: str) -> RedirectResponse:
    """Go on after a pause."""

    def carry_out(conn: Connection, campaign: Campaign) -> None:
        campaigns.resume(conn, campaign.ref, now=desk.clock())

    return await _carry_out(desk, session.principal, ref, carry_out, done="resumed")


@router.post("/campaigns/{ref}/stop")
async def stop(desk: AtDesk, session: Acting, ref: str) -> RedirectResponse:
    """End it: what has not left does not leave any more."""

    def carry_out(conn: Connection, campaign: Campaign) -> None:
        _ensure(standing_of(campaign), Action.STOP)
        campaigns.stop(conn, campaign.ref, desk.answer, now=desk.clock())

    return await _carry_out(desk, session.principal, ref, carry_out, done="stopped")


@router.post("/campaigns/{ref}/resend")
async def resend(
    desk: AtDesk,
    session: Acting,
    ref: str,
    unknown: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Launch a new campaign to the numbers that failed, and shows it."""
    new_ref = fresh_reference()

    def carry_out(conn: Connection, campaign: Campaign) -> None:
        campaigns.resend(
            conn,
            campaign.ref,
            new_ref,
            desk.answer,
            with_unknown=unknown == "yes",
            routing=desk.routing,
            now=desk.clock(),
        )

    return await _carry_out(
        desk, session.principal, ref, carry_out, done="resent", show=new_ref
    )


@router.post("/campaigns/{ref}/copy")
async def copy(desk: AtDesk, session: Acting, ref: str) -> RedirectResponse:
    """Make a draft like it, and show that."""
    new_ref = fresh_reference()

    def carry_out(conn: Connection, campaign: Campaign) -> None:
        campaigns.copy(conn, campaign.ref, new_ref, now=desk.clock())

    return await _carry_out(
        desk, session.principal, ref, carry_out, done="copied", show=new_ref
    )


@router.post("/campaigns/{ref}/delete")
async def delete(desk: AtDesk, session: Acting, ref: str) -> RedirectResponse:
    """Take it out of the list."""

    def carry_out(conn: Connection, campaign: Campaign) -> None:
        campaigns.delete(conn, campaign.ref, now=desk.clock())

    await _carry_out(desk, session.principal, ref, carry_out, done="deleted")
    return RedirectResponse("/campaigns?done=deleted", 303)


async def _carry_out(
    desk: Desk,
    principal: Principal,
    ref: str,
    carry_out: Callable[[Connection, Campaign], None],
    *,
    done: str,
    show: str = "",
) -> RedirectResponse:
    """Do it to a campaign of his in one transaction, wake who has work, show it."""

    def do(conn: Connection) -> None:
        carry_out(conn, campaign_of(conn, principal, ref))

    await desk.db.tx(do)
    for bell in (desk.bells.render, desk.bells.call, desk.bells.post):
        bell.ring()
    return RedirectResponse(f"/campaigns/{show or ref}?done={done}", 303)


def _foresee(
    conn: Connection, principal: Principal, ref: str, action: Action, desk: Desk
) -> tuple[Standing, Estimate | None]:
    campaign = campaign_of(conn, principal, ref)
    its = standing_of(campaign)
    _ensure(its, action)
    calls = {Action.RESEND: its.failed}.get(action, its.waiting)
    return its, forecast.if_begun(conn, campaign, calls=calls, now=desk.clock())


def _ensure(its: Standing, action: Action) -> None:
    if action not in its.actions:
        sentence, code = _REFUSED[action]
        if action is Action.LAUNCH and its.stage is Stage.DRAFT:
            sentence, code = _BARE
        raise OrderRefused(sentence.format(ref=its.campaign.ref), code=code)
