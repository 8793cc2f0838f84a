"""
The steps of a new campaign, from its name to its launch.
"""

import re
from datetime import UTC, datetime, time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter

from converters.tiff_f import encode
from ecofax_gateway.domain.campaign import Canary, Relation, SendType
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.window import Window
from ecofax_gateway.pipeline import campaigns, drafting
from ecofax_gateway.store import (
    draft_documents,
    drafts,
    preparation,
    schedules,
)
from ecofax_gateway.store.draft_documents import Fault
from ecofax_gateway.store.drafts import Changes
from ecofax_gateway.store.states import CampaignState
from tests.site import OURS, THEIRS

STEPS = ("general", "document", "fields", "sending", "check")
NUMBERS = ("+33972101010", "+33972101011")


def pdf(pages=1):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def files(*names):
    return [
        ("files", (name, pdf() + name.encode(), "application/pdf")) for name in names
    ]


def tiff(dpi, pages=2):
    """Pages with one black line each, the first at another place than the second."""
    rows = {98: 1143, 196: 2286, 391: 4572}[dpi]
    inks = []
    for number in range(pages):
        ink = np.zeros((rows, 1728), np.bool_)
        ink[rows // 2 + number * 20, 200:900] = True
        inks.append(ink)
    return encode(inks, vertical_dpi=dpi)


async def begin(browser, **fields):
    """Begin a draft; its reference."""
    form = {"name": "Vœux", "kind": "real", **fields}
    answer = await browser.post("/campaigns/new", form)
    assert answer.status_code == 303, answer.text
    return re.fullmatch(r"/campaigns/(\w+)/edit/document", answer.headers["location"])[
        1
    ]


async def upload(browser, ref, *names, **fields):
    form = {"quality": "premium", "then": "stay", **fields}
    path = f"/campaigns/{ref}/edit/document"
    return await browser.post(path, form, files=files(*names))


async def render(desk, ref):
    """Make its pages: two for each document."""
    campaign = await desk.db.read(campaigns.found, ref)
    dpi = campaign.quality.vertical_dpi
    documents = await desk.db.read(preparation.documents, ref)
    content = await desk.db.keep(tiff(dpi))
    for each in documents:
        await desk.db.tx(
            preparation.rendered, each.sha256, dpi, content, count=2, now=desk.clock()
        )
    await desk.db.tx(
        preparation.release, ref, page_count=2 * len(documents), now=desk.clock()
    )


async def add_numbers(desk, ref, numbers=NUMBERS, **fields):
    await desk.db.tx(drafts.edit, ref, Changes(expected=len(numbers)), now=desk.clock())
    await desk.db.tx(
        drafts.add_numbers,
        ref,
        numbers,
        trunk="main",
        first=1,
        fields=fields or None,
        now=desk.clock(),
    )


async def found(desk, ref):
    return await desk.db.read(campaigns.found, ref)


async def complete(browser, desk, **fields):
    """A draft that lacks nothing."""
    ref = await begin(browser, **fields)
    await upload(browser, ref, "a.pdf")
    await render(desk, ref)
    await add_numbers(desk, ref)
    await send_by(browser, ref, send_type="automatic")
    return ref


async def send_by(browser, ref, **fields):
    return await browser.post(f"/campaigns/{ref}/edit/sending", fields)


async def test_a_campaign_begins_as_a_quiet_draft(ours, desk):
    ref = await begin(ours, name="  Vœux 2027 ")

    draft = await found(desk, ref)
    assert (draft.name, draft.line, draft.launched_at) == ("Vœux 2027", OURS, None)
    assert draft.quality is Quality.PREMIUM
    assert draft.names == ()


async def test_a_campaign_needs_a_name(ours):
    for name in (" ", "x" * 101):
        answer = await ours.post("/campaigns/new", {"name": name})

        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.text
        assert 'role="alert"' in answer.text


async def test_an_operator_chooses_the_line(marie, desk):
    ref = await begin(marie, line=THEIRS)

    assert (await found(desk, ref)).line == THEIRS
    refused = await marie.post("/campaigns/new", {"name": "x", "line": "+33100000000"})
    assert refused.status_code == 404


async def test_nobody_begins_a_campaign_for_another_line(ours, desk):
    ref = await begin(ours, line=THEIRS)

    assert (await found(desk, ref)).line == OURS


@pytest.mark.parametrize(
    ("kind", "relation", "needs_proof"),
    [("real", None, False), ("proved", None, True), ("proof", Relation.PROOF, False)],
)
async def test_a_campaign_is_real_or_a_proof(ours, desk, kind, relation, needs_proof):
    begun, changed = await begin(ours, kind=kind), await begin(ours)
    form = {"name": "Autre", "kind": kind}
    await ours.post(f"/campaigns/{changed}/edit/general", form)

    for ref in (begun, changed):
        draft = await found(desk, ref)
        assert (draft.relation, draft.needs_proof) == (relation, needs_proof)
        shown = await ours.get(f"/campaigns/{ref}/edit/general")
        assert re.search(f'value="{kind}" checked', shown.text)


async def test_a_campaign_takes_the_settings_of_an_earlier_one(ours, desk):
    earlier = await complete(ours, desk, name="Hiver")
    await ours.post(f"/campaigns/{earlier}/launch")

    ref = await begin(ours, name="Printemps", earlier=earlier)

    draft = await found(desk, ref)
    assert (draft.name, draft.names, sum(draft.counts.values())) == (
        "Printemps",
        ("a.pdf",),
        2,
    )


async def test_the_settings_of_another_line_are_not_taken(ours, theirs, desk):
    earlier = await complete(theirs, desk)

    answer = await ours.post("/campaigns/new", {"name": "x", "earlier": earlier})

    assert answer.status_code == 404
    assert earlier not in (await ours.get("/campaigns/new")).text


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


async def test_fields_are_written_on_the_pages_of_each_recipient(ours, desk):
    ref = await begin(ours)
    await upload(ours, ref, "a.pdf")
    await render(desk, ref)
    first = {NUMBERS[0]: {"Prénom": "Anne"}, NUMBERS[1]: {"Prénom": "Maximilien"}}
    await add_numbers(desk, ref, **first)
    plain = (await ours.get(f"/campaigns/{ref}/pages/1.png?recipient=1")).content

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


async def test_how_it_leaves_is_kept(ours, desk):
    ref = await begin(ours)
    answer = await send_by(
        ours, ref, send_type="scheduled", day="2026-12-01", hour="10:30", limited="yes",
        days=["1", "2"], opens="08:30", closes="19:00", holidays="yes", spread="1,5",
        pace="30", canary="yes", canary_size="20", canary_percent="10",
        address="anne@example.net", then="next",
    )  # fmt: skip

    draft = await found(desk, ref)
    window = Window.from_json(draft.window)
    assert answer.headers["location"] == f"/campaigns/{ref}/edit/check"
    assert draft.send_type is SendType.SCHEDULED
    assert draft.due_at == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    assert (window.days, window.opens, window.closes, window.country) == (
        {1, 2},
        time(8, 30),
        time(19),
        "FR",
    )
    assert (draft.spread_s, draft.pace, draft.canary) == (5400, 30, Canary(20, 10))
    assert draft.requester.address == "anne@example.net"


async def test_what_is_emptied_is_forgotten(ours, desk):
    ref = await begin(ours)
    await send_by(
        ours, ref, send_type="scheduled", day="2026-12-01", hour="10:30", limited="yes",
        days=["1"], opens="08:30", closes="19:00", pace="30", spread="2", canary="yes",
        canary_size="20", canary_percent="10", address="anne@example.net",
    )  # fmt: skip

    await send_by(ours, ref, send_type="manual", opens="08:30", closes="19:00")

    draft = await found(desk, ref)
    assert draft.send_type is SendType.MANUAL
    kept = (draft.due_at, draft.window, draft.pace, draft.spread_s, draft.canary)
    assert kept == (None,) * 5
    assert draft.requester.address is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choisissez quand la campagne part."),
        ({"send_type": "scheduled"}, "Indiquez le jour"),
        ({"send_type": "scheduled", "day": "2026-12-01"}, "Indiquez l&#39;heure"),
        (
            {"send_type": "scheduled", "day": "2026-02-30", "hour": "10:00"},
            "Cette date n&#39;existe pas",
        ),
        (
            {"send_type": "scheduled", "day": "2026-11-23", "hour": "09:59"},
            "Cette date est déjà passée.",
        ),
        ({"send_type": "manual", "limited": "yes"}, "au moins un jour"),
        (
            {"send_type": "manual", "limited": "yes", "days": "1", "opens": "x"},
            "Écrivez une heure",
        ),
        ({"send_type": "manual", "pace": "-1"}, "plus grand que 0"),
        ({"send_type": "manual", "spread": "beaucoup"}, "plus grand que 0"),
        ({"send_type": "manual", "canary": "yes", "canary_size": "0"}, "pourcentage"),
        ({"send_type": "manual", "address": "anne"}, "pas une adresse"),
    ],
)
async def test_a_mistake_is_told_and_what_was_typed_stays(ours, desk, fields, told):
    ref = await begin(ours)

    answer = await send_by(ours, ref, **fields)

    assert answer.status_code == 422
    assert told in answer.text
    assert (await found(desk, ref)).send_type is None
    for name in ("day", "hour", "pace", "spread", "address"):
        if fields.get(name):
            assert f'value="{fields[name]}"' in answer.text


