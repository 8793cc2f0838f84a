"""
Beside the second step: what is written on the pages for each recipient.

I/O: the store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from converters.place import Place

from ...domain.campaign import total
from ...domain.principal import Principal
from ...pipeline.draft_merge import set_overlay
from ...pipeline.drafting import Step
from ...store import covers, recipient_choices, recipient_lists
from ...web.desk import AtDesk, Desk
from ...web.session import Acting, LoggedIn, Session
from ..page import page
from .draft import Draft, ensure, go, look
from .fields_form import SPARE, Row, places_of, row_of, rows_of
from .pictures import MOST

router = APIRouter()

MAX_NAMED = 30
"""Columns of a list that the page names."""

MAX_LISTED = 50
"""Pages to choose from; a place on a later one is written in an overlay's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What is drawn on the pages of a draft."""

    draft: Draft
    places: tuple[Place, ...]
    columns: tuple[str, ...]
    "Of the lists of its recipients."

    @property
    def numbers(self) -> int:
        """Recipients that it has now."""
        return total(self.draft.campaign.counts)


@router.get("/campaigns/{ref}/edit/fields")
async def show_fields(
    request: Request,
    desk: AtDesk,
    session: LoggedIn,
    ref: str,
    recipient: Annotated[int, Query(ge=1, le=MOST)] = 1,
    number: Annotated[int, Query(alias="page", ge=1, le=MOST)] = 1,
    done: str = "",
) -> Response:
    """Show the places on the pages, and a page as a recipient gets it."""
    drawn = await desk.db.read(_look, session.principal, ref, desk)
    rows = [row_of(place) for place in drawn.places]
    return _page(
        request, session, drawn, rows, recipient=recipient, number=number, done=done
    )


@router.post("/campaigns/{ref}/edit/fields")
async def save_fields(
    request: Request, desk: AtDesk, session: Acting, ref: str
) -> Response:
    """Save the table, and show what it looks like."""
    drawn = await desk.db.read(_look, session.principal, ref, desk)
    rows = rows_of(await request.form(), drawn.places)
    places, mistakes = places_of(rows)
    if mistakes:
        rows = [row for row in rows if not row.is_empty]
        return _page(request, session, drawn, rows, mistakes=places_of(rows)[1])
    await desk.db.tx(_save, session.principal, ref, places, desk)
    return go(ref, "fields", "saved")


def _page(
    request: Request,
    session: Session,
    drawn: Drawn,
    rows: Sequence[Row],
    *,
    mistakes: Mapping[int, str] | None = None,
    recipient: int = 1,
    number: int = 1,
    done: str = "",
) -> Response:
    return page(
        request,
        session,
        "drafting/fields.html",
        status=422 if mistakes else 200,
        here=Step.DOCUMENT,
        draft=drawn.draft,
        drawn=drawn,
        rows=[*rows, *(Row() for _ in range(SPARE))],
        pages=[*_numbers(drawn.draft.campaign.pages or 1), "all", "last"],
        mistakes=mistakes or {},
        recipient=min(recipient, max(drawn.numbers, 1)),
        number=min(number, max(drawn.draft.campaign.pages or 1, 1)),
        done=done if done == "saved" else "",
    )


def _numbers(count: int) -> list[str]:
    return [str(number) for number in range(1, min(count, MAX_LISTED) + 1)]


def _look(conn: Connection, principal: Principal, ref: str, desk: Desk) -> Drawn:
    draft = look(conn, principal, ref, now=desk.clock())
    asked = covers.asked_of(conn, ref)
    return Drawn(
        draft=draft,
        places=tuple(map(Place.from_json, asked.overlay if asked else ())),
        columns=_columns(conn, ref)[:MAX_NAMED],
    )


def _columns(conn: Connection, ref: str) -> tuple[str, ...]:
    """
    Of the lists that it goes to, also those in which the first recipient has nothing.

    A draft whose numbers were copied has no lists: then of its first recipient.
    """
    chosen = recipient_choices.get(conn, ref)
    lists = chosen.lists if chosen else ()
    known = [recipient_lists.get(conn, each) for each in lists]
    names = [name for each in known if each is not None for name in each.columns]
    if not names and (first := covers.drawn_at(conn, ref, 1)):
        names = [*first.row]
    return tuple(dict.fromkeys(names))


def _save(
    conn: Connection,
    principal: Principal,
    ref: str,
    places: Sequence[Place],
    desk: Desk,
) -> None:
    ensure(conn, principal, ref)
    set_overlay(conn, ref, places, now=desk.clock())
