"""
The table of places on the pages, as it is typed and as places are kept.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from converters.place import EVERY_PAGE, LAST_PAGE, MAX_PLACES, Kind, Place
from converters.sheet import A4_MM

from ...pipeline.overlay_file import LINE_HEIGHT, MARGIN_MM, POINT_MM

SPARE = 3
"""Empty rows at the end of the table: without a script there is no button for more."""

COLUMNS = ("kind", "page", "x", "y", "size", "text")

_PAGES = {"all": EVERY_PAGE, "last": LAST_PAGE}
_PAGE_WORDS = {page: word for word, page in _PAGES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One place, as it is typed."""

    kind: str = "text"
    page: str = "1"
    x: str = ""
    y: str = ""
    size: str = ""
    "Points of letters, millimetres of a QR code."

    text: str = ""
    known: Place | None = None
    "What it was: the table does not show all of it."

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote anything in it."""
        return not self.text.strip()


def row_of(place: Place) -> Row:
    """A place for the table."""
    is_code = place.kind is Kind.QR
    return Row(
        kind=place.kind,
        page=_PAGE_WORDS.get(place.page, str(place.page)),
        x=f"{place.x_mm:g}",
        y=f"{place.y_mm:g}",
        size=f"{place.width_mm if is_code else place.size_pt:g}",
        text=place.text,
        known=place,
    )


def rows_of(form: FormData, before: Sequence[Place]) -> list[Row]:
    """
    The rows of a form, in their order.

    Args:
        before: What the table was made of.
    """
    rows = []
    for number in range(MAX_PLACES + SPARE):
        given = {name: form.get(f"{name}-{number}") for name in COLUMNS}
        if given["text"] is None:
            break
        texts = {k: v for k, v in given.items() if isinstance(v, str)}
        known = before[number] if number < len(before) else None
        rows.append(Row(**texts, known=known))
    return rows


def places_of(rows: Sequence[Row]) -> tuple[tuple[Place, ...], dict[int, str]]:
    """
    Read a table; empty rows are left out.

    Returns:
        The places, and by row why it is none: "number", or "off-page".
    """
    places, mistakes = [], {}
    for number, row in enumerate(rows):
        if row.is_empty:
            continue
        try:
            places.append(_place(row))
        except _NoNumber:
            mistakes[number] = "number"
        except ValueError:
            mistakes[number] = "off-page"
    return tuple(places[:MAX_PLACES]), mistakes


class _NoNumber(ValueError):
    """A cell that has to be a number, and is none."""


def _place(row: Row) -> Place:
    values: dict[str, Any] = {
        "page": _page(row.page),
        "x_mm": _number(row.x),
        "y_mm": _number(row.y),
        "text": row.text.replace("\r\n", "\n").strip(),
    }
    if row.kind == Kind.QR:
        side = _number(row.size or "25")
        return Place(kind=Kind.QR, width_mm=side, height_mm=side, **values)
    size = _number(row.size or "11")
    return Place(size_pt=size, **values, **_lettering(row.known, values, size))


def _lettering(
    known: Place | None, values: Mapping[str, Any], size: float
) -> dict[str, Any]:
    """What the table does not show: as it was, or as an overlay's file leaves it out."""
    if known is not None and known.kind is Kind.TEXT:
        kept = ("width_mm", "height_mm", "family", "bold", "align")
        if (known.x_mm, known.size_pt, known.text) == (
            values["x_mm"],
            size,
            values["text"],
        ):
            return {name: getattr(known, name) for name in kept}
        shape = {name: getattr(known, name) for name in kept[2:]}
    else:
        shape = {}
    lines = values["text"].count("\n") + 1
    return {
        "width_mm": A4_MM[0] - MARGIN_MM - values["x_mm"],
        "height_mm": lines * size * POINT_MM * LINE_HEIGHT,
        **shape,
    }


def _page(written: str) -> int:
    if written in _PAGES:
        return _PAGES[written]
    page = _number(written)
    if page != int(page) or page < 1:
        raise _NoNumber(written)
    return int(page)


def _number(written: str) -> float:
    try:
        return float(written.strip().replace(",", "."))
    except ValueError as error:
        raise _NoNumber(written) from error
