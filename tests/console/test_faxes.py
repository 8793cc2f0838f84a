"""
« Fax »: the history, one fax, its pages, its proof, and what may be done with it.
"""

import io
import re

import pytest
from PIL import Image
from pypdf import PdfReader

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.store import campaigns, faxes
from tests.console.office import BROKEN_OFF, BUSY, DELIVERED, NUMBER, PAGES
from tests.site import THEIRS

OTHER = "+33972101011"


def refs(answer):
    return re.findall(r'<th scope="row"><a href="/faxes/([^"]+)"', answer.text)


@pytest.fixture
async def past(office, site_clock):
    """One fax that arrived yesterday, and one that failed today."""
    site_clock.forward(days=-1)
    sent = await office.called(DELIVERED)
    site_clock.forward(days=1)
    failed = await office.called(BUSY, number=OTHER)
    return sent, failed


async def test_faxes_are_found(ours, past):
    for query, places in (
        ("", [1, 0]),
        ("?q=09 72 10 10 11", [1]),
        ("?q=DEVIS", [1, 0]),
        ("?q=lettre", []),
        (f"?q={past[1].lower()}", [1]),
        (f"?q={past[1]}-1", [1]),
        ("?state=sent", [0]),
        ("?since=2026-11-23", [1]),
        ("?until=2026-11-22", [0]),
        ("?since=tomorrow&state=x", [1, 0]),
    ):
        answer = await ours.get(f"/faxes{query}")
        assert refs(answer) == [past[place] for place in places], query


async def test_htmx_gets_the_list_alone(ours, past):
    part = await ours.get("/faxes", headers={"hx-request": "true"})

    assert "<html" not in part.text
    assert len(refs(part)) == 2


async def test_the_list_says_why_a_fax_failed(ours, past):
    assert "La ligne du destinataire était occupée." in (await ours.get("/faxes")).text


async def test_a_fax_tells_what_happened_in_a_sentence_and_by_calls(ours, past):
    sent, failed = [await ours.get(f"/faxes/{ref}") for ref in past]

    assert "a confirmé avoir reçu toutes les pages" in sent.text
    assert "La ligne du destinataire était occupée." in failed.text
    assert "Appel 1" in failed.text
    assert "anne@example.net" in failed.text


async def test_who_follows_a_fax_gets_the_whole_page_when_it_is_over(
    ours, office, past
):
    follows = {"hx-request": "true"}
    live = await ours.get(f"/faxes/{await office.queued()}", headers=follows)
    over = await ours.get(f"/faxes/{past[1]}", headers=follows)

    assert "hx-refresh" not in live.headers
    assert "every 3s" in live.text
    assert over.headers["hx-refresh"] == "true"
    assert "every 3s" not in over.text


async def test_a_fax_of_another_line_does_not_exist(theirs, past):
    for path in ("", "/pages/1.png", "/proof.pdf", "/resend"):
        assert (await theirs.get(f"/faxes/{past[0]}{path}")).status_code == 404, path


async def test_nothing_of_another_line_is_changed(theirs, office):
    ref = await office.queued()

    answer = await theirs.post(f"/faxes/{ref}/cancel")

    assert answer.status_code == 404
    assert await office.state(ref) is FaxState.QUEUED


async def test_an_operator_sees_the_faxes_of_all_lines(marie, office, past):
    another = await office.queued(line=THEIRS)

    assert refs(await marie.get("/faxes")) == [another, *past[::-1]]


@pytest.mark.parametrize("end", [DELIVERED, None], ids=["as-sent", "before-the-call"])
async def test_a_page_is_shown_pixel_by_pixel(ours, office, end):
    ref = await (office.called(end) if end else office.queued())

    answer = await ours.get(f"/faxes/{ref}/pages/2.png")

    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (1728, 2286)
        assert picture.mode == "1"
        assert (picture.getpixel((500, 1000)), picture.getpixel((1000, 1000))) == (
            0,
            255,
        )


