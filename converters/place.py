"""
Places on a page where something is drawn for each recipient.

Pure: no I/O, no clock, no randomness.

In millimetres of the A4 sheet, so that one place serves every resolution.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from .sheet import A4_MM

EVERY_PAGE, LAST_PAGE = 0, -1
"""Page numbers with a meaning of their own."""

SMALLEST_PT = 7.0
"""Text that does not fit is made smaller down to here, then it is cut."""

MAX_SIZE_PT = 200.0
MAX_TEXT = 4000
"""Characters of one place, fields not yet filled."""

MAX_PLACES = 200
"""Of one document: a form with more fields is a document of its own."""


class Family(StrEnum):
    """A kind of letters."""

    SANS = "sans"
    SERIF = "serif"
    MONO = "mono"


class Align(StrEnum):
    """To which side of its place a text goes."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Kind(StrEnum):
    """What is drawn."""

    TEXT = "text"
    QR = "qr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A rectangle on a page, and what is drawn into it.

    Raises:
        ValueError: If it is off the page or makes no sense; the message says why.
    """

    page: int
    "From 1; `EVERY_PAGE`; `LAST_PAGE`."

    x_mm: float
    "Of its left side, from the left edge of the A4 sheet."

    y_mm: float
    "Of its top, from the top edge."

    width_mm: float
    height_mm: float
    text: str
    "With fields; lines end in a line feed."

    kind: Kind = Kind.TEXT
    size_pt: float = 11.0
    family: Family = Family.SANS
    bold: bool = False
    align: Align = Align.LEFT

    def __post_init__(self) -> None:
        if self.page < LAST_PAGE:
            raise ValueError(f"page {self.page}")
        if not (
            0 <= self.x_mm < A4_MM[0]
            and 0 <= self.y_mm < A4_MM[1]
            and 0 < self.width_mm <= A4_MM[0]
            and 0 < self.height_mm <= A4_MM[1]
        ):
            raise ValueError("a place that is not on the page (A4: 210 x 297 mm)")
        if not SMALLEST_PT <= self.size_pt <= MAX_SIZE_PT:
            raise ValueError(f"size {self.size_pt:g}: {SMALLEST_PT:g} to 200 points")
        if len(self.text) > MAX_TEXT:
            raise ValueError(f"a text of more than {MAX_TEXT} characters")

    @property
    def as_json(self) -> dict[str, Any]:
        """For the store and for pipes."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """
        Read `as_json` back, from whoever says that it is one.

        Raises:
            ValueError: If it is none.
        """
        try:
            return cls(
                page=int(value["page"]),
                **{name: float(value[name]) for name in _NUMBERS},
                text=str(value["text"]),
                kind=Kind(value["kind"]),
                family=Family(value["family"]),
                bold=bool(value["bold"]),
                align=Align(value["align"]),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError(f"no place: {error}") from None


_NUMBERS = ("x_mm", "y_mm", "width_mm", "height_mm", "size_pt")


def places_of(value: Any, *, pages: int) -> tuple[Place, ...]:
    """
    Read the places of so many pages, from whoever says that they are.

    Raises:
        ValueError: If they are none, or too many, or there is no page.
    """
    if not isinstance(value, list) or len(value) > MAX_PLACES or not pages:
        raise ValueError("no list of places, or too many, or no page")
    places = tuple(map(Place.from_json, value))
    if any(place.page > pages for place in places):
        raise ValueError("a place on a page that there is not")
    return places


def is_on(place: Place, page: int, of: int) -> bool:
    """Whether a place is on page *page* of *of*."""
    return place.page in (page, EVERY_PAGE) or (place.page == LAST_PAGE and page == of)
