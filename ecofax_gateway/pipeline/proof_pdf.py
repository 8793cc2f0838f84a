"""
The proof of a fax: the pages that the far end confirmed, stamped, as a PDF.

Pure: no I/O, no clock, no randomness.

The pages go in as they were coded for the call: nothing is drawn again, so that what is
proved is what was sent.

Standards:
    ISO 32000-1 (2008) §7.4.6 -- CCITTFaxDecode, K below 0 is T.6; §9.6.2 -- Helvetica
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PdfWriter
from pypdf.generic import (
    BooleanObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from converters.sheet import A4_MM, WIDTH_PX
from converters.tiff_f import CodedPage

MM = 72 / 25.4
"""Points."""

PAGE_WIDTH, PAGE_HEIGHT = A4_MM[0] * MM, A4_MM[1] * MM

SCALE = 0.93
"""Of the fax page: what is left at the foot holds the stamp."""

FAX_WIDTH, FAX_HEIGHT = 215 * MM * SCALE, 297 * MM * SCALE
LEFT, TOP = (PAGE_WIDTH - FAX_WIDTH) / 2, 4 * MM
STAMP_SIZE, STAMP_STEP = 7.5, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedPage:
    """One page, and what is stamped under it."""

    page: CodedPage
    stamp: tuple[str, ...]
    "Lines."


def proof_pdf(pages: Sequence[ProvedPage], *, title: str) -> bytes:
    """
    Put pages and their stamps into a file.

    Args:
        pages: At least one.

        title: As readers show it.
    """
    writer = PdfWriter()
    # `_add_object`: pypdf has no public way to add one of our own.
    font = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            }
        )
    )
    for each in pages:
        image = writer._add_object(_image(each.page))
        sheet = writer.add_blank_page(width=PAGE_WIDTH, height=PAGE_HEIGHT)
        sheet[NameObject("/Resources")] = DictionaryObject(
            {
                NameObject("/Font"): DictionaryObject({NameObject("/F"): font}),
                NameObject("/XObject"): DictionaryObject({NameObject("/Im"): image}),
            }
        )
        content = StreamObject()
        content.set_data(_drawing(each.stamp))
        sheet[NameObject("/Contents")] = writer._add_object(content.flate_encode())
    writer.add_metadata({"/Title": title, "/Producer": "ecofax-gateway"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _image(page: CodedPage) -> StreamObject:
    image = StreamObject()
    image.set_data(page.strip)
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(WIDTH_PX),
            NameObject("/Height"): NumberObject(page.rows),
            NameObject("/ColorSpace"): NameObject("/DeviceGray"),
            NameObject("/BitsPerComponent"): NumberObject(1),
            NameObject("/Filter"): NameObject("/CCITTFaxDecode"),
            NameObject("/DecodeParms"): DictionaryObject(
                {
                    NameObject("/K"): NumberObject(-1),
                    NameObject("/Columns"): NumberObject(WIDTH_PX),
                    NameObject("/Rows"): NumberObject(page.rows),
                    NameObject("/BlackIs1"): BooleanObject(False),
                }
            ),
        }
    )
    return image


def _drawing(stamp: Sequence[str]) -> bytes:
    """The page description: the fax page, a frame round it, the stamp under it."""
    bottom = PAGE_HEIGHT - TOP - FAX_HEIGHT
    parts = [
        f"q {FAX_WIDTH:.2f} 0 0 {FAX_HEIGHT:.2f} {LEFT:.2f} {bottom:.2f} cm /Im Do Q",
        "0.6 G 0.5 w",
        f"{LEFT:.2f} {bottom:.2f} {FAX_WIDTH:.2f} {FAX_HEIGHT:.2f} re S",
        f"BT /F {STAMP_SIZE} Tf {STAMP_STEP} TL {LEFT:.2f} {bottom - 4:.2f} Td",
    ]
    drawn = "\n".join(parts).encode()
    for line in stamp:
        drawn += b"\nT* (" + _escaped(line) + b") Tj"
    return drawn + b"\nET"


def _escaped(text: str) -> bytes:
    """A line for a string of the page description, in the letters of Windows."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    coded = printable.encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        coded = coded.replace(special, b"\\" + special)
    return coded
