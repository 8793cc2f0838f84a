"""
The operators themselves: added, given a new password, removed.

I/O: the store.
"""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ...domain.errors import OrderRefused
from ...domain.operator_name import MAX_LETTERS, NotAName, parse_operator_name
from ...password import hash_password, make_password
from ...store import operators
from ...store.operators import Operator
from ...web.desk import AtDesk, Desk
from ...web.mistake import NotFound
from ...web.session import Session
from ..language import Words
from ..page import page, tongue_of
from .access import ActingOperator, Operating, note

router = APIRouter()

Verb = Literal["password", "remove"]


@router.get("/operator/operators")
async def show_operators(
    request: Request, desk: AtDesk, session: Operating, done: str = ""
) -> HTMLResponse:
    """Show everyone."""
    return await _list(request, desk, session, done=done if done == "remove" else "")


@router.post("/operator/operators")
async def add(
    request: Request,
    desk: AtDesk,
    session: ActingOperator,
    name: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Add one and show the password once."""
    t = Words(tongue_of(request, session))
    try:
        wanted = parse_operator_name(name)
    except NotAName:
        wrong = t("Un nom a 1 à {n} lettres, et n'est pas un numéro.", n=MAX_LETTERS)
        return await _list(request, desk, session, name=name, wrong=wrong)
    password = make_password()
    new = Operator(
        name=wanted,
        password_hash=await asyncio.to_thread(hash_password, password),
        created_at=desk.clock(),
    )
    if not await desk.db.tx(operators.add, new):
        wrong = t("Il y a déjà un exploitant de ce nom.")
        return await _list(request, desk, session, name=name, wrong=wrong)
    note(session, f"operator {wanted}: added")
    return page(
        request, session, "operator/password.html", of=wanted, password=password
    )


@router.get("/operator/operators/{name}/{verb}")
async def ask(
    request: Request, desk: AtDesk, session: Operating, name: str, verb: Verb
) -> HTMLResponse:
    """Say what it will do."""
    if await desk.db.read(operators.get, name) is None:
        raise NotFound
    _ensure_other(session, name, verb)
    return page(request, session, "operator/person.html", name=name, verb=verb)


@router.post("/operator/operators/{name}/{verb}")
async def act(
    request: Request, desk: AtDesk, session: ActingOperator, name: str, verb: Verb
) -> Response:
    """Remove an operator, or give a new password; the sessions end."""
    _ensure_other(session, name, verb)
    if verb == "remove":
        if not await desk.db.tx(operators.remove, name):
            raise NotFound
        note(session, f"operator {name}: removed")
        return RedirectResponse("/operator/operators?done=remove", 303)
    password = make_password()
    hashed = await asyncio.to_thread(hash_password, password)
    if not await desk.db.tx(operators.set_password_hash, name, hashed):
        raise NotFound
    note(session, f"operator {name}: new password")
    return page(request, session, "operator/password.html", of=name, password=password)


def _ensure_other(session: Session, name: str, verb: Verb) -> None:
    if verb == "remove" and name == session.principal.operator:
        raise OrderRefused(
            "Vous ne pouvez pas vous supprimer vous-même : demandez à un autre"
            " exploitant.",
            code="not-oneself",
        )


async def _list(
    request: Request,
    desk: Desk,
    session: Session,
    *,
    name: str = "",
    wrong: str = "",
    done: str = "",
) -> HTMLResponse:
    return page(
        request,
        session,
        "operator/operators.html",
        status=422 if wrong else 200,
        operators=await desk.db.read(operators.listing),
        name=name,
        errors={"name": wrong} if wrong else {},
        done=done,
    )