@pytest.mark.parametrize(
    ("day", "hour", "now", "at", "told"),
    [
        ("2027-03-28", "02:30", (2027, 3, 1), (2027, 3, 28, 1, 30), "n&#39;existe pas"),
        ("2027-10-31", "02:30", (2027, 10, 1), (2027, 10, 31, 0, 30), "deux fois"),
    ],
)
async def test_what_the_clock_change_does_is_said(
    new_browser, desk, site_clock, day, hour, now, at, told
):
    site_clock.now = datetime(*now, 12, tzinfo=UTC)
    browser = new_browser()
    await browser.log_in(OURS)
    ref = await begin(browser)

    answer = await send_by(browser, ref, send_type="scheduled", day=day, hour=hour)
    shown = await browser.get(answer.headers["location"])

    assert (await found(desk, ref)).due_at == datetime(*at, tzinfo=UTC)
    assert told in shown.text


async def test_an_edit_keeps_what_the_form_does_not_show_of_the_hours(ours, desk):
    ref = await begin(ours)
    lunch = ((time(12), time(14)),)
    window = Window(zone="Europe/Brussels", quiet=lunch, country="BE")
    await desk.db.tx(schedules.set_window, ref, window, now=desk.clock())

    await send_by(
        ours, ref, send_type="manual", limited="yes", days=["1"], opens="09:00",
        closes="18:00", holidays="yes",
    )  # fmt: skip

    kept = Window.from_json((await found(desk, ref)).window)
    assert (kept.quiet, kept.zone, kept.country) == (lunch, "Europe/Brussels", "BE")
    assert kept.opens == time(9)


