"""
« Envoyer un fax »: one form, one page, one fax, or the same to a few numbers.

I/O: the store.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from ..domain.document import Document, Quality
from ..domain.errors import OrderRefused
from ..domain.language import Tongue
from ..domain.line import FaxLine
from ..domain.number import FaxNumber, NotANumber, parse_number
from ..domain.order import Cover
from ..orders.dates import NotADate, parse_due
from ..pipeline.sending import Sending, send
from ..store import lines
from ..web.desk import AtDesk, Desk
from ..web.refusal import sentence
from ..web.session import Acting, LoggedIn, Session
from .language import Words
from .own_line import line_of
from .page import page, tongue_of

router = APIRouter()

MAX_NAME_LETTERS = 200
"""Of a document's name; more tells nobody anything."""

_BETWEEN = re.compile(r"[,;\n]+")

_FIELD_OF = {
    "restricted-numbers": "quality",
    "no-route": "numbers",
    "how-many-numbers": "numbers",
    "no-document": "documents",
}
"""Which field a refusal is about, by its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form, as it was typed."""

    line: str = ""
    numbers: str = ""
    quality: str = ""
    when: str = "now"
    due: str = ""
    cover: bool = False
    cover_name: str = ""
    cover_subject: str = ""
    cover_text: str = ""
    repeats: bool = False


async def typed(
    line: Annotated[str, Form()] = "",
    numbers: Annotated[str, Form()] = "",
    quality: Annotated[str, Form()] = "",
    when: Annotated[str, Form()] = "now",
    due: Annotated[str, Form()] = "",
    cover: Annotated[str, Form()] = "",
    cover_name: Annotated[str, Form()] = "",
    cover_subject: Annotated[str, Form()] = "",
    cover_text: Annotated[str, Form()] = "",
    repeats: Annotated[str, Form()] = "",
) -> Typed:
    """Read the fields of the form, as a route's dependency."""
    return Typed(
        line=line,
        numbers=numbers,
        quality=quality,
        when=when,
        due=due,
        cover=bool(cover),
        cover_name=cover_name.strip(),
        cover_subject=cover_subject.strip(),
        cover_text=cover_text.strip(),
        repeats=bool(repeats),
    )


@router.get("/faxes/new")
async def show_form(request: Request, desk: AtDesk, session: LoggedIn) -> Response:
    """Show the form, empty."""
    return await _form(request, desk, session, Typed(), {})


@router.post("/faxes/new")
async def send_it(
    request: Request,
    desk: AtDesk,
    session: Acting,
    form: Annotated[Typed, Depends(typed)],
    documents: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Send, or show the form again with what is wrong."""
    files = [
        Document(name=cleaned(each.filename), content=await each.read())
        for each in documents or ()
        if each.filename
    ]
    tongue = tongue_of(request, session)
    line = await line_of(desk, session, form.line)
    now = desk.clock()
    wanted, errors = understand(form, line, files, tongue, now=now, zone=desk.zone)
    if errors:
        return await _form(request, desk, session, form, errors, lost=files)
    try:
        ref = await send(desk.db, desk.routing, wanted, now=now)
    except OrderRefused as refusal:
        about = _FIELD_OF.get(refusal.code, "")
        errors = {about: sentence(refusal, tongue)}
        return await _form(request, desk, session, form, errors, lost=files)
    desk.bells.render.ring()
    if len(wanted.numbers) > 1:
        return RedirectResponse(f"/campaigns/{ref}?done=launched", 303)
    return RedirectResponse(f"/faxes/{ref}?done=ordered", 303)


def understand(
    form: Typed,
    line: FaxLine,
    documents: Sequence[Document],
    tongue: Tongue,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[Sending, dict[str, str]]:
    """
    Read what was typed.

    Returns:
        What is to be sent, and a sentence for each field that makes no sense.
    """
    t, errors = Words(tongue), dict[str, str]()
    numbers, strange = numbers_of(form.numbers)
    if strange:
        told = ", ".join(f"« {each} »" for each in strange)
        errors["numbers"] = t("Ce n'est pas un numéro de fax : {told}", told=told)
    elif not numbers:
        errors["numbers"] = t("Indiquez le numéro de fax du destinataire.")
    due_at = None
    if form.when == "planned":
        try:
            due_at = parse_due(form.due, now=now, zone=zone).at_utc
        except NotADate:
            errors["due"] = t("Indiquez un jour et une heure à venir, dans l'année.")
        else:
            if due_at <= now:
                errors["due"] = t("Cette date est déjà passée.")
    if not documents and not form.cover:
        errors["documents"] = t("Choisissez le document à faxer.")
    cover = Cover(
        name=form.cover_name, subject=form.cover_subject, text=form.cover_text
    )
    wanted = Sending(
        line=line.number,
        numbers=numbers,
        documents=tuple(documents),
        quality=Quality(form.quality) if form.quality in {*Quality} else None,
        due_at=due_at,
        cover=cover if form.cover else None,
        repeats_allowed=form.repeats,
    )
    return wanted, errors


def numbers_of(text: str) -> tuple[tuple[FaxNumber, ...], list[str]]:
    """
    Read numbers with commas, semicolons or line ends between them.

    Returns:
        Each number once, and what is none, cut to 40 characters.
    """
    numbers, strange = list[FaxNumber](), list[str]()
    for each in filter(None, map(str.strip, _BETWEEN.split(text))):
        try:
            numbers.append(parse_number(each))
        except NotANumber:
            strange.append(each[:40])
    return tuple(dict.fromkeys(numbers)), strange


def cleaned(name: str | None) -> str:
    """A file's name as people are shown it."""
    return "".join(filter(str.isprintable, name or ""))[:MAX_NAME_LETTERS]


async def _form(
    request: Request,
    desk: Desk,
    session: Session,
    form: Typed,
    errors: Mapping[str, str],
    *,
    lost: Sequence[Document] = (),
) -> Response:
    """Show the form; *lost* are files that a browser does not send a second time."""
    t = Words(tongue_of(request, session))
    if lost:
        again = t("Choisissez de nouveau le document : il n'a pas été gardé.")
        errors = {"documents": again, **errors}
    known = []
    if session.principal.is_operator:
        known = [each.line for each in await desk.db.read(lines.listing)]
    return page(
        request,
        session,
        "faxes/new.html",
        status=422 if errors else 200,
        form=form,
        errors=errors,
        lines=known,
        qualities=list(Quality),
    )
