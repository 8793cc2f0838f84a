"""
« Envoyer un fax »: the form, what it makes of what is typed, what it says is wrong.
"""

import pytest

from ecofax_gateway.domain.document import DocumentRole, Quality
from ecofax_gateway.store import campaigns, faxes, preparation
from tests.site import OURS, THEIRS

LETTER = {"documents": ("lettre.pdf", b"%PDF-1.4 a letter", "application/pdf")}


async def send(browser, files=LETTER, **typed):
    form = {"numbers": "09 72 10 10 10", "when": "now", **typed}
    return await browser.post("/faxes/new", form, files=files)


async def made(desk):
    [campaign] = await desk.db.read(campaigns.listing)
    return campaign


async def test_a_fax_is_sent_by_one_form(ours, desk):
    answer = await send(ours)

    campaign = await made(desk)
    fax = await desk.db.read(faxes.get, campaign.ref)
    assert answer.headers["location"] == f"/faxes/{campaign.ref}?done=ordered"
    assert (campaign.line, campaign.names) == (OURS, ("lettre.pdf",))
    assert fax.number == "+33972101010"
    shown = await ours.get(answer.headers["location"])
    assert "Votre fax est pris en compte." in shown.text


async def test_several_numbers_are_a_campaign(ours, desk):
    answer = await send(ours, numbers="09 72 10 10 10\n0972101011, 09.72.10.10.10")

    campaign = await made(desk)
    numbers = await desk.db.read(faxes.listing, campaign_ref=campaign.ref)
    assert answer.headers["location"].startswith(f"/campaigns/{campaign.ref}")
    assert [fax.number for fax in numbers] == ["+33972101010", "+33972101011"]


async def test_quality_time_and_cover_page_are_as_wished(ours, desk):
    await send(
        ours,
        quality="best",
        when="planned",
        due="2026-11-24T15:15",
        cover="yes",
        cover_name="Mme Durand",
    )

    campaign = await made(desk)
    documents = await desk.db.read(preparation.documents, campaign.ref)
    assert campaign.quality is Quality.BEST
    assert campaign.due_at.isoformat() == "2026-11-24T14:15:00+00:00"
    assert [each.role for each in documents] == [
        DocumentRole.COVER,
        DocumentRole.ATTACHED,
    ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"numbers": ""}, "Indiquez le numéro de fax du destinataire."),
        (
            {"numbers": "O972101010"},
            "Ce n&#39;est pas un numéro de fax : « O972101010 »",
        ),
        ({"numbers": "+44 20 7946 0000"}, "est surtaxé ou étranger"),
        ({"files": None}, "Choisissez le document à faxer."),
        ({"when": "planned"}, "Indiquez un jour et une heure"),
        (
            {"when": "planned", "due": "2026-11-23T09:00"},
            "Cette date est déjà passée.",
        ),
    ],
    ids=["no-number", "letters", "restricted", "no-document", "no-date", "past"],
)
async def test_the_form_comes_back_with_what_is_wrong(ours, desk, typed, sentence):
    answer = await send(ours, **{"cover_subject": "Devis & plans", **typed})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'role="alert"' in answer.text
    assert "Devis &amp; plans" in answer.text
    assert await desk.db.read(campaigns.listing) == []


async def test_a_document_that_was_given_is_asked_for_again(ours):
    answer = await send(ours, numbers="12")

    assert "Choisissez de nouveau le document" in answer.text


async def test_a_line_sends_for_itself_whatever_the_form_says(ours, desk):
    await send(ours, line=THEIRS)

    assert (await made(desk)).line == OURS


async def test_an_operator_sends_for_a_line(marie, desk):
    await send(marie, line=THEIRS)

    assert (await made(desk)).line == THEIRS


async def test_a_form_of_another_site_sends_nothing(ours, desk):
    answer = await ours.http.post(
        "/faxes/new", data={"numbers": "0972101010", "csrf": "x"}, files=LETTER
    )

    assert answer.status_code == 403
    assert await desk.db.read(campaigns.listing) == []
