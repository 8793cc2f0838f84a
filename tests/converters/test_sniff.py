"""
What a document really is.
"""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import formats, ole
from converters.contract import ConversionFailed
from converters.sniff import MAX_MEMBERS, recognise


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("pdf/openoffice.pdf", "PDF"),
        ("odt/embedded-png.odt", "ODT"),
        ("doc/test.doc", "DOC"),
        ("doc/Word6.doc", "DOC"),
        ("docx/sample.docx", "DOCX"),
        ("txt/x-fr-utf-8.txt", "TXT"),
        ("txt/x-fr-utf-16-le.txt", "TXT"),
        ("jpg/flower2.jpg", "JPEG"),
        ("png/simple_image.png", "PNG"),
        ("tiff/multipage.tiff", "TIFF"),
        ("xls/finance.xls", "XLS"),
        ("xls/WithEmbeddedObjects.xls", "XLS"),
        ("ppt/SampleShow.ppt", "PPT"),
        ("xlsx/sample.xlsx", "XLSX"),
        ("pptx/themes.pptx", "PPTX"),
        ("ods/tdf99627.ods", "ODS"),
        ("odp/shapes-test.odp", "ODP"),
        ("odg/FontWork.odg", "ODG"),
        ("sxw/Writer6.sxw", "SXW"),
        ("sxc/hangulhanja.sxc", "SXC"),
        ("sxi/ooo41061-1.sxi", "SXI"),
        ("wpd/TOPOPREC.wpd", "WPD"),
        ("doc/is-really-wordperfect51.doc", "WPD"),
        ("rtf/watermark.rtf", "RTF"),
        ("bmp/rgb16.bmp", "BMP"),
        ("gif/iss634.gif", "GIF"),
        ("webp/hopper.webp", "WEBP"),
        ("heic/zPug_3.heic", "HEIC"),
        ("zip/x-zipslip.zip", "ZIP"),
    ],
)
@pytest.mark.parametrize("name", ["", "Facture.TXT", "é/../x.pdf"])
def test_content_decides_not_the_name(document, path, label, name):
    if label in ("TXT", "RTF") and name:
        name = "notes"


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("html/tdf96499.html", "HTML"),
        ("html/x-newsletter.html", "HTML"),
        ("svg/chart.svg", "SVG"),
        ("svg/tdf123926.svg", "SVG"),
        ("ps/x-ok.ps", "PS"),
        ("eml/simple-embedded-message.eml", "EML"),
    ],
)
def test_text_that_is_written_for_a_program_is_what_it_says(document, path, label):
    assert recognise(document(path), "").label == label
    assert recognise(document(path), "exemple.txt").label == "TXT"


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("csv/x-semicolon-fr.csv", "CSV"),
        ("tsv/x-simple.tsv", "TSV"),
        ("wiki/bip-0341.wiki", "WIKI"),
        ("wpd/testWordPerfect_42.wpd", "WPD"),
    ],
)
def test_where_the_content_does_not_say_the_name_does(document, path, label):
    assert recognise(document(path), path).label == label


def test_content_over_name(document):
    path, label, name = "png/simple_image.png", "PNG", "photo.jpg"

    assert recognise(document(path), name).label == label


def test_old_word_has_its_own_filter(document):
    assert recognise(document("doc/Word6.doc"), "").office_filter == "MS WinWord 6.0"
    assert recognise(document("doc/test.doc"), "").office_filter == "MS Word 97"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("doc/PasswordProtected.doc", "encrypted"),
        ("pptx/encrypted.pptx", "encrypted"),
        ("xls/password.xls", "encrypted"),
        ("docx/x-random.docx", "unsupported"),
        ("msg/chinese-traditional.msg", "unsupported"),
        ("pdf/x-text-named.pdf", "unsupported"),
    ],
)
def test_what_is_refused(document, path, code):
    with pytest.raises(ConversionFailed) as caught:
        recognise(document(path), path)

    assert caught.value.code == code


def test_a_refusal_names_what_is_accepted(document):
    with pytest.raises(ConversionFailed) as caught:
        recognise(document("docx/x-random.docx"), "a.docx")

    for row in formats.FORMATS:
        assert row.label in caught.value.for_requester


@pytest.mark.parametrize("content", [b"", b"\r\n \t", b"\0" * 512])
def test_empty_is_refused(content):
    with pytest.raises(ConversionFailed) as caught:
        recognise(content, "fax.txt")

    assert caught.value.code == "empty"


def test_binary_that_claims_to_be_text_is_refused(document):
    with pytest.raises(ConversionFailed) as caught:
        recognise(document("swf/carsite.swf")[8:], "lettre.txt")

    assert caught.value.code == "unsupported"


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("msg/chinese-traditional.msg", "Outlook"),
        ("winmail.dat/christmas.tnef.dat", "winmail.dat"),
    ],
)
def test_what_is_not_read_is_named_with_a_way_out(document, path, named):
    with pytest.raises(ConversionFailed) as caught:
        recognise(document(path), "a.dat")

    assert named in caught.value.for_requester
    assert "PDF" in caught.value.for_requester


def test_markup_is_text_only_if_its_name_says_so():
    page = b"<html><body>Bonjour</body></html>"

    assert recognise(page, "exemple.txt") is formats.TXT
    assert recognise(page, "exemple.html") is formats.HTML


def docx(extra, *, members=0):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", extra)
        for number in range(members):
            archive.writestr(f"word/{number}", "")
    return out.getvalue()


def test_a_zip_bomb_is_refused():
    with pytest.raises(ConversionFailed) as caught:
        recognise(docx(b"\0" * 2_000_000), "a.docx")

    assert caught.value.code == "too-large"


def test_as_many_members_as_allowed_and_one_more():
    assert recognise(docx(b"<x/>", members=MAX_MEMBERS - 2), "") is formats.DOCX
    with pytest.raises(ConversionFailed) as caught:
        recognise(docx(b"<x/>", members=MAX_MEMBERS - 1), "")
    assert caught.value.code == "too-large"


HEADS = [b"", ole.MAGIC, b"PK\x03\x04", b"%PDF-1.4", b"II*\0", b"\xff\xd8\xff"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(HEADS), st.binary(max_size=2000), st.text(max_size=20))
def test_any_bytes_are_a_format_or_refused(head, rest, name):
    with contextlib.suppress(ConversionFailed):
        recognise(head + rest, name)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=64))
def test_any_damage_to_a_word_file_is_a_format_or_refused(document, at, damage):
    whole = document("doc/table-merges.doc")

    with contextlib.suppress(ConversionFailed):
        recognise(whole[:at] + damage + whole[at + len(damage) :], "a.doc")
