"""
The fax page as paper: sizes, the band kept for the tag line, where a sheet goes.

Pure: no I/O, no clock, no randomness.

Standards:
    ITU-T T.4 (07/2003) §2.1, §2.2 -- 1728 pels along 215 mm; 3.85, 7.7, 15.4 lines/mm
"""

from dataclasses import dataclass

WIDTH_PX = 1728
PX_PER_MM = 1728 / 215

A4_MM = (210.0, 297.0)
A4_WIDTH_PX = 1687
"210 mm; the rest of the 1728 px is beside the paper, half on each side."

ROWS_PER_MM = {98: 3.85, 196: 7.7, 391: 15.4}
"""By nominal dpi. Lines per millimetre are the standard; 98 dpi is their nickname."""

ROWS = {98: 1143, 196: 2286, 391: 4572}
"""Height of every page: 297 mm. Multiples, so that a finer page becomes a coarser
one by joining rows."""

BAND_ROWS = {98: 18, 196: 36, 391: 72}
"""4.7 mm on top, always blank: the tag line is stamped there."""

IMAGE_MARGIN_MM = 10.0
"Round a picture that has no size of its own; most machines cannot print nearer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a sheet is drawn on the page, in the page's own pixels."""

    left: int
    top: int
    width: int
    height: int

    turned: bool
    "The sheet lies on its side: draw it turned by a quarter, clockwise."

    scale: float
    "Printed size by real size."


def place(
    width_mm: float,
    height_mm: float,
    *,
    vertical_dpi: int,
    under_band: bool,
    may_turn: bool = True,
) -> Placement:
    """
    Put a sheet on an A4 page: nothing cut, larger sheets made smaller, smaller kept.

    Args:
        width_mm: As it is read, rotation applied; over 0.

        height_mm: Likewise.

        under_band: The sheet has ink where the tag line goes: shrink it to fit below.

        may_turn: A sheet wider than tall may be turned.
    """
    turned = may_turn and width_mm > height_mm and width_mm > A4_MM[0] * 1.03
    if turned:
        width_mm, height_mm = height_mm, width_mm
    rows = ROWS[vertical_dpi]
    band = BAND_ROWS[vertical_dpi] if under_band else 0
    frame_mm = A4_MM[1] * (rows - band) / rows
    scale = min(1.0, A4_MM[0] / width_mm, frame_mm / height_mm)
    width = max(1, min(A4_WIDTH_PX, round(width_mm * scale * PX_PER_MM)))
    height = round(height_mm * scale * ROWS_PER_MM[vertical_dpi])
    return Placement(
        left=(WIDTH_PX - width) // 2,
        top=band,
        width=width,
        height=max(1, min(rows - band, height)),
        turned=turned,
        scale=scale,
    )


def image_size_mm(
    width_px: int, height_px: int, dpi: tuple[float, float] | None
) -> tuple[float, float]:
    """
    Choose the size a picture is printed in, before `place` fits it on the page.

    A scanner states its resolution and is believed. A camera or a screen says 72 or
    96 dpi whatever it sees: such pictures fill the page's width, but no pixel gets
    larger than a 60th of an inch.

    Args:
        dpi: Across and down, as the file says; None if it does not.
    """
    if dpi is not None and min(dpi) >= _SCANNER_DPI and max(dpi) <= _SCANNER_MAX_DPI:
        return 25.4 * width_px / dpi[0], 25.4 * height_px / dpi[1]
    across, down = dpi if dpi is not None and min(dpi) > 0 else (1.0, 1.0)
    aspect = min(100.0, max(0.01, across / down))  # non-square pixels
    width_mm, height_mm = 25.4 * width_px / 60, 25.4 * height_px * aspect / 60
    shrink = min(
        1.0,
        (A4_MM[0] - 2 * IMAGE_MARGIN_MM) / width_mm,
        (A4_MM[1] - 2 * IMAGE_MARGIN_MM) / height_mm,
    )
    return width_mm * shrink, height_mm * shrink


_SCANNER_DPI = 97.0
"Below: the value of a screen; 98 is a fax's own coarsest resolution."

_SCANNER_MAX_DPI = 4800.0
