"""
PDF to sheets: pdfium draws; Ghostscript repairs what pdfium cannot open.

I/O: runs Ghostscript; called only inside the worker's sandbox.

The worker is a process of its own: pdfium may abort on a hostile file.
"""

import ctypes
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2_raw as pdfium

from .contract import Cause, ConversionFailed, Drawn, Given, Limits
from .ink import Ink
from .lettering import of_page, words_of_page
from .raster import Painted, Sheet
from .sheet import (
    ROWS,
    WIDTH_PX,
    Placement,
)
from .tiles import Box

PROTECTED = Cause(
    for_requester="Le fichier PDF est protégé par un mot de passe. Enregistrez-le sans mot de passe"
    " puis renvoyez-le.",
    code="encrypted",
)
DAMAGED = Cause(
    for_requester="Le fichier PDF est endommagé et n’a pas pu être réparé. Enregistrez-le à nouveau,"
    " ou imprimez-le vers un nouveau PDF, puis renvoyez-le.",
    code="damaged",
)
NO_PAGES = Cause(
    for_requester="Le fichier PDF ne contient aucune page. Enregistrez-le à nouveau puis"
    " renvoyez-le.",
    code="no-pages",
)

MAX_OBJECTS = 20_000
"Of one page, looked through for images; a drawing may have millions."

MAX_FORM_DEPTH = 3
"Images are looked for in forms within forms this deep."

POINT_MM = 25.4 / 72


def open_document(given: Given) -> Drawn:
    """See `contract.Family`."""
    return Drawn(sheets(given.content, limits=given.limits))


def sheets(content: bytes, *, limits: Limits) -> Iterator[Sheet]:
    """
    Yield the pages in order.

    Raises:
        ConversionFailed: If there are none that can be drawn, or too many.
    """
    pdfium.FPDF_InitLibrary()
    document = _open(content)
    if document is None:
        # *content* stays alive: pdfium reads from it while it draws.
        content = _repaired(content, seconds=limits.seconds / 2)
        document = _open(content)
        if document is None or _is_blank(document):
            # Of a file it cannot read, Ghostscript makes one empty page.
            raise DAMAGED.failure()
    count = pdfium.FPDF_GetPageCount(document)
    if count == 0:
        raise NO_PAGES.failure()
    check_page_count(count, limits)
    forms = _Forms(document)
    try:
        for index in range(count):
            page = pdfium.FPDF_LoadPage(document, index)
            if not page:
                raise DAMAGED.failure()
            pdfium.FORM_OnAfterLoadPage(page, forms.handle)
            yield _Page(page, forms)
            pdfium.FORM_OnBeforeClosePage(page, forms.handle)
            pdfium.FPDF_ClosePage(page)
    finally:
        forms.close()
        pdfium.FPDF_CloseDocument(document)


def check_page_count(count: int, limits: Limits) -> None:
    """
    Refuse a document with more pages than anybody wants on a telephone line.

    Raises:
        ConversionFailed: If so.
    """
    if count > limits.max_pages:
        raise ConversionFailed(
            f"Le document a {count} pages ; la limite est de {limits.max_pages} pages."
            " Envoyez-le en plusieurs parties.",
            code="too-many-pages",
        )


class _Forms:
    """What pdfium needs to draw the fields of a form."""

    def __init__(self, document: pdfium.FPDF_DOCUMENT) -> None:
        # pdfium keeps a pointer: the structure must live as long as the handle.
        self._info = pdfium.FPDF_FORMFILLINFO(version=2)
        self.handle = pdfium.FPDFDOC_InitFormFillEnvironment(document, self._info)

    def close(self) -> None:
        pdfium.FPDFDOC_ExitFormFillEnvironment(self.handle)


