"""
« Webhooks »: which programs are told what happens; set up, tested, looked into.

I/O: the store.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.event import CHOICE, EventKind
from ..domain.line import FaxLine
from ..pipeline import hooks
from ..store import deliveries, events, webhooks
from ..store.webhooks import Webhook
from ..web.desk import AtDesk, Desk
from ..web.mistake import NotFound
from ..web.refusal import sentence
from ..web.session import Acting, LoggedIn, Session
from .own_line import LineToChange, LineToShow, of_line
from .page import page, tongue_of
from .settings import said_done

router = APIRouter(prefix="/settings/webhooks")

SHOWN = 30
"""Messages of a webhook that its page shows."""


@router.get("")
async def show_webhooks(
    request: Request, desk: AtDesk, session: LoggedIn, its: LineToShow, done: str = ""
) -> Response:
    """Show a line's webhooks, and the form that adds one."""
    return await _page(request, desk, session, its, done=done)


@router.post("")
async def add_webhook(
    request: Request,
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    url: Annotated[str, Form()] = "",
    kinds: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Set a webhook up, and show its secret this once."""
    chosen = [EventKind(each) for each in kinds or () if each in {*CHOICE}]
    try:
        made = await desk.db.tx(
            hooks.make, its.number, url=url, events=chosen, now=desk.clock()
        )
    except OrderRefused as refusal:
        said = sentence(refusal, tongue_of(request, session))
        errors = {"url" if refusal.code.startswith("url-") else "": said}
        return await _page(request, desk, session, its, errors=errors, url=url)
    return _secret(request, session, its, made)


@router.get("/{webhook_id}")
async def show_webhook(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    webhook_id: str,
    its: LineToShow,
    done: str = "",
) -> Response:
    """Show a webhook and its last messages."""
    hook = await desk.db.read(_found, its, webhook_id)
    return page(
        request,
        session,
        "settings/webhook.html",
        its=its,
        hook=hook,
        sent=await desk.db.read(deliveries.listing, webhook_id, limit=SHOWN),
        done=said_done(done),
    )


@router.post("/{webhook_id}/test")
async def send_test(
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    webhook_id: str,
) -> Response:
    """Send it a test."""
    await desk.db.tx(_test, its, webhook_id, desk)
    return _back(session, its, webhook_id, "tested")


@router.post("/{webhook_id}/switch")
async def switch(
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    webhook_id: str,
    on: Annotated[str, Form()] = "",
) -> Response:
    """Tell it nothing any more, or again."""
    done = await desk.db.tx(webhooks.change, its.number, webhook_id, active=bool(on))
    if not done:
        raise NotFound
    return _back(session, its, webhook_id, "switched")


@router.get("/{webhook_id}/secret")
async def ask_to_renew(
    request: Request, desk: AtDesk, session: LoggedIn, webhook_id: str, its: LineToShow
) -> Response:
    """Ask whether its secret is to be replaced."""
    hook = await desk.db.read(_found, its, webhook_id)
    return page(request, session, "settings/webhook_renew.html", hook=hook, its=its)


@router.post("/{webhook_id}/secret")
async def renew_secret(
    request: Request,
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    webhook_id: str,
) -> Response:
    """Sign its messages with a new secret, and show that this once."""
    hook = await desk.db.tx(_renew, its, webhook_id)
    return _secret(request, session, its, hook)


@router.get("/{webhook_id}/delete")
async def ask_to_delete(
    request: Request, desk: AtDesk, session: LoggedIn, webhook_id: str, its: LineToShow
) -> Response:
    """Ask whether it is to go."""
    hook = await desk.db.read(_found, its, webhook_id)
    return page(request, session, "settings/webhook_delete.html", hook=hook, its=its)


@router.post("/{webhook_id}/delete")
async def delete(
    desk: AtDesk,
    session: Acting,
    its: LineToChange,
    webhook_id: str,
) -> Response:
    """Remove a webhook, and what waits for it."""
    if not await desk.db.tx(webhooks.remove, its.number, webhook_id):
        raise NotFound
    return RedirectResponse(
        f"/settings/webhooks?done=removed{of_line(session, its)}", 303
    )


def _found(conn: Connection, line: FaxLine, webhook_id: str) -> Webhook:
    found = webhooks.get(conn, line.number, webhook_id)
    if found is None:
        raise NotFound
    return found


def _test(conn: Connection, line: FaxLine, webhook_id: str, desk: Desk) -> None:
    _found(conn, line, webhook_id)
    events.record_test(conn, line.number, webhook_id, now=desk.clock())


def _renew(conn: Connection, line: FaxLine, webhook_id: str) -> Webhook:
    webhooks.change(conn, line.number, webhook_id, secret=hooks.fresh_secret())
    return _found(conn, line, webhook_id)


def _back(session: Session, line: FaxLine, webhook_id: str, done: str) -> Response:
    to = f"/settings/webhooks/{webhook_id}?done={done}{of_line(session, line)}"
    return RedirectResponse(to, 303)


def _secret(
    request: Request, session: Session, line: FaxLine, hook: Webhook
) -> Response:
    """A page cannot show it after a redirect."""
    return page(
        request,
        session,
        "settings/webhook_secret.html",
        hook=hook,
        secret=hook.secret,
        its=line,
    )


async def _page(
    request: Request,
    desk: Desk,
    session: Session,
    line: FaxLine,
    *,
    errors: dict[str, str] | None = None,
    url: str = "",
    done: str = "",
) -> Response:
    return page(
        request,
        session,
        "settings/webhooks.html",
        status=422 if errors else 200,
        its=line,
        hooks=await desk.db.read(webhooks.listing, line.number),
        kinds=CHOICE,
        errors=errors or {},
        url=url,
        done=said_done(done),
    )
