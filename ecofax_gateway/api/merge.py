"""
What a campaign says to each recipient: on a cover page, and in places on its pages.

I/O: the store.
"""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection

from converters.place import (
    MAX_PLACES,
    MAX_SIZE_PT,
    SMALLEST_PT,
    Align,
    Family,
    Place,
)
from converters.place import MAX_TEXT as MAX_PLACE_TEXT
from converters.sheet import A4_MM

from ..domain.api_token import Scope
from ..domain.order import Cover
from ..pipeline import drafting, overlay_file
from ..pipeline.cover import MAX_SUBJECT, MAX_TEXT
from ..pipeline.draft_merge import set_cover, set_overlay
from ..store import covers
from ..web.access import campaign_of
from ..web.desk import AtDesk
from .caller import Caller, needs
from .model import Model, Reference
from .problem import answers

router = APIRouter(prefix="/campaigns/{reference}/merge", tags=["campaigns"])

Reads = Annotated[Caller, needs(Scope.CAMPAIGNS_READ)]
Writes = Annotated[Caller, needs(Scope.CAMPAIGNS_WRITE)]

_LINES = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
"""Text of several lines: no control characters but tabs and line feeds."""

_LINE = r"^[^\x00-\x1f\x7f]*$"

PageName = Annotated[int, Field(ge=1, le=100_000)] | Literal["all", "last"]
"""After the cover page."""

Across = Annotated[
    float, Field(ge=0, lt=A4_MM[0], description="Millimetres from the left edge of A4.")
]
Down = Annotated[
    float, Field(ge=0, lt=A4_MM[1], description="Millimetres from the top edge of A4.")
]
Words = Annotated[
    str,
    Field(
        max_length=MAX_PLACE_TEXT,
        pattern=_LINES,
        description="With fields: columns of the list, as [NOM] or [NOM|otherwise].",
        examples=["À l'attention de [PRENOM] [NOM]"],
    ),
]


class CoverBody(Model):
    """What a cover page says, in the line's own layout."""

    subject: str = Field("", max_length=MAX_SUBJECT, pattern=_LINE)
    text: str = Field("", max_length=MAX_TEXT, pattern=_LINES)


class TextPlace(Model):
    """A text that is drawn on a page."""

    page: PageName
    x: Across
    y: Down
    text: Words
    width: float | None = Field(
        None, gt=0, le=A4_MM[0], description="Millimetres; null: to the right margin."
    )
    height: float | None = Field(
        None, gt=0, le=A4_MM[1], description="Millimetres; null: of its lines."
    )
    size: float = Field(11, ge=SMALLEST_PT, le=MAX_SIZE_PT, description="Points.")
    font: Family = Family.SANS
    bold: bool = False
    align: Align = Align.LEFT


class QrPlace(Model):
    """A QR code that is drawn on a page."""

    page: PageName
    x: Across
    y: Down
    text: Words
    size: float = Field(gt=0, le=A4_MM[0], description="Millimetres of a side.")


class Overlay(Model):
    """What is drawn on the pages for each recipient."""

    text: list[TextPlace] = Field([], max_length=MAX_PLACES)
    qr: list[QrPlace] = Field([], max_length=MAX_PLACES)

    @property
    def places(self) -> tuple[Place, ...]:
        """
        As pages have them.

        Raises:
            OrderRefused: One is off the page, or there are too many.
        """
        return overlay_file.places_of(self.model_dump(exclude_none=True))


class MergeBody(Model):
    """What a campaign is to say to each recipient."""

    cover: CoverBody | None = Field(None, description="null: no cover page.")
    overlay: Overlay = Overlay(text=[], qr=[])


class CoverView(Model):
    """What a cover page says."""

    subject: str
    text: str


class MergeView(Model):
    """What a campaign says to each recipient."""

    cover: CoverView | None
    overlay: Overlay


@router.get("", operation_id="getCampaignMerge", responses=answers(404))
async def get_merge(desk: AtDesk, caller: Reads, reference: Reference) -> MergeView:
    """Show what is said to each recipient of a campaign."""

    def look(conn: Connection) -> MergeView:
        campaign_of(conn, caller.principal, reference)
        return _merge_of(conn, reference)

    return await desk.db.read(look)


@router.put("", operation_id="setCampaignMerge", responses=answers(404, 409))
async def put_merge(
    desk: AtDesk, caller: Writes, reference: Reference, body: MergeBody
) -> MergeView:
    """Say this to each recipient of a draft, in place of what was said before."""

    def put(conn: Connection) -> MergeView:
        campaign_of(conn, caller.principal, reference)
        drafting.draft(conn, reference)
        now = desk.clock()
        set_cover(conn, reference, cover_of(body.cover))
        set_overlay(conn, reference, body.overlay.places, now=now)
        return _merge_of(conn, reference)

    done = await desk.db.tx(put)
    desk.bells.render.ring()
    return done


def cover_of(body: CoverBody | None) -> Cover | None:
    """What a cover page says, as the pages have it."""
    return Cover(subject=body.subject, text=body.text) if body else None


def _merge_of(conn: Connection, reference: str) -> MergeView:
    asked = covers.asked_of(conn, reference)
    assert asked is not None, "it was found in this transaction"
    cover = asked.cover
    table = overlay_file.table_of(map(Place.from_json, asked.overlay))
    # What a command or a mail gave is not held against the limits of a request.
    return MergeView(
        cover=CoverView(subject=cover.subject, text=cover.text) if cover else None,
        overlay=Overlay.model_construct(
            text=[TextPlace.model_construct(**each) for each in table["text"]],
            qr=[QrPlace.model_construct(**each) for each in table["qr"]],
        ),
    )
