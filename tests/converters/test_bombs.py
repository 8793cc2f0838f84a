"""
Small files that stand for very much, and files that want what is not theirs.

Each is refused with a sentence, under the usual limits of everything but time.
"""

import io
import zipfile

import pytest

from converters.contract import ConversionFailed

pytestmark = pytest.mark.asyncio(loop_scope="session")


def pdf_of(pages):
    """A PDF whose page tree names one page many times."""
    kids = b"3 0 R " * pages
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    out, starts = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    return out + (
        b"xref\n0 4\n0000000000 65535 f \n%strailer<</Size 4/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF" % (table, len(out))
    )


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def nested(depth):
    content = b"Bonjour\n"
    for level in range(depth):
        name = "lettre.txt" if level == 0 else "archive.zip"
        content = zipped(**{name: content})
    return content


ZEROS = bytes(4 * 1024**2)
"Packed to a thousandth: no document is."
LAUGHS = "".join(
    f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
)


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        pytest.param("a.pdf", lambda: pdf_of(10_000), "too-many-pages", id="pages"),
        pytest.param("a.zip", lambda: zipped(a=ZEROS), "too-large", id="archive"),
        pytest.param(
            "a.docx",
            lambda: zipped(**{"[Content_Types].xml": b"", "word__document.xml": ZEROS}),
            "too-large",
            id="letter",
        ),
        pytest.param(
            "a.zip",
            lambda: zipped(**{f"{number}.txt": b"x" for number in range(60)}),
            "too-many-documents",
            id="documents",
        ),
        pytest.param("a.zip", lambda: nested(4), "too-deep", id="nested"),
        pytest.param(
            "a.svg",
            lambda: (
                f'<!DOCTYPE svg [<!ENTITY a0 "ha">{LAUGHS}]><svg xmlns='
                '"http://www.w3.org/2000/svg"><text>&a9;</text></svg>'
            ).encode(),
            "damaged",
            id="entities",
        ),
        pytest.param(
            "a.txt", lambda: b"Bonjour\n" * 400_000, "too-many-pages", id="text"
        ),
        pytest.param(
            "a.csv", lambda: b"1;2;3;4\n" * 100_000, "too-many-pages", id="cells"
        ),
    ],
)
async def test_more_than_there_seems_is_refused(opened, name, make, code):
    async with opened(seconds=300) as workshop:
        with pytest.raises(ConversionFailed) as caught:
            await workshop.render(make(), name, vertical_dpi=98)

    assert caught.value.code == code
    assert caught.value.for_requester.endswith(".")


async def test_a_drawing_does_not_show_files_of_the_machine(workshop):
    drawing = (
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///usr/share/common-licenses/GPL-3">]>'
        b'<svg xmlns="http://www.w3.org/2000/svg" width="500" height="500">'
        b'<text x="10" y="50">&x;</text></svg>'
    )

    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(drawing, "a.svg", vertical_dpi=98)

    assert caught.value.code == "damaged"


@pytest.mark.parametrize(
    ("path", "name", "code"),
    [
        ("pdf/openoffice.pdf", "a.pdf", "damaged"),
        ("jpg/flower2.jpg", "a.jpg", "damaged"),
        ("tiff/hopper_g4_500.tif", "a.tif", "damaged"),
        ("docx/sample.docx", "a.docx", "damaged"),
        ("odt/embedded-png.odt", "a.odt", "damaged"),
        ("svg/chart.svg", "a.svg", "damaged"),
        ("heic/zPug_3.heic", "a.heic", "damaged"),
        ("swf/carsite.swf", "a.swf", "damaged"),
    ],
)
async def test_half_a_document_is_never_sent(workshop, document, path, name, code):
    content = document(path)

    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(content[: len(content) // 2], name, vertical_dpi=98)

    assert caught.value.code == code
    assert "à nouveau" in caught.value.for_requester or (
        "endommagé" in caught.value.for_requester
    )