async def test_there_is_no_page_that_a_fax_has_not(ours, past):
    for page in ("0", "3", "x", "99999"):
        answer = await ours.get(f"/faxes/{past[0]}/pages/{page}.png")
        assert answer.status_code in (404, 422), page


async def test_the_proof_has_every_confirmed_page(ours, past):
    answer = await ours.get(f"/faxes/{past[0]}/proof.pdf")

    assert len(PdfReader(io.BytesIO(answer.content)).pages) == PAGES
    assert answer.headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("end", [BUSY, BROKEN_OFF], ids=["failed", "unknown"])
async def test_there_is_no_proof_of_what_did_not_arrive(ours, office, end):
    ref = await office.called(end)

    assert (await ours.get(f"/faxes/{ref}/proof.pdf")).status_code == 404
    assert "proof.pdf" not in (await ours.get(f"/faxes/{ref}")).text


async def test_a_fax_is_cancelled_after_a_question(ours, office):
    ref = await office.queued()

    asked = await ours.get(f"/faxes/{ref}/cancel")
    still = await office.state(ref)
    answer = await ours.post(f"/faxes/{ref}/cancel")

    assert "Annuler ce fax ?" in asked.text
    assert still is FaxState.QUEUED
    assert answer.headers["location"] == f"/faxes/{ref}?done=cancel"
    assert await office.state(ref) is FaxState.CANCELLED


@pytest.mark.parametrize("end", [DELIVERED, BUSY], ids=["sent", "failed"])
async def test_a_fax_is_sent_again_as_a_new_one(ours, office, end):
    ref = await office.called(end)

    answer = await ours.post(f"/faxes/{ref}/resend")
    new = answer.headers["location"].split("/")[2].partition("?")[0]

    assert (await office.fax(new)).number == NUMBER
    assert await office.state(new) is not FaxState.HELD
    assert (await ours.get(answer.headers["location"])).status_code == 200


async def test_a_repeat_is_held_until_somebody_says_that_it_is_meant(ours, office):
    await office.called(DELIVERED)
    ref = await office.queued()
    held = await office.state(ref)

    await ours.post(f"/faxes/{ref}/release")

    assert held is FaxState.HELD
    assert await office.state(ref) is FaxState.QUEUED


@pytest.mark.parametrize("state", [FaxState.SENT, FaxState.FAILED])
async def test_a_person_decides_what_an_unknown_fax_is_taken_for(ours, office, state):
    ref = await office.called(BROKEN_OFF)
    await office.after_the_call()

    answer = await ours.post(f"/faxes/{ref}/{state}")
    shown = await ours.get(answer.headers["location"])

    campaign = await office.desk.db.read(campaigns.get, ref)
    assert await office.state(ref) is state
    assert campaign.counts == {state: 1}
    # On a person's word, not on the far end's: there is no proof.
    assert "proof.pdf" not in shown.text


async def test_nothing_is_decided_while_the_call_may_still_stand(ours, office):
    ref = await office.called(BROKEN_OFF)

    answer = await ours.post(f"/faxes/{ref}/sent")

    assert answer.status_code == 409
    assert "réessayez dans deux" in answer.text
    assert await office.state(ref) is FaxState.UNKNOWN


async def test_what_is_over_stays_as_it_is(ours, past):
    for action in ("cancel", "release", "sent", "failed"):
        path = f"/faxes/{past[0]}/{action}"
        assert (await ours.get(path)).status_code == 409, action
        assert (await ours.post(path)).status_code == 409, action


async def test_a_number_of_a_draft_is_no_fax_yet(ours, shelf, desk):
    ref = await shelf.draft("Vœux", 2)
    [first, _] = await desk.db.read(faxes.listing, campaign_ref=ref)

    assert (await ours.get(f"/faxes/{first.ref}")).status_code == 404
