"""
An overlay: what is drawn on the pages of a campaign for each recipient, as a TOML file.

Pure: no I/O, no clock, no randomness.

    [[text]]
    page = 1                # or "all", or "last"
    x = 25                  # millimetres from the left edge of the A4 sheet
    y = 52                  # from the top edge
    text = "À l'attention de [PRENOM] [NOM]"

    [[qr]]
    page = "last"
    x = 170
    y = 255
    size = 25               # millimetres
    text = "https://example.org/stop/[CODE]"

Standards:
    TOML 1.0.0 (2021)
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from converters.place import (
    EVERY_PAGE,
    LAST_PAGE,
    MAX_PLACES,
    Align,
    Family,
    Kind,
    Place,
)
from converters.sheet import A4_MM

from ..domain.errors import OrderRefused

MAX_BYTES = 64 * 1024
"""Two hundred places with a long text each."""

MARGIN_MM = 10.0
"""Left free at the right where no width is given; most machines print no nearer."""

LINE_HEIGHT = 1.2
"""Of a text's size, where no height is given."""

_PAGES = {"all": EVERY_PAGE, "last": LAST_PAGE}
_PAGE_WORDS = {page: word for word, page in _PAGES.items()}
POINT_MM = 25.4 / 72
"""Millimetres of a typographic point."""

_TEXT_KEYS = frozenset(
    ["page", "x", "y", "width", "height", "size", "font", "bold", "align", "text"]
)
_QR_KEYS = frozenset(["page", "x", "y", "size", "text"])


def parse_overlay(content: bytes) -> tuple[Place, ...]:
    """
    Read the places of an overlay, in their order.

    Raises:
        OrderRefused: If it is none; says which entry is wrong, and how.
    """
    try:
        if len(content) > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES // 1024} KB")
        table = tomllib.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise _wrong(str(error)) from error
    unknown = sorted(table.keys() - {"text", "qr"})
    if unknown:
        raise _wrong(f"[[{unknown[0]}]]: there are [[text]] and [[qr]]")
    places = places_of(table)
    if not places:
        raise _wrong("there is no [[text]] and no [[qr]] in it")
    return places


def places_of(table: Mapping[str, Any]) -> tuple[Place, ...]:
    """
    Read the places of an overlay that is a table already.

    Args:
        table: With `text` and `qr`, each a list of entries, as the file has them.

    Raises:
        OrderRefused: Says which entry is wrong, and how.
    """
    places = _all(table, "text", _text) + _all(table, "qr", _qr)
    if len(places) > MAX_PLACES:
        raise _wrong(f"more than {MAX_PLACES} entries")
    return places


def table_of(places: Iterable[Place]) -> dict[str, list[dict[str, Any]]]:
    """The inverse of `places_of`."""
    table: dict[str, list[dict[str, Any]]] = {"text": [], "qr": []}
    for place in places:
        entry = {
            "page": _PAGE_WORDS.get(place.page, place.page),
            "x": place.x_mm,
            "y": place.y_mm,
            "text": place.text,
        }
        if place.kind is Kind.QR:
            table["qr"].append(entry | {"size": place.width_mm})
            continue
        table["text"].append(
            entry
            | {
                "width": place.width_mm,
                "height": place.height_mm,
                "size": place.size_pt,
                "font": place.family,
                "bold": place.bold,
                "align": place.align,
            }
        )
    return table


def _all(
    table: Mapping[str, Any], kind: str, read: Callable[[dict[str, Any]], Place]
) -> tuple[Place, ...]:
    entries = table.get(kind, [])
    if not isinstance(entries, list):
        raise _wrong(f"write [[{kind}]], not [{kind}]")
    places = []
    for number, entry in enumerate(entries, 1):
        try:
            places.append(read(entry))
        except KeyError as error:
            raise _wrong(f"[[{kind}]] number {number}: {error} is missing") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise _wrong(f"[[{kind}]] number {number}: {error}") from error
    return tuple(places)


def _text(entry: dict[str, Any]) -> Place:
    _known(entry, _TEXT_KEYS)
    text, x = str(entry["text"]), float(entry["x"])
    size = float(entry.get("size", 11))
    lines = text.count("\n") + 1
    return Place(
        page=_page(entry["page"]),
        x_mm=x,
        y_mm=float(entry["y"]),
        width_mm=float(entry.get("width", A4_MM[0] - MARGIN_MM - x)),
        height_mm=float(entry.get("height", lines * size * POINT_MM * LINE_HEIGHT)),
        text=text,
        size_pt=size,
        family=Family(entry.get("font", Family.SANS)),
        bold=bool(entry.get("bold", False)),
        align=Align(entry.get("align", Align.LEFT)),
    )


def _qr(entry: dict[str, Any]) -> Place:
    _known(entry, _QR_KEYS)
    size = float(entry["size"])
    return Place(
        page=_page(entry["page"]),
        x_mm=float(entry["x"]),
        y_mm=float(entry["y"]),
        width_mm=size,
        height_mm=size,
        text=str(entry["text"]),
        kind=Kind.QR,
    )


def _known(entry: dict[str, Any], keys: frozenset[str]) -> None:
    unknown = sorted(entry.keys() - keys)
    if unknown:
        raise ValueError(f"{unknown[0]!r} is none of {', '.join(sorted(keys))}")


def _page(value: Any) -> int:
    page = _PAGES.get(value) if isinstance(value, str) else value
    if isinstance(page, bool) or not isinstance(page, int) or page < LAST_PAGE:
        raise ValueError(f'page = {value!r}: write 1, 2 and so on, "all" or "last"')
    if page < 1 and not isinstance(value, str):
        raise ValueError("pages are counted from 1")
    return page


def _wrong(what: str) -> OrderRefused:
    return OrderRefused(f"the overlay: {what}", code="bad-overlay")