async def test_duration_end_and_cost_are_foreseen(ours, desk):
    ref = await complete(ours, desk)

    before = (await ours.get(f"/campaigns/{ref}/edit/sending")).text
    await send_by(ours, ref, send_type="manual", spread="5")
    after = (await ours.get(f"/campaigns/{ref}/edit/sending")).text

    assert "Numéros à appeler" in before
    assert "pas de tarif connu" in before
    assert "vers lun. 23/11/2026 10:0" in before
    assert "environ 5\u00a0h" in after
    assert "vers lun. 23/11/2026 15:00" in after


async def test_what_a_draft_lacks_is_listed_with_links(ours, desk):
    ref = await begin(ours, kind="proved")

    shown = (await ours.get(f"/campaigns/{ref}/edit/check")).text

    for step, words in [
        ("document", "un document à faxer"),
        ("recipients", "des destinataires"),
        ("sending", "quand elle part"),
    ]:
        assert f'<a href="/campaigns/{ref}/edit/{step}">{words}</a>' in shown
    assert '<a href="#try">un essai arrivé' in shown
    assert f"/campaigns/{ref}/launch" not in shown


async def test_a_draft_that_lacks_nothing_can_be_launched(ours, desk):
    ref = await complete(ours, desk)

    shown = (await ours.get(f"/campaigns/{ref}/edit/check")).text
    await ours.post(f"/campaigns/{ref}/launch")

    assert "Tout y est" in shown
    assert f'href="/campaigns/{ref}/launch"' in shown
    assert (await found(desk, ref)).launched_at is not None


async def test_who_has_nothing_for_a_field_is_named_before_the_launch(ours, desk):
    ref = await complete(ours, desk)
    await ours.post(
        f"/campaigns/{ref}/edit/fields",
        {"kind-0": "text", "page-0": "1", "x-0": "25", "y-0": "52", "text-0": "[NOM]"},
    )

    shown = (await ours.get(f"/campaigns/{ref}/edit/check")).text

    assert "une valeur pour [NOM] : 2 destinataires" in shown


async def test_a_date_that_passed_meanwhile_is_told_and_not_launched(
    ours, desk, site_clock
):
    ref = await complete(ours, desk)
    await send_by(ours, ref, send_type="scheduled", day="2026-11-23", hour="11:00")
    site_clock.forward(hours=2)

    shown = (await ours.get(f"/campaigns/{ref}/edit/check")).text
    answer = await ours.post(f"/campaigns/{ref}/launch")

    assert "une date à venir" in shown
    assert answer.status_code == 409
    assert (await found(desk, ref)).launched_at is None


async def test_a_proof_goes_to_a_few_numbers_only(ours, desk):
    ref = await complete(ours, desk, kind="proof")
    await add_numbers(desk, ref, [f"+339721010{n:02}" for n in range(11)])

    shown = (await ours.get(f"/campaigns/{ref}/edit/check")).text
    answer = await ours.post(f"/campaigns/{ref}/launch")

    assert "un BAT va à dix numéros au plus" in shown
    assert answer.status_code == 409


