"""
What is faxed: documents, their pages as they will be printed, texts for each recipient.
"""

import html
import re
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.store import draft_documents, preparation
from ecofax_gateway.store.draft_documents import Fault
from tests.console.drafts import NUMBERS, add_numbers, begin, found, pdf, render, upload
from tests.site import OURS


async def test_documents_are_added_moved_and_taken_out(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf", "b.pdf")
    await upload(ours, ref, "c.pdf")
    path = f"/campaigns/{ref}/edit/document"
    ids = [each.id for each in await desk.db.read(preparation.documents, ref)]

    await ours.post(f"{path}/up", {"document": ids[2]})
    await ours.post(f"{path}/remove", {"document": ids[0]})

    assert (await found(desk, ref)).names == ("c.pdf", "b.pdf")
    shown = (await ours.get(path)).text
    assert shown.index("c.pdf") < shown.index("b.pdf")


async def test_a_large_document_goes_to_the_spool_and_leaves_no_upload(ours, desk):
    ref = await begin(ours)
    large = pdf() + b"%" * 600_000

    answer = await ours.post(
        f"/campaigns/{ref}/edit/document",
        {"quality": "premium"},
        files=[("files", ("C:\\scans\\gros.pdf", large, "application/pdf"))],
    )

    [document] = await desk.db.read(preparation.documents, ref)
    assert answer.status_code == 303
    assert (document.name, document.size) == ("gros.pdf", len(large))
    content = await desk.db.read(preparation.document_bytes, document.id)
    assert content == large
    assert list(desk.uploads.iterdir()) == []


async def test_an_empty_file_is_refused_and_nothing_is_lost(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf")

    answer = await ours.post(
        f"/campaigns/{ref}/edit/document",
        {"quality": "best", "cover": "yes", "subject": "Devis"},
        files=[("files", ("b.pdf", b"", "application/pdf"))],
    )

    assert answer.status_code == 422
    assert "Ce fichier est vide." in answer.text
    assert 'value="Devis"' in answer.text
    assert (await found(desk, ref)).names == ("a.pdf",)


async def test_the_quality_and_the_cover_page_are_kept(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf")

    answer = await upload(
        ours,
        ref,
        quality="best",
        cover="yes",
        subject="Devis",
        text="Bonjour",
        then="next",
    )

    assert answer.headers["location"] == f"/campaigns/{ref}/edit/recipients"
    assert (await found(desk, ref)).quality is Quality.BEST
    roles = [str(each.role) for each in await desk.db.read(preparation.documents, ref)]
    assert roles == ["cover", "attached"]
    shown = (await ours.get(f"/campaigns/{ref}/edit/document")).text
    assert 'value="Devis"' in shown
    assert "Bonjour</textarea>" in shown


async def test_two_people_at_one_draft_lose_no_document(ours, new_browser, desk):
    other = new_browser()
    await other.log_in(OURS)
    ref = await begin(ours)
    for browser in (ours, other):
        await browser.get(f"/campaigns/{ref}/edit/document")

    await upload(ours, ref, "a.pdf")
    await upload(other, ref, "b.pdf")

    assert (await found(desk, ref)).names == ("a.pdf", "b.pdf")


async def test_pages_are_waited_for_then_shown_as_they_will_be_printed(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf")
    path = f"/campaigns/{ref}/edit/document"
    waiting = (await ours.get(path)).text
    part = (await ours.get(path, headers={"hx-request": "true"})).text

    await render(desk, ref)
    shown = (await ours.get(path)).text

    assert "Les pages sont en cours de fabrication." in waiting
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part
    assert "hx-trigger" not in shown
    assert f"/campaigns/{ref}/pages/2.png" in shown
    assert f"/campaigns/{ref}/pages/3.png" not in shown


@pytest.mark.parametrize("quality", list(Quality))
async def test_a_page_is_shown_pixel_by_pixel_in_the_shape_of_paper(
    ours, desk, quality
):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf", quality=quality)
    await render(desk, ref)

    answer = await ours.get(f"/campaigns/{ref}/pages/1.png")
    small = await ours.get(f"/campaigns/{ref}/pages/1.png?size=small")

    picture = Image.open(BytesIO(answer.content))
    width, height = picture.size
    assert answer.headers["content-type"] == "image/png"
    assert picture.mode == "1"
    assert width % 1728 == 0
    assert height / width == pytest.approx(297 / 215, abs=0.001)
    line = np.asarray(picture)[height // 2 - 40 : height // 2 + 40]
    scale = width // 1728
    assert (~line).sum(axis=1).max() == 700 * scale
    assert Image.open(BytesIO(small.content)).size == (540, 746)


async def test_there_is_no_picture_of_no_page(ours, theirs, desk):
    ref = await begin(ours)
    path = f"/campaigns/{ref}/pages"
    await upload(ours, ref, "a.pdf")
    early = await ours.get(f"{path}/1.png")
    await render(desk, ref)

    assert early.status_code == 404
    assert (await ours.get(f"{path}/3.png")).status_code == 404
    assert (await ours.get(f"{path}/1.png?recipient=9")).status_code == 404
    assert (await theirs.get(f"{path}/1.png")).status_code == 404


async def test_why_a_document_cannot_be_printed_is_said_in_both_languages(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf")
    fault = Fault(document="a.pdf", code="damaged", sentence="Le document est abîmé.")
    await desk.db.tx(draft_documents.note_faults, ref, [fault])

    french = (await ours.get(f"/campaigns/{ref}/edit/document")).text
    await ours.http.post("/language", data={"tongue": "en"})
    english = (await ours.get(f"/campaigns/{ref}/edit/document")).text

    assert "Le document est abîmé." in french
    assert "hx-trigger" not in french
    assert "The document is damaged." in english


async def test_a_table_among_the_documents_is_asked_about(ours):
    ref = await begin(ours)
    await upload(ours, ref, "Clients.CSV")

    shown = html.unescape((await ours.get(f"/campaigns/{ref}/edit/document")).text)

    assert "« Clients.CSV » est un tableau, et sera faxé." in shown


async def test_what_is_hard_to_read_is_said(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf")
    remark = "« a.pdf » : La page 2 est blanche."
    await desk.db.tx(
        preparation.release, ref, page_count=2, warnings=[remark], now=desk.clock()
    )

    assert remark in (await ours.get(f"/campaigns/{ref}/edit/document")).text
    await ours.http.post("/language", data={"tongue": "en"})
    assert "Page 2 is blank." in (await ours.get(f"/campaigns/{ref}/edit/check")).text


def picture_in(answer):
    """The address of the page that is shown."""
    return html.unescape(re.search(r'<img class="paper" src="([^"]+)"', answer.text)[1])


async def test_fields_are_written_on_the_pages_of_each_recipient(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf")
    await render(desk, ref)
    first = {NUMBERS[0]: {"Prénom": "Anne"}, NUMBERS[1]: {"Prénom": "Maximilien"}}
    await add_numbers(desk, ref, **first)
    plain = (await ours.get(f"/campaigns/{ref}/pages/1.png?recipient=1")).content
    before = picture_in(await ours.get(f"/campaigns/{ref}/edit/fields"))

    answer = await ours.post(
        f"/campaigns/{ref}/edit/fields",
        {"kind-0": "text", "page-0": "1", "x-0": "25", "y-0": "52,5", "size-0": "12",
         "text-0": "À l'attention de [PRENOM]", "text-1": ""},
    )  # fmt: skip

    pictures = [
        (await ours.get(f"/campaigns/{ref}/pages/1.png?recipient={n}")).content
        for n in (1, 2)
    ]
    assert answer.headers["location"].endswith("/edit/fields?done=saved")
    assert len({plain, *pictures}) == 3
    # A browser that keeps a picture asks for another one now.
    after = picture_in(await ours.get(f"/campaigns/{ref}/edit/fields"))
    assert after != before
    kept = [(await ours.get(path)).headers["cache-control"] for path in (before, after)]
    assert kept == ["private, max-age=300"] * 2
    shown = (await ours.get(f"/campaigns/{ref}/edit/fields")).text
    assert 'value="52.5"' in shown
    assert "Prénom" in shown


async def test_a_place_off_the_page_is_told_by_its_row(ours, desk):
    ref = await begin(ours)
    form = {"kind-0": "text", "page-0": "1", "x-0": "900", "y-0": "5", "text-0": "x",
            "kind-1": "qr", "page-1": "1", "x-1": "left", "y-1": "5", "text-1": "y"}  # fmt: skip

    answer = await ours.post(f"/campaigns/{ref}/edit/fields", form)

    assert answer.status_code == 422
    assert "Ligne 1 : cette place sort de la page" in answer.text
    assert "Ligne 2 : écrivez des nombres" in answer.text
    assert 'value="left"' in answer.text
