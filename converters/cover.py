"""
A page in HTML with fields: its pages with the fields left blank, and where those stand.

I/O: WeasyPrint reads fonts; called only inside the worker's sandbox.

A template is a hostile document. Nothing is fetched but what it carries in itself
(`data:`), and there is no script. Words that stand beside a field in the same paragraph
are set anew with it for each recipient, in one kind of letters; so a long name moves the
words after it, as in a letter. Everything else is drawn once.

To find the places, each such piece becomes a link that nobody sees: a layout engine says
where its links are.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import weasyprint
from weasyprint.urls import URLFetcher

from . import pdf
from .contract import Cause, Limits
from .ink import Ink
from .marking import SCHEME, Marks, with_brackets, without_empty
from .place import (
    MAX_SIZE_PT,
    SMALLEST_PT,
    Align,
    Family,
    Kind,
    Place,
)
from .raster import Painted, Press, Sheet
from .sheet import (
    A4_WIDTH_PX,
    PX_PER_MM,
    ROWS_PER_MM,
    WIDTH_PX,
    Placement,
)

_LETTERS = 'html { font-family: "Liberation Sans", sans-serif }'
"Where a template does not say: those that `overlay` draws with."

TOO_DEEP = Cause(
    for_requester="Le modèle ne peut pas être mis en page : ses éléments sont imbriqués"
    " trop profondément. Simplifiez-le.",
    code="too-deep",
)


class CoverPage:
    """
    A template, set.

    Args:
        content: UTF-8, as `marking.with_texts` makes it.

    Raises:
        ConversionFailed: If it cannot be set.
    """

    def __init__(self, content: bytes, *, limits: Limits) -> None:
        page = weasyprint.HTML(
            string=content.decode(),
            url_fetcher=URLFetcher(allowed_protocols=["data"]),
        )
        marks = Marks()
        try:
            without_empty(page.etree_element)
            marks.put(page.etree_element)
            with_brackets(page.etree_element)
            document = page.render(stylesheets=[weasyprint.CSS(string=_LETTERS)])
            self._pdf = document.write_pdf()
        except RecursionError:
            raise TOO_DEEP.failure() from None
        pdf.check_page_count(len(document.pages), limits)
        self._spots = [_spots(page, marks.made) for page in document.pages]
        self._limits = limits
        self.places: list[Place] = []
        "Complete when all pages were drawn."

    def pages(self, *, vertical_dpi: int) -> Iterator[Ink]:
        """Yield the pages, the fields left blank."""
        sheets = pdf.sheets(self._pdf, limits=self._limits)
        for number, (sheet, spots) in enumerate(
            zip(sheets, self._spots, strict=True), 1
        ):
            watched = _Watched(sheet)
            # One by one: a page with nothing but fields is blank, and stays.
            yield from Press(vertical_dpi=vertical_dpi).pages([watched])
            assert watched.placement is not None
            for spot in spots:
                place = spot.on(watched.placement, number, vertical_dpi)
                if place is not None:
                    self.places.append(place)


class _Watched:
    """A sheet that remembers where it was drawn: as it is, or below the tag line."""

    may_turn = False

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.size_mm = sheet.size_mm
        self.placement: Placement | None = None

    def paint(self, placement: Placement, *, vertical_dpi: int) -> Painted:
        self.placement = placement
        return self._sheet.paint(placement, vertical_dpi=vertical_dpi)

    def exact(self, *, vertical_dpi: int) -> Ink | None:
        return None


class _Spot:
    """A marked piece as it was laid out: in parts of the page's width and height."""

    def __init__(
        self,
        kind: Kind,
        text: str,
        corners: tuple[float, float, float, float],
        sheet: tuple[float, float],
        style: Mapping[str, Any],
    ) -> None:
        self._kind = kind
        self._text = text
        self._left, self._top, self._right, self._bottom = (
            min(1.0, max(0.0, each / whole))
            for each, whole in zip(corners, sheet * 2, strict=True)
        )
        self._size_pt = style["font_size"] * _CSS_PX_PT
        self._bold = style["font_weight"] >= _BOLD
        self._family = _family(style["font_family"])
        self._align = _ALIGNED.get(style["text_align_all"], Align.LEFT)

    @property
    def area(self) -> float:
        """Of the whole page."""
        return (self._right - self._left) * (self._bottom - self._top)

    def on(self, placement: Placement, page: int, vertical_dpi: int) -> Place | None:
        """The place on the fax page; None if nothing of it is there."""
        beside = (WIDTH_PX - A4_WIDTH_PX) // 2
        x = placement.left + self._left * placement.width - beside
        y = placement.top + self._top * placement.height
        width = (self._right - self._left) * placement.width
        height = (self._bottom - self._top) * placement.height
        size_pt = self._size_pt * placement.scale
        try:
            return Place(
                page=page,
                x_mm=round(x / PX_PER_MM, 2),
                y_mm=round(y / ROWS_PER_MM[vertical_dpi], 2),
                width_mm=round(width / PX_PER_MM, 2),
                height_mm=round(height / ROWS_PER_MM[vertical_dpi], 2),
                text=self._text,
                kind=self._kind,
                size_pt=round(min(MAX_SIZE_PT, max(SMALLEST_PT, size_pt)), 2),
                family=self._family,
                bold=self._bold,
                align=self._align,
            )
        except ValueError:
            return None


_CSS_PX_PT = 0.75
"CSS Values and Units 3 (2024) §6.2: 96 px are 72 pt."

_BOLD = 600
_ALIGNED = {"center": Align.CENTRE, "right": Align.RIGHT, "end": Align.RIGHT}


def _family(names: tuple[str, ...]) -> Family:
    for name in map(str.lower, names):
        if any(word in name for word in ("mono", "courier", "consol")):
            return Family.MONO
        if "sans" in name:
            return Family.SANS
        if any(word in name for word in ("serif", "times", "georgia", "garamond")):
            return Family.SERIF
    return Family.SANS


def _spots(page: weasyprint.document.Page, made: list[tuple[Kind, str]]) -> list[_Spot]:
    """The marked pieces of a page, each once: its largest box holds the others."""
    largest: dict[int, _Spot] = {}
    for _, target, corners, box in page.links:
        number = target.removeprefix(SCHEME)
        if number == target or not number.isdecimal() or int(number) >= len(made):
            continue
        spot = _Spot(*made[int(number)], corners, (page.width, page.height), box.style)
        known = largest.get(int(number))
        if known is None or spot.area > known.area:
            largest[int(number)] = spot
    return [spot for _, spot in sorted(largest.items())]