async def test_a_draft_is_tried_out_on_paper(ours, desk):
    ref = await complete(ours, desk)

    answer = await ours.post(f"/campaigns/{ref}/edit/try", {"number": "03 66 72 03 07"})
    shown = (await ours.get(answer.headers["location"])).text

    [proof] = await desk.db.read(drafts.proofs, ref)
    tried = await found(desk, proof)
    assert (tried.relation, tried.names) == (Relation.PROOF, ("a.pdf",))
    assert sum(tried.counts.values()) == 1
    assert f'href="/campaigns/{proof}"' in shown
    assert (await found(desk, ref)).launched_at is None


@pytest.mark.parametrize("number", ["", "abc", "112"])
async def test_only_a_fax_number_is_tried(ours, desk, number):
    ref = await complete(ours, desk)

    answer = await ours.post(f"/campaigns/{ref}/edit/try", {"number": number})

    assert answer.status_code == 422
    assert "pas un numéro de fax" in answer.text
    assert await desk.db.read(drafts.proofs, ref) == []


async def test_all_pages_are_there_as_pdf(ours, theirs, desk):
    ref = await complete(ours, desk)

    for query in ("", "?recipient=2"):
        answer = await ours.get(f"/campaigns/{ref}/preview.pdf{query}")
        assert answer.headers["content-type"] == "application/pdf"
        assert len(PdfReader(BytesIO(answer.content)).pages) == 2
    assert (await theirs.get(f"/campaigns/{ref}/preview.pdf")).status_code == 404


async def test_an_edit_is_refused_once_it_was_launched(ours, desk):
    ref = await complete(ours, desk)
    await ours.post(f"/campaigns/{ref}/launch")
    path = f"/campaigns/{ref}/edit"

    answers = [await ours.get(f"{path}/{step}") for step in STEPS]
    answers.append(await ours.post(f"{path}/general", {"name": "Autre"}))
    answers.append(await upload(ours, ref, "b.pdf"))
    answers.append(await send_by(ours, ref, send_type="manual"))
    answers.append(await ours.post(f"{path}/fields", {"text-0": ""}))
    answers.append(await ours.post(f"{path}/try", {"number": "0366720307"}))
    answers.append(await ours.post(f"{path}/document/remove", {"document": 1}))

    assert {answer.status_code for answer in answers} == {409}
    assert "n&#39;est plus un brouillon" in answers[0].text
    campaign = await found(desk, ref)
    assert (campaign.name, campaign.names) == ("Vœux", ("a.pdf",))


async def test_another_lines_draft_is_nowhere(ours, theirs, desk):
    ref = await complete(theirs, desk)
    path = f"/campaigns/{ref}/edit"

    answers = [await ours.get(f"{path}/{step}") for step in STEPS]
    answers.append(await ours.get(path))
    answers.append(await ours.post(f"{path}/general", {"name": "Autre"}))
    answers.append(await upload(ours, ref, "b.pdf"))
    answers.append(await send_by(ours, ref, send_type="manual"))
    answers.append(await ours.post(f"{path}/fields", {"text-0": ""}))
    answers.append(await ours.post(f"{path}/try", {"number": "0366720307"}))
    for what in ("remove", "up"):
        form = {"document": 1}
        answers.append(await ours.post(f"{path}/document/{what}", form))

    assert {answer.status_code for answer in answers} == {404}
    campaign = await found(desk, ref)
    assert (campaign.name, campaign.names) == ("Vœux", ("a.pdf",))


async def test_the_first_step_that_lacks_something_is_gone_to(ours, desk):
    ref, whole = await begin(ours), await complete(ours, desk)

    first = await ours.get(f"/campaigns/{ref}/edit")
    last = await ours.get(f"/campaigns/{whole}/edit")

    assert first.headers["location"] == f"/campaigns/{ref}/edit/document"
    assert last.headers["location"] == f"/campaigns/{whole}/edit/check"


async def test_the_bar_of_steps_tells_what_is_done(ours, desk):
    ref = await complete(ours, desk)

    shown = (await ours.get(f"/campaigns/{ref}/edit/general")).text

    bar = shown[shown.index('<ol class="steps">') : shown.index("</ol>")]
    assert bar.count('class="done"') == 3  # neither this step nor the last
    assert 'aria-current="step"' in bar


async def test_a_draft_in_the_making_says_so(desk, ours):
    ref = await begin(ours)
    draft = await found(desk, ref)

    assert draft.state is CampaignState.PREPARING
    lacks = await desk.db.read(drafting.lacks, draft, now=desk.clock())
    assert [str(lack.code) for lack in lacks] == ["document", "recipients", "send-type"]
