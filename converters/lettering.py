"""
What the text of a PDF page says of how well it will be read: its size, its paleness.

Pure: no I/O, no clock, no randomness.

Called only inside the worker's sandbox.
"""

import ctypes
import math

import cv2
import numpy as np
import pypdfium2_raw as pdfium

from .remarks import Lettering
from .tiles import Box, Grey

SAMPLED_LETTERS = 100
"Of a page, looked at."

MAX_LINES = 1_000
"Of a page, whose places are asked for."

MAX_CHARACTERS = 20_000
"Of a page, read."

PALE = 72
"""Of 255, between letters and their ground: a mid grey on white has twice that. Below 38,
`binarise.CLEARANCE` of white, nothing of them is printed."""

PALE_SHARE = 0.1
"Of the letters looked at, from which a page is worth a word."

Where = tuple[int, int, int, int, int]
"""Left, top, width, height and quarter turns of a page on its sheet, as pdfium has it."""


def of_page(page: pdfium.FPDF_PAGE, grey: Grey, where: Where) -> Lettering:
    """
    Look at the text of a page that is drawn.

    Args:
        grey: The sheet.

        where: The page lies on it.
    """
    text = pdfium.FPDFText_LoadPage(page)
    if not text:
        return Lettering()
    try:
        return _look(_Text(page, text, where), grey)
    finally:
        pdfium.FPDFText_ClosePage(text)


def words_of_page(page: pdfium.FPDF_PAGE, where: Where) -> list[Box]:
    """Where words can be seen on a page that is drawn, in pixels of its sheet."""
    text = pdfium.FPDFText_LoadPage(page)
    if not text:
        return []
    try:
        return _Text(page, text, where).lines()
    finally:
        pdfium.FPDFText_ClosePage(text)


def _look(text: "_Text", grey: Grey) -> Lettering:
    sizes, pale, seen = [], 0, 0
    for index in text.sample():
        box = text.box(index)
        if box is None:
            continue
        sizes.append(text.size_pt(index))
        shade = text.shade(index)
        if shade is not None:
            seen += 1
            # What is dark on paper is no question, and a look at the ground costs.
            light = shade > _DARK or index % 4 == 0
            pale += light and _is_pale(shade, text.patch(grey, box))
    return Lettering(
        smaller_pt=sorted(sizes)[len(sizes) // 10] if sizes else None,
        pale=pale > PALE_SHARE * seen,
        characters=text.characters(),
    )


_DARK = 100


def _is_pale(shade: float, patch: Grey) -> bool:
    if patch.size == 0:
        return False
    darkest, lightest, _, _ = cv2.minMaxLoc(patch)
    ground = max(shade - darkest, lightest - shade)
    # What nobody sees on paper either is meant so: text under a scan, for one.
    return _HIDDEN < ground < PALE


_HIDDEN = 10


class _Text:
    """The letters of a page, by their number."""

    def __init__(
        self, page: pdfium.FPDF_PAGE, text: pdfium.FPDF_TEXTPAGE, where: Where
    ) -> None:
        self._page = page
        self._text = text
        self._where = where
        self._count = max(0, pdfium.FPDFText_CountChars(text))

    def sample(self) -> range:
        return range(0, self._count, max(1, self._count // SAMPLED_LETTERS))

    def characters(self) -> frozenset[str]:
        count = min(self._count, MAX_CHARACTERS)
        units = (ctypes.c_ushort * (2 * count + 1))()
        written = pdfium.FPDFText_GetText(self._text, 0, count, units)
        utf_16 = bytes(units)[: 2 * max(0, written - 1)]
        return frozenset(utf_16.decode("utf-16-le", "ignore"))

    def box(self, index: int) -> pdfium.FS_RECTF | None:
        """Where a letter is, in points. White space has no place of its own."""
        if pdfium.FPDFText_GetUnicode(self._text, index) <= ord(" "):
            return None
        box = pdfium.FS_RECTF()
        found = pdfium.FPDFText_GetLooseCharBox(self._text, index, box)
        return box if found else None

    def size_pt(self, index: int) -> float:
        """
        The size of a letter's font, as it is drawn.

        The box round it tells less: many fonts that are embedded in part say nothing of
        their ascent, and it is the letter's own then.
        """
        drawn = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._text, index, drawn)
        size = float(pdfium.FPDFText_GetFontSize(self._text, index))
        return size * math.hypot(drawn.c, drawn.d)

    def shade(self, index: int) -> float | None:
        """A letter's grey, 0 to 255; None if it is not filled with a colour."""
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not pdfium.FPDFText_GetFillColor(self._text, index, red, green, blue, alpha):
            return None
        if alpha.value < 255:
            return None
        return 0.299 * red.value + 0.587 * green.value + 0.114 * blue.value

    def lines(self) -> list[Box]:
        """The pixels of each run of letters in a row, of those that are drawn."""
        count = pdfium.FPDFText_CountRects(self._text, 0, -1)
        boxes = []
        for index in range(min(count, MAX_LINES)):
            sides = [ctypes.c_double() for _ in range(4)]
            pdfium.FPDFText_GetRect(self._text, index, *sides)
            left, top, right, bottom = (side.value for side in sides)
            if self._is_drawn((left + right) / 2, (top + bottom) / 2):
                boxes.append(self._on_sheet(left, top, right, bottom))
        return boxes

    def _is_drawn(self, x: float, y: float) -> bool:
        """Whether letters at a place are; those of a scan's text are not."""
        index = pdfium.FPDFText_GetCharIndexAtPos(self._text, x, y, 9.0, 9.0)
        found = pdfium.FPDFText_GetTextObject(self._text, index) if index >= 0 else None
        if not found:
            return False
        mode = pdfium.FPDFTextObj_GetTextRenderMode(found)
        return bool(mode != pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)

    def _on_sheet(self, left: float, top: float, right: float, bottom: float) -> Box:
        across, down = [], []
        for x, y in ((left, top), (right, bottom)):
            device_x, device_y = ctypes.c_int(), ctypes.c_int()
            pdfium.FPDF_PageToDevice(self._page, *self._where, x, y, device_x, device_y)
            across.append(max(0, device_x.value))
            down.append(max(0, device_y.value))
        return min(across), min(down), max(across) + 1, max(down) + 1

    def patch(self, grey: Grey, box: pdfium.FS_RECTF) -> Grey:
        """The pixels round a letter."""
        left, top, right, bottom = self._on_sheet(
            box.left, box.top, box.right, box.bottom
        )
        return np.asarray(grey[top:bottom, left:right])
