"""
Real documents of every format: what the tests send and the benches look at.

Pure: no I/O, no clock, no randomness.
"""

from pathlib import Path

DOCUMENTS = (Path(__file__).parents[1] / "../shared/corpus/documents").resolve()

SAMPLES: dict[str, tuple[str, ...]] = {
    "PDF": ("pdf/openoffice.pdf", "pdf/rotation.pdf"),
    "ODT": ("odt/embedded-simple-2007.odt", "odt/embedded-png.odt"),
    "DOC": (
        "doc/lorem-ipsum.doc",
        "doc/Word6.doc",
        "doc/table-merges.doc",
        "doc/word2.doc",
    ),
    "DOCX": ("docx/sample.docx", "docx/endnotes.docx"),
    "RTF": ("rtf/tdf116851.rtf", "rtf/TCI-TN65GP-DDRHDLL-partial.rtf"),
    "SXW": ("sxw/Writer6.sxw", "sxw/oooxml_embedded.sxw"),
    "WPD": ("wpd/testWordPerfect_42.wpd", "wpd/testWordPerfect_6_61.wpd"),
    "TXT": ("txt/x-big5.txt", "txt/x-hebrew.txt"),
    "WIKI": ("wiki/bip-0341.wiki", "wiki/bip-0174.wiki"),
    "HTML": ("html/x-newsletter.html", "html/tdf96499.html"),
    "XLS": ("xls/finance.xls", "xls/SimpleMacro.xls"),
    "XLSX": ("xlsx/sample.xlsx", "xlsx/Tables.xlsx"),
    "ODS": ("ods/document_with_two_images.ods", "ods/x-ssrf-sheetlink.ods"),
    "SXC": ("sxc/hangulhanja.sxc", "sxc/calcshapes.sxc"),
    "CSV": ("csv/x-semicolon-fr.csv", "csv/10test.csv"),
    "TSV": ("tsv/x-numbers.tsv", "tsv/x-simple.tsv"),
    "ODP": ("odp/shapes-test.odp", "odp/slide-custom-background.odp"),
    "PPT": ("ppt/table_test.ppt", "ppt/text_shapes.ppt", "ppt/PPT95.ppt"),
    "PPTX": ("pptx/layouts.pptx", "pptx/with_japanese.pptx"),
    "SXI": ("sxi/ooo41061-1.sxi",),
    "ODG": ("odg/3page.odg", "odg/FontWork.odg"),
    "JPEG": ("jpg/flower2.jpg", "jpg/x-cmyk.jpg"),
    "PNG": ("png/transparent.png", "png/simple_image.png"),
    "TIFF": ("tiff/multipage.tiff", "tiff/hopper_g4_500.tif"),
    "BMP": ("bmp/rgb16.bmp", "bmp/hopper_rle8.bmp"),
    "GIF": ("gif/iss634.gif", "gif/x-animated.gif"),
    "WEBP": ("webp/hopper.webp", "webp/transparent.webp"),
    "HEIC": ("heic/zPug_3.heic",),
    "SVG": ("svg/chart.svg", "svg/tdf123926.svg"),
    "SWF": ("swf/align.swf", "swf/carsite.swf", "swf/acid-text-4.swf"),
    "PS": ("ps/x-ok.ps", "ps/x-readfile.ps"),
    "EML": ("eml/simple-embedded-message.eml",),
    "ZIP": ("zip/x-zipslip.zip",),
}
"""By label of the format, below `DOCUMENTS`. The corpus has one SXI, HEIC, EML and ZIP."""

EPS = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 300 300 500 400\n"
    b"0 setgray 310 310 180 80 rectfill showpage\n%%EOF\n"
)
"""A frame that is cut to: the corpus has no EPS."""
