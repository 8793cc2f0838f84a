"""
What a campaign says to each recipient, by the API.
"""

import pytest

from ecofax_gateway.domain.document import DocumentRole
from ecofax_gateway.store import preparation
from tests.api.test_campaign_routes import NEW, made
from tests.console import drafts

COVER = {"subject": "Nos voeux", "text": "Madame,\n\nà bientôt."}
NAME = {"page": 1, "x": 25, "y": 52, "text": "À l'attention de [NOM|vous]"}
LINK = {"page": "last", "x": 170, "y": 255, "text": "https://example.org", "size": 25}
OVERLAY = {"text": [NAME], "qr": [LINK]}


async def roles(desk, reference):
    documents = await desk.db.read(preparation.documents, reference)
    return [each.role for each in documents]


async def test_a_campaign_is_made_with_a_cover_page_and_places(program, desk):
    reference = (await made(program, cover=COVER, overlay=OVERLAY))["reference"]
    merge = (await program.get(f"/campaigns/{reference}/merge")).json()

    assert merge["cover"] == COVER
    [text], [code] = merge["overlay"]["text"], merge["overlay"]["qr"]
    assert NAME.items() <= text.items()
    assert (text["size"], text["font"], text["width"]) == (11, "sans", 175)
    assert code == LINK
    assert await roles(desk, reference) == [DocumentRole.COVER, DocumentRole.ATTACHED]


async def test_what_was_read_may_be_written_again(program, desk):
    path = f"/campaigns/{(await made(program, overlay=OVERLAY))['reference']}/merge"
    merge = (await program.get(path)).json()
    answer = await program("PUT", path, json=merge)

    assert (answer.status_code, answer.json()) == (200, merge)


async def test_what_is_said_is_changed_and_taken_away(program, desk):
    reference = (await made(program))["reference"]
    path = f"/campaigns/{reference}/merge"
    said = await program("PUT", path, json={"cover": COVER, "overlay": OVERLAY})
    with_cover = await roles(desk, reference)
    none = await program("PUT", path, json={})

    assert said.json()["cover"] == COVER
    assert DocumentRole.COVER in with_cover
    assert none.json() == {"cover": None, "overlay": {"text": [], "qr": []}}
    assert await roles(desk, reference) == [DocumentRole.ATTACHED]


async def test_fields_are_drawn_on_the_pages_of_each_recipient(program, desk):
    reference = (await made(program))["reference"]
    await drafts.render(desk, reference)
    picture = f"/campaigns/{reference}/pages/1.png?recipient=1"
    before = (await program.get(picture)).content
    body = {"overlay": {"text": [NAME]}}
    await program("PUT", f"/campaigns/{reference}/merge", json=body)

    assert (await program.get(picture)).content != before


async def test_a_campaign_that_was_launched_says_what_it_says(program):
    sent = await made(program, sendType="automatic", cover=COVER)
    path = f"/campaigns/{sent['reference']}/merge"
    answer = await program("PUT", path, json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "not-a-draft")
    assert (await program.get(path)).json()["cover"] == COVER


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"x": 300}, "invalid-request"),
        ({"page": 0}, "invalid-request"),
        ({"page": "first"}, "invalid-request"),
        ({"text": "\x1b"}, "invalid-request"),
        ({"x": 205}, "bad-overlay"),
    ],
)
async def test_a_place_that_is_none_leaves_nothing_behind(program, wrong, code):
    body = {**NEW, "overlay": {"text": [NAME | wrong]}}
    answer = await program.post("/campaigns", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await program.get("/campaigns")).json()["items"] == []
