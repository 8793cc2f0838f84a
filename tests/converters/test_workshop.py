"""
Real documents through the whole workshop: sandbox, LibreOffice, Ghostscript, pages.
"""

import asyncio
import contextlib
import io
import os
import signal
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from converters import office as office_module
from converters.budget import Budget
from converters.contract import ConversionFailed, Limits
from converters.office import DOCUMENTS_PER_LIFE
from converters.process import tree
from converters.sheet import BAND_ROWS, ROWS
from converters.tiff_f import decode, encode, read
from converters.workshop import Workshop

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("path", "pages"),
    [
        ("pdf/openoffice.pdf", 1),
        ("pdf/160F-2019.pdf", 1),
        ("pdf/basicapi.pdf", 3),
        ("pdf/x-encrypted-owneronly.pdf", 1),
        ("odt/embedded-simple-2007.odt", 1),
        ("odt/tdf106702.odt", 2),
        ("doc/lorem-ipsum.doc", 2),
        ("doc/Word6.doc", 1),
        ("docx/sample.docx", 1),
        ("docx/FancyFoot.docx", 2),
        ("txt/x-fr-cp1252.txt", 1),
        ("txt/x-formfeed.txt", 3),
        ("jpg/flower2.jpg", 1),
        ("jpg/lorem-ipsum.im.jpg", 1),
        ("png/transparent.png", 1),
        ("png/exif_imagemagick_orientation.png", 1),
        ("tiff/multipage.tiff", 3),
        ("tiff/hopper_g4_500.tif", 1),
    ],
)
@pytest.mark.parametrize("dpi", [98])
async def test_real_documents(workshop, document, path, pages, dpi):
    rendered = await workshop.render(document(path), path, vertical_dpi=dpi)

    coded = read(rendered.tiff)
    assert rendered.pages == len(coded) == pages
    assert {(page.rows, page.vertical_dpi) for page in coded} == {(ROWS[dpi], dpi)}
    for ink in decode(rendered.tiff):
        assert not ink[: BAND_ROWS[dpi]].any()
        assert 0.0001 < ink.mean() < 0.6


@pytest.mark.parametrize("dpi", [196, 391])
@pytest.mark.parametrize("path", ["pdf/mixedfonts.pdf", "odt/lorem-ipsum.oo3.2.odt"])
async def test_resolutions_show_the_same_page(workshop, document, ink_box, path, dpi):
    coarse = await workshop.render(document(path), path, vertical_dpi=98)
    fine = await workshop.render(document(path), path, vertical_dpi=dpi)
    joined = ROWS[dpi] // ROWS[98]

    left, top, right, bottom = ink_box(fine.tiff)
    scaled = (left, top / joined, right, bottom / joined)
    assert scaled == pytest.approx(ink_box(coarse.tiff), abs=3)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("pdf/x-encrypted-user.pdf", "encrypted"),
        ("pdf/x-encrypted-rc4.pdf", "encrypted"),
        ("pdf/x-truncated.pdf", "damaged"),
        ("doc/PasswordProtected.doc", "encrypted"),
        ("odt/x-xxe.odt", "unreadable"),
        ("jpg/truncated_jpeg.jpg", "damaged"),
        ("png/x-bomb-20k-rgba.png", "too-large"),
        ("png/x-bomb-50k-1bit.png", "too-large"),
        ("tiff/x-1000pages.tiff", "too-many-pages"),
        ("tiff/crash-2020-10-test.tif", "damaged"),
        ("docx/x-random.docx", "unsupported"),
    ],
)
async def test_what_cannot_be_printed_says_why(workshop, document, path, code):
    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(document(path), path, vertical_dpi=98)

    assert caught.value.code == code
    assert caught.value.for_requester.endswith(".")
    assert "/" not in caught.value.for_requester


async def test_empty_is_refused(workshop):
    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(b"", "fax.pdf", vertical_dpi=98)

    assert caught.value.code == "empty"