class _Page:
    may_turn = True

    def __init__(self, page: pdfium.FPDF_PAGE, forms: _Forms) -> None:
        self._page = page
        self._forms = forms
        self.size_mm = (
            max(1.0, pdfium.FPDF_GetPageWidthF(page) * POINT_MM),
            max(1.0, pdfium.FPDF_GetPageHeightF(page) * POINT_MM),
        )

    def exact(self, *, vertical_dpi: int) -> Ink | None:
        return None

    def paint(self, placement: Placement, *, vertical_dpi: int) -> Painted:
        rows = ROWS[vertical_dpi]
        grey = np.full((rows, WIDTH_PX), 255, np.uint8)
        bitmap = pdfium.FPDFBitmap_CreateEx(
            WIDTH_PX,
            rows,
            pdfium.FPDFBitmap_Gray,
            grey.ctypes.data_as(ctypes.c_void_p),
            WIDTH_PX,
        )
        where = (
            placement.left,
            placement.top,
            placement.width,
            placement.height,
            1 if placement.turned else 0,
        )
        pdfium.FPDF_RenderPageBitmap(bitmap, self._page, *where, pdfium.FPDF_ANNOT)
        pdfium.FPDF_FFLDraw(
            self._forms.handle, bitmap, self._page, *where, pdfium.FPDF_ANNOT
        )
        pdfium.FPDFBitmap_Destroy(bitmap)
        return Painted(
            grey=grey,
            pictures=self._pictures(where),
            lettering=of_page(self._page, grey, where),
            words=lambda: words_of_page(self._page, where),
        )

    def _pictures(self, where: tuple[int, int, int, int, int]) -> list[Box]:
        boxes: list[Box] = []
        count = pdfium.FPDFPage_CountObjects(self._page)
        for index in range(min(count, MAX_OBJECTS)):
            found = pdfium.FPDFPage_GetObject(self._page, index)
            if _holds_picture(found, MAX_FORM_DEPTH):
                boxes.append(self._box(found, where))
        return boxes

    def _box(
        self, found: pdfium.FPDF_PAGEOBJECT, where: tuple[int, int, int, int, int]
    ) -> Box:
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        pdfium.FPDFPageObj_GetBounds(found, left, bottom, right, top)
        across, down = [], []
        for x, y in ((left, top), (right, bottom)):
            device_x, device_y = ctypes.c_int(), ctypes.c_int()
            pdfium.FPDF_PageToDevice(
                self._page, *where, x.value, y.value, device_x, device_y
            )
            across.append(min(max(device_x.value, 0), WIDTH_PX))
            down.append(max(device_y.value, 0))
        return min(across), min(down), max(across), max(down)


def _holds_picture(found: pdfium.FPDF_PAGEOBJECT, depth: int) -> bool:
    kind = pdfium.FPDFPageObj_GetType(found)
    if kind == pdfium.FPDF_PAGEOBJ_FORM and depth:
        count = pdfium.FPDFFormObj_CountObjects(found)
        return any(
            _holds_picture(pdfium.FPDFFormObj_GetObject(found, index), depth - 1)
            for index in range(min(count, MAX_OBJECTS))
        )
    return bool(kind == pdfium.FPDF_PAGEOBJ_IMAGE)


def _open(content: bytes) -> pdfium.FPDF_DOCUMENT | None:
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    if document:
        return document
    if pdfium.FPDF_GetLastError() in (
        pdfium.FPDF_ERR_PASSWORD,
        pdfium.FPDF_ERR_SECURITY,
    ):
        raise PROTECTED.failure()
    return None


def _is_blank(document: pdfium.FPDF_DOCUMENT) -> bool:
    for index in range(pdfium.FPDF_GetPageCount(document)):
        page = pdfium.FPDF_LoadPage(document, index)
        objects = pdfium.FPDFPage_CountObjects(page) if page else 0
        pdfium.FPDF_ClosePage(page)
        if objects:
            return False
    return True


def _repaired(content: bytes, *, seconds: float) -> bytes:
    # Ghostscript reads and writes below TMPDIR even with -dSAFER: inside the sandbox
    # that holds nothing but this file. It may answer 0 without a page: the caller
    # opens what came out and counts.
    with tempfile.TemporaryDirectory() as folder:
        damaged, repaired = Path(folder, "in.pdf"), Path(folder, "out.pdf")
        damaged.write_bytes(content)
        command = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite"]
        command += [f"-sOutputFile={repaired}", str(damaged)]
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            )
            return repaired.read_bytes()
        except (OSError, subprocess.TimeoutExpired):
            raise DAMAGED.failure() from None
