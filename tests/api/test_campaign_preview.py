"""
A campaign before it leaves, by the API: its pages, and what it will take.
"""

from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.api.test_campaign_routes import made, render
from tests.console import drafts


async def test_pages_are_seen_before_the_launch(program, desk):
    path = f"/campaigns/{(await made(program))['reference']}"
    await drafts.render(desk, path.rpartition("/")[2])
    pdf = await program.get(f"{path}/preview.pdf?recipient=2")
    picture = await program.get(f"{path}/pages/2.png?recipient=2")
    tiff = await program.get(f"{path}/pages.tif?recipient=2")

    assert pdf.headers["content-type"] == "application/pdf"
    assert len(PdfReader(BytesIO(pdf.content)).pages) == 2
    with Image.open(BytesIO(tiff.content)) as pages:
        pages.seek(1)
        printed = pages.convert("1")
    with Image.open(BytesIO(picture.content)) as page:
        shown = page.convert("1")
    # Rows and columns are equally far apart in the picture, and not in the fax.
    stretched = printed.resize(shown.size, Image.Resampling.NEAREST)
    assert shown.tobytes() == stretched.tobytes()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("preview.pdf?recipient=3", "no-recipient"),
        ("pages/1.png?recipient=3", "no-recipient"),
        ("pages/3.png", "page-out-of-range"),
    ],
)
async def test_what_there_is_not_is_not_found(program, desk, asked, code):
    path = f"/campaigns/{(await made(program))['reference']}"
    await drafts.render(desk, path.rpartition("/")[2])
    answer = await program.get(f"{path}/{asked}")

    assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize("asked", ["preview.pdf", "pages/1.png", "pages.tif"])
async def test_pages_that_are_being_made_are_to_come(program, asked):
    path = f"/campaigns/{(await made(program))['reference']}"
    answer = await program.get(f"{path}/{asked}")

    assert (answer.status_code, answer.json()["code"]) == (409, "no-pages")


async def test_a_draft_is_foreseen_once_its_pages_are_made(program, desk):
    reference = (await made(program))["reference"]
    before = (await program.get(f"/campaigns/{reference}/forecast")).json()
    await drafts.render(desk, reference)
    after = (await program.get(f"/campaigns/{reference}/forecast")).json()

    assert set(before.values()) == {None}
    assert after["calls"] == 2
    assert after["callDuration"] > 2 * 3
    assert after["duration"] >= after["callDuration"]
    assert after["endDate"] > "2026-11-23T09:00:00"
    assert after["cost"] is None, "the trunk has no price"


async def test_a_campaign_that_is_over_has_nobody_to_call(program, desk):
    reference = (await made(program, sendType="automatic"))["reference"]
    await render(desk, reference)
    under_way = (await program.get(f"/campaigns/{reference}/forecast")).json()
    await program.post(f"/campaigns/{reference}/stop")
    over = (await program.get(f"/campaigns/{reference}/forecast")).json()

    assert under_way["calls"] == 2
    assert under_way["endDate"] is not None
    assert set(over.values()) == {None}