async def test_a_protected_pdf_is_told_in_clear_french(workshop, document):
    with pytest.raises(ConversionFailed) as caught:
        await workshop.render(
            document("pdf/x-encrypted-user.pdf"), "a.pdf", vertical_dpi=98
        )

    assert caught.value.for_requester == (
        "Le fichier PDF est protégé par un mot de passe. Enregistrez-le sans mot de"
        " passe puis renvoyez-le."
    )


async def test_ghostscript_repairs_what_pdfium_cannot_open(workshop, document):
    """
    A PDF whose page tree pdfium does not find, as Ghostscript does.
    """
    whole = document("pdf/openoffice.pdf")
    broken = whole.replace(b"/Type/Pages", b"/Type/Pag\0s", 1)
    broken = broken[: broken.rindex(b"xref")]

    rendered = await workshop.render(broken, "a.pdf", vertical_dpi=98)

    assert rendered.pages == 1
    assert decode(rendered.tiff)[0].any()


@pytest.mark.parametrize(
    "path",
    ["pdf/webCapture.pdf", "docx/sample.docx", "txt/x-fr-utf-8.txt", "jpg/flower2.jpg"],
)
async def test_the_same_document_gives_the_same_bytes(workshop, document, path):
    first = await workshop.render(document(path), path, vertical_dpi=98)
    second = await workshop.render(document(path), path, vertical_dpi=98)

    assert first == second


async def test_every_charset_prints_the_same(workshop, document):
    pages = {
        (
            await workshop.render(
                document(f"txt/x-fr-{name}.txt"), "a.txt", vertical_dpi=98
            )
        ).tiff
        for name in ("utf-8", "utf-16", "utf-16-le", "cp1252")
    }

    assert len(pages) == 1


@pytest.mark.parametrize(
    "path", ["txt/x-fr-utf-8.txt", "csv/10test.csv", "pdf/rotated.pdf"]
)
async def test_ten_points_are_not_called_small(workshop, document, path):
    """Though fonts embedded in part say nothing of their height, and pages turn."""
    rendered = await workshop.render(document(path), path, vertical_dpi=98)

    assert rendered.warnings == ()


async def test_a_fax_page_is_kept_pixel_for_pixel(workshop):
    page = np.random.default_rng(3).random((1143, 1728)) < 0.02
    page[: BAND_ROWS[98]] = False
    tiff = encode([page], vertical_dpi=98)

    (same,) = decode((await workshop.render(tiff, "a.tif", vertical_dpi=98)).tiff)
    (finer,) = decode((await workshop.render(tiff, "a.tif", vertical_dpi=196)).tiff)

    assert np.array_equal(same, page)
    assert finer.shape == (2286, 1728)


async def test_a_fax_page_with_ink_on_top_shrinks_under_the_band(workshop, ink_box):
    page = np.zeros((1143, 1728), np.bool_)
    page[:, 20:1708] = True
    page[8:-8, 40:1688] = False

    rendered = await workshop.render(
        encode([page], vertical_dpi=98), "a.tif", vertical_dpi=98
    )

    left, top, right, bottom = ink_box(rendered.tiff)
    assert top == pytest.approx(BAND_ROWS[98], abs=1)
    # 215 mm of pixels shrink to 210 mm of paper.
    assert bottom == pytest.approx(18 + 1143 * 210 / 215, abs=4)
    assert 1600 < right - left < 1690


