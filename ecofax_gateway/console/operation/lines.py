"""
Fax lines: added, changed, paused, given a new password, unlocked, removed.

I/O: the store.
"""

import asyncio
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from ...domain.errors import OrderRefused
from ...domain.line import FaxLine
from ...domain.number import NotANumber, parse_number
from ...domain.quota import Quota
from ...password import hash_password, make_password
from ...store import guesses, lines, quotas
from ...store.lines import LineStatus, Removal
from ...web.desk import AtDesk, Desk
from ...web.mistake import NotFound
from ...web.session import Session
from ..language import Words
from ..page import page, tongue_of
from .access import ActingOperator, Operating, note
from .line_form import Typed, Wanted, typed_of, understand

router = APIRouter()

DONE = frozenset({"changed", "pause", "resume", "unlock", "remove"})
"""What may have been done just now; the page says it in a sentence."""


class Action(StrEnum):
    """What is done to a line besides changing it; the word stands in the address."""

    PAUSE = "pause"
    RESUME = "resume"
    PASSWORD = "password"  # noqa: S105 -- the name of an action
    UNLOCK = "unlock"
    REMOVE = "remove"


async def typed(
    line_number: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    plan: Annotated[str, Form()] = "",
    max_calls: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "",
    proof: Annotated[str, Form()] = "",
    per_day: Annotated[str, Form()] = "",
    per_month: Annotated[str, Form()] = "",
    credit: Annotated[str, Form()] = "",
    credit_was: Annotated[str, Form()] = "",
) -> Typed:
    """Read the fields of the form, as a route's dependency."""
    return Typed(
        number=line_number,
        name=name.strip(),
        plan=plan,
        max_calls=max_calls.strip(),
        language=language,
        proof=bool(proof),
        per_day=per_day.strip(),
        per_month=per_month.strip(),
        credit=credit.strip(),
        credit_was=credit_was,
    )


@router.get("/operator/lines")
async def show_lines(
    request: Request, desk: AtDesk, session: Operating, done: str = ""
) -> HTMLResponse:
    """Show every line."""
    return page(
        request,
        session,
        "operator/lines.html",
        lines=await desk.db.read(lines.listing),
        done=done if done in DONE else "",
    )


@router.get("/operator/lines/new")
async def show_new(request: Request, session: Operating) -> HTMLResponse:
    """Show the form of a new line."""
    return _form(request, session, Typed(), {}, None)


@router.post("/operator/lines/new")
async def add(
    request: Request,
    desk: AtDesk,
    session: ActingOperator,
    form: Annotated[Typed, Depends(typed)],
) -> HTMLResponse:
    """Add a line and show its password once."""
    t = Words(tongue_of(request, session))
    try:
        number = parse_number(form.number).e164
    except NotANumber:
        errors = {"line_number": t("Ce n'est pas un numéro de téléphone.")}
        return _form(request, session, form, errors, None)
    # Its hash comes last: it takes long on purpose.
    new = FaxLine(number=number, password_hash="")
    wanted, errors = understand(form, new, Quota(zone=desk.zone.key), t)
    if errors:
        return _form(request, session, form, errors, None)
    password = make_password()
    hashed = await asyncio.to_thread(hash_password, password)
    wanted = replace(wanted, line=replace(wanted.line, password_hash=hashed))
    if not await desk.db.tx(_add, desk, wanted):
        errors = {"line_number": t("Il y a déjà une ligne de ce numéro.")}
        return _form(request, session, form, errors, None)
    note(session, f"line {number}: added")
    return page(
        request,
        session,
        "operator/line_password.html",
        number=number,
        password=password,
    )


@router.get("/operator/lines/{number}")
async def show_line(
    request: Request, desk: AtDesk, session: Operating, number: str, done: str = ""
) -> HTMLResponse:
    """Show the form of a line."""
    status, limits = await desk.db.read(_look, number)
    form = typed_of(status.line, limits)
    return _form(request, session, form, {}, status, done if done in DONE else "")


