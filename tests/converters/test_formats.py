"""
Every format, by real files: pages come out, and there is something on them.
"""

import pytest

from converters import formats
from converters.sniff import recognise
from converters.tiff_f import decode

REAL = [
    *("pdf/openoffice.pdf", "pdf/rotation.pdf"),
    *("odt/embedded-simple-2007.odt", "odt/embedded-png.odt"),
    *("doc/lorem-ipsum.doc", "doc/Word6.doc", "doc/table-merges.doc"),
    *("docx/sample.docx", "docx/endnotes.docx"),
    *("rtf/tdf116851.rtf", "rtf/TCI-TN65GP-DDRHDLL-partial.rtf"),
    *("sxw/Writer6.sxw", "sxw/oooxml_embedded.sxw"),
    *("wpd/testWordPerfect_42.wpd", "wpd/testWordPerfect_6_61.wpd"),
    *("txt/x-big5.txt", "txt/x-hebrew.txt"),
    *("wiki/bip-0341.wiki", "wiki/bip-0174.wiki"),
    *("html/x-newsletter.html", "html/tdf96499.html"),
    *("xls/finance.xls", "xls/SimpleMacro.xls"),
    *("xlsx/sample.xlsx", "xlsx/Tables.xlsx"),
    *("ods/document_with_two_images.ods", "ods/x-ssrf-sheetlink.ods"),
    *("sxc/hangulhanja.sxc", "sxc/calcshapes.sxc"),
    *("csv/x-semicolon-fr.csv", "csv/10test.csv"),
    *("tsv/x-numbers.tsv", "tsv/x-simple.tsv"),
    *("odp/shapes-test.odp", "odp/slide-custom-background.odp"),
    *("ppt/table_test.ppt", "ppt/text_shapes.ppt"),
    *("pptx/layouts.pptx", "pptx/with_japanese.pptx"),
    *("sxi/ooo41061-1.sxi",),
    *("odg/3page.odg", "odg/FontWork.odg"),
    *("jpg/flower2.jpg", "jpg/x-cmyk.jpg"),
    *("png/transparent.png", "png/simple_image.png"),
    *("tiff/multipage.tiff", "tiff/hopper_g4_500.tif"),
    *("bmp/rgb16.bmp", "bmp/hopper_rle8.bmp"),
    *("gif/iss634.gif", "gif/x-animated.gif"),
    *("webp/hopper.webp", "webp/transparent.webp"),
    *("heic/zPug_3.heic",),
    *("svg/chart.svg", "svg/tdf123926.svg"),
    *("ps/x-ok.ps", "ps/x-readfile.ps"),
    *("eml/simple-embedded-message.eml",),
    *("zip/x-zipslip.zip",),
]


@pytest.mark.parametrize("path", REAL)
@pytest.mark.asyncio(loop_scope="session")
async def test_a_real_file_becomes_pages(workshop, document, path):
    rendered = await workshop.render(document(path), path, vertical_dpi=98)

    assert rendered.pages >= 1
    for ink in decode(rendered.tiff)[:3]:
        assert 0.00001 < ink.mean() < 0.6


def test_every_format_has_its_real_files(document):
    """
    An EPS is a PS with a frame: the corpus has none of its own.
    """
    shown = {recognise(document(path), path).label for path in REAL}

    assert shown == {row.label for row in formats.FORMATS} - {"EPS"}


@pytest.mark.asyncio(loop_scope="session")
async def test_an_eps_is_cut_to_its_frame(workshop, ink_box):
    eps = (
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 300 300 500 400\n"
        b"0 setgray 310 310 180 80 rectfill showpage\n%%EOF\n"
    )

    rendered = await workshop.render(eps, "logo.eps", vertical_dpi=98)

    left, _, right, _ = ink_box(rendered.tiff)
    assert right - left == pytest.approx(180 / 72 * 25.4 * 1728 / 215, abs=6)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_wide_table_is_printed_across_in_the_width_of_the_page(
    workshop, document
):
    rendered = await workshop.render(
        document("csv/x-wide.csv"), "a.csv", vertical_dpi=98
    )

    assert rendered.pages <= 4


@pytest.mark.asyncio(loop_scope="session")
async def test_a_program_that_loops_is_stopped(tmp_path, document):
    from converters.contract import ConversionFailed, Limits
    from converters.workshop import Workshop

    workshop = Workshop(folder=tmp_path, limits=Limits(seconds=3), office_instances=0)

    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(document("ps/x-loop.ps"), "a.ps", vertical_dpi=98)

    assert caught.value.code == "too-slow"
    assert list(tmp_path.iterdir()) == []