async def test_a_turned_camera_picture_is_turned_back(workshop, ink_box):
    picture = Image.new("L", (400, 200), 255)
    picture.paste(0, (0, 0, 100, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise by a quarter: the black left becomes the top
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)

    rendered = await workshop.render(out.getvalue(), "a.jpg", vertical_dpi=98)

    left, top, right, bottom = ink_box(rendered.tiff)
    wide_mm, tall_mm = (right - left) / 8.04, (bottom - top) / 3.85
    assert wide_mm == pytest.approx(2 * tall_mm, rel=0.1)


async def test_too_many_bytes_are_refused_before_any_work(opened):
    async with opened(file_bytes=10) as workshop:
        with pytest.raises(ConversionFailed) as caught:
            await workshop.render(b"x" * 11, "a.txt", vertical_dpi=98)

    assert caught.value.code == "too-large"


async def test_pages_up_to_the_limit_and_one_more(document, opened):
    content = document("tiff/multipage.tiff")

    async with opened(max_pages=3) as workshop:
        assert (await workshop.render(content, "", vertical_dpi=98)).pages == 3
    async with opened(max_pages=2) as workshop:
        with pytest.raises(ConversionFailed) as caught:
            await workshop.render(content, "", vertical_dpi=98)
    assert caught.value.code == "too-many-pages"
    assert "2 pages" in caught.value.for_requester


async def test_a_child_that_needs_too_much_memory_is_an_outcome(document, opened):
    picture = document("jpg/xmp_test.jpg")

    async with opened(memory_bytes=100 * 1024**2) as workshop:
        with pytest.raises(ConversionFailed):
            await workshop.render(picture, "a.jpg", vertical_dpi=391)


async def test_without_libreoffice_office_documents_are_refused(document, opened):
    letter = document("docx/sample.docx")

    async with opened() as workshop:
        with pytest.raises(ConversionFailed) as caught:
            await workshop.render(letter, "a.docx", vertical_dpi=98)

    assert caught.value.code == "office-unavailable"


def office_process(office):
    """
    The LibreOffice of this one, among all that other tests have running.
    """
    for pid in tree(office._child.pid):
        # One that is just ending may be gone before it is looked at.
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text() == "soffice.bin\n":
                return pid
    raise AssertionError("no LibreOffice of ours")


async def test_a_libreoffice_killed_while_idle_is_replaced(workshop, document):
    content = document("odt/embedded-simple-2007.odt")
    before = await workshop.render(content, "a.odt", vertical_dpi=98)
    os.kill(office_process(workshop._offices[0]), signal.SIGKILL)

    after = await workshop.render(content, "a.odt", vertical_dpi=98)

    assert after == before


async def test_a_libreoffice_killed_under_a_document_is_replaced(workshop, document):
    content = document("odt/ooo96040-2.odt")
    await workshop.render(document("docx/sample.docx"), "a.docx", vertical_dpi=98)
    busy = asyncio.Event()
    office = workshop._offices[0]
    victim = office_process(office)

    async def strike():
        await busy.wait()
        os.kill(victim, signal.SIGKILL)

    original = office._exchange

    async def watched(*arguments):
        exchange = asyncio.ensure_future(original(*arguments))
        await asyncio.sleep(0)  # the document is on its way
        busy.set()
        return await exchange

    office._exchange = watched
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(strike())
            converting = group.create_task(
                workshop.render(content, "a.odt", vertical_dpi=98)
            )
    finally:
        del office._exchange

    assert converting.result().pages == 12
    assert office_process(office) != victim


async def test_ten_orders_end_right_though_libreoffice_is_killed_and_stopped(
    workshop, document
):
    """
    One instance is killed in the middle of them, another one hangs.
    """
    paths = ["docx/sample.docx", "odt/embedded-simple-2007.odt"] * 5
    expected = {
        path: await workshop.render(document(path), path, vertical_dpi=98)
        for path in paths[:2]
    }
    office = workshop._offices[0]
    served = 0
    original = office._exchange

    async def struck(*arguments):
        nonlocal served
        served += 1
        if served in (3, 7):
            hit = signal.SIGKILL if served == 3 else signal.SIGSTOP
            os.kill(office_process(office), hit)
        return await original(*arguments)

    office._exchange = struck
    try:
        async with asyncio.timeout(120):
            made = await asyncio.gather(
                *(
                    workshop.render(document(path), path, vertical_dpi=98)
                    for path in paths
                )
            )
    finally:
        del office._exchange

    assert served == 12
    assert made == [expected[path] for path in paths]


async def test_a_grown_libreoffice_is_replaced(workshop, document, monkeypatch):
    content = document("odt/embedded-simple-2007.odt")
    await workshop.render(content, "a.odt", vertical_dpi=98)
    grown = office_process(workshop._offices[0])
    monkeypatch.setattr(office_module, "GROWN_BYTES", 10 * 1024**2)

    await workshop.render(content, "a.odt", vertical_dpi=98)
    monkeypatch.undo()
    await workshop.render(content, "a.odt", vertical_dpi=98)

    assert office_process(workshop._offices[0]) != grown


async def test_a_worn_out_libreoffice_is_replaced_between_documents(workshop, document):
    content = document("odt/embedded-simple-2007.odt")
    await workshop.render(content, "a.odt", vertical_dpi=98)
    worn_out = office_process(workshop._offices[0])
    workshop._offices[0]._served = DOCUMENTS_PER_LIFE

    await workshop.render(content, "a.odt", vertical_dpi=98)
    await workshop.render(content, "a.odt", vertical_dpi=98)

    assert office_process(workshop._offices[0]) != worn_out


async def test_a_slow_document_is_given_up_and_the_next_one_served(document, tmp_path):
    workshop = Workshop(folder=tmp_path, limits=Limits(seconds=3))
    await workshop.start()
    try:
        with pytest.raises(ConversionFailed) as caught:
            await workshop.render(
                document("docx/x-2000pages.docx"), "a.docx", vertical_dpi=98
            )
        workshop._limits = Limits()  # three seconds may be few for a busy machine
        served = await workshop.render(
            document("docx/sample.docx"), "b.docx", vertical_dpi=98
        )
    finally:
        await workshop.close()

    assert caught.value.code == "too-slow"
    assert served.pages == 1


async def test_a_document_that_grows_is_refused_and_the_next_one_served(
    document, tmp_path
):
    """A table of a thousand bytes that stands for millions of cells."""
    limits = Limits(memory_bytes=640 * 1024**2, seconds=300)
    workshop = Workshop(folder=tmp_path, limits=limits)
    await workshop.start()
    try:
        with pytest.raises(ConversionFailed) as caught:
            await workshop.render(
                document("ods/x-bomb-rows.ods"), "a.ods", vertical_dpi=98
            )
        served = await workshop.render(
            document("docx/sample.docx"), "b.docx", vertical_dpi=98
        )
    finally:
        await workshop.close()

    assert caught.value.code == "too-large"
    assert served.pages == 1


async def test_what_one_step_spent_the_next_has_not():
    """All parts of an archive together have the time of one document."""
    budget = Budget(0.05)

    with pytest.raises(TimeoutError):
        async with budget.spend():
            await asyncio.Event().wait()

    assert budget.left <= 0
    with pytest.raises(TimeoutError):
        async with budget.spend():
            await asyncio.Event().wait()


async def test_nothing_is_fetched_from_the_network(workshop, document):
    """
    A document that links to a picture on this machine's loopback.
    """
    asked = asyncio.Event()
    server = await asyncio.start_server(
        lambda reader, writer: (asked.set(), writer.close()), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(document("docx/x-ssrf-image.docx"))) as source,
        zipfile.ZipFile(out, "w") as target,
    ):
        for member in source.infolist():
            content = source.read(member)
            if member.filename.endswith(".rels"):
                content = content.replace(
                    b'Target="http://', f'Target="http://127.0.0.1:{port}/'.encode()
                )
            target.writestr(member.filename, content)

    rendered = await workshop.render(out.getvalue(), "a.docx", vertical_dpi=98)
    server.close()
    await server.wait_closed()

    assert rendered.pages == 1
    assert not asked.is_set()


def files_in(folder):
    return list(folder.iterdir())


async def test_close_leaves_no_child_behind(document, tmp_path):
    workshop = Workshop(folder=tmp_path)
    await workshop.start()
    await workshop.render(document("docx/sample.docx"), "a.docx", vertical_dpi=98)
    children = {office._child.pid for office in workshop._offices}

    await workshop.close()
    await workshop.close()

    assert children
    for pid in children:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert files_in(tmp_path) == []