@router.post("/operator/lines/{number}")
async def change(
    request: Request,
    desk: AtDesk,
    session: ActingOperator,
    number: str,
    form: Annotated[Typed, Depends(typed)],
) -> Response:
    """Change a line, or show the form again with what is wrong."""
    status, limits = await desk.db.read(_look, number)
    t = Words(tongue_of(request, session))
    wanted, errors = understand(form, status.line, limits, t)
    if errors:
        return _form(request, session, form, errors, status)
    if not await desk.db.tx(_change, desk, status.line, wanted):
        raise NotFound
    note(session, f"line {number}: changed")
    desk.bells.call.ring()
    return RedirectResponse(f"/operator/lines/{number}?done=changed", 303)


@router.get("/operator/lines/{number}/{action}")
async def ask(
    request: Request, desk: AtDesk, session: Operating, number: str, action: Action
) -> HTMLResponse:
    """Say what it will do."""
    status, _ = await desk.db.read(_look, number)
    return page(
        request, session, "operator/line_action.html", line=status.line, action=action
    )


@router.post("/operator/lines/{number}/{action}")
async def act(
    request: Request,
    desk: AtDesk,
    session: ActingOperator,
    number: str,
    action: Action,
) -> Response:
    """Do it."""
    if action is Action.PASSWORD:
        return await _new_password(request, desk, session, number)
    await desk.db.tx(_act, number, action)
    note(session, f"line {number}: {action}")
    desk.bells.call.ring()
    if action is Action.REMOVE:
        return RedirectResponse("/operator/lines?done=remove", 303)
    return RedirectResponse(f"/operator/lines/{number}?done={action}", 303)


async def _new_password(
    request: Request, desk: Desk, session: Session, number: str
) -> HTMLResponse:
    password = make_password()
    hashed = await asyncio.to_thread(hash_password, password)
    if not await desk.db.tx(lines.set_password_hash, number, hashed):
        raise NotFound
    note(session, f"line {number}: new password")
    return page(
        request,
        session,
        "operator/line_password.html",
        number=number,
        password=password,
    )


def _act(conn: Connection, number: str, action: Action) -> None:
    match action:
        case Action.PAUSE | Action.RESUME:
            paused = action is Action.PAUSE
            if not lines.set_paused(conn, number, paused=paused):
                raise NotFound
        case Action.UNLOCK:
            if lines.get(conn, number) is None:
                raise NotFound
            guesses.forget_line(conn, number)
        case Action.REMOVE:
            removal = lines.remove(conn, number)
            if removal is Removal.ABSENT:
                raise NotFound
            if removal is Removal.IN_USE:
                raise OrderRefused(
                    f"La ligne {number} a encore des fax à envoyer : arrêtez-les"
                    " d'abord.",
                    code="line-in-use",
                )


def _add(conn: Connection, desk: Desk, wanted: Wanted) -> bool:
    if not lines.add(conn, wanted.line, now=desk.clock()):
        return False
    return _limit(conn, wanted)


def _change(conn: Connection, desk: Desk, was: FaxLine, wanted: Wanted) -> bool:
    changed = lines.change(conn, was, wanted.line, now=desk.clock())
    return changed and _limit(conn, wanted)


def _limit(conn: Connection, wanted: Wanted) -> bool:
    number, limits = wanted.line.number, wanted.limits
    before = quotas.held(conn, number)
    if wanted.keeps_credit and before is not None:
        # Faxes may have taken of it since the form was shown.
        limits = replace(limits, credit=before.credit)
    # Pages of a line without limits are not counted: it gets no row for nothing.
    if limits == Quota(zone=limits.zone) and before is None:
        return True
    return quotas.put(conn, number, limits)


def _look(conn: Connection, number: str) -> tuple[LineStatus, Quota]:
    known = {each.line.number: each for each in lines.listing(conn)}
    if number not in known:
        raise NotFound
    return known[number], quotas.get(conn, number) or Quota()


def _form(
    request: Request,
    session: Session,
    form: Typed,
    errors: dict[str, str],
    status: LineStatus | None,
    done: str = "",
) -> HTMLResponse:
    return page(
        request,
        session,
        "operator/line.html",
        status=422 if errors else 200,
        form=form,
        errors=errors,
        its=status,
        done=done,
    )
