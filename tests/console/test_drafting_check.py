"""
What is seen before a launch: what lacks, a trial, the launch itself.
"""

from datetime import timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from pypdf import PdfReader

from ecofax_gateway.domain.campaign import Relation
from ecofax_gateway.pipeline.enclosing import Enclosing
from ecofax_gateway.store import proofs, replies
from tests.console.drafts import add_numbers, begin, complete, found, send_by


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

    [proof] = await desk.db.read(proofs.of_draft, ref)
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
    assert await desk.db.read(proofs.of_draft, ref) == []


async def test_all_pages_are_there_as_pdf(ours, theirs, desk):
    ref = await complete(ours, desk)

    for query in ("", "?recipient=2"):
        answer = await ours.get(f"/campaigns/{ref}/preview.pdf{query}")
        assert answer.headers["content-type"] == "application/pdf"
        assert len(PdfReader(BytesIO(answer.content)).pages) == 2
    assert (await theirs.get(f"/campaigns/{ref}/preview.pdf")).status_code == 404


async def test_the_pages_are_mailed_as_pdf(ours, desk):
    ref = await complete(ours, desk)
    enclosing = Enclosing(db=desk.db, zone=desk.zone)

    answers = [
        await ours.post(f"/campaigns/{ref}/edit/mail", {"address": "anne@example.net"})
        for _ in range(2)
    ]

    due = await desk.db.tx(
        replies.claim_due, node="a", now=desk.clock(), lease=timedelta(minutes=1)
    )
    mail = message_from_bytes(await enclosing.complete(due), policy=policy.default)
    [paper] = [
        each
        for each in mail.iter_attachments()
        if each.get_content_type() == "application/pdf"
    ]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(await desk.db.read(replies.of_campaign, ref)) == 2
    assert mail["To"] == "anne@example.net"
    assert paper.get_filename() == f"{ref}.pdf"
    assert len(PdfReader(BytesIO(paper.get_content())).pages) == 2


async def test_pages_go_to_mail_addresses_only(ours, desk):
    ref = await complete(ours, desk)

    for address in ("", "anne", "anne@example.net, x@example.net"):
        form = {"address": address}
        answer = await ours.post(f"/campaigns/{ref}/edit/mail", form)
        assert answer.status_code == 422
        assert "pas une adresse mail" in answer.text
    assert await desk.db.read(replies.of_campaign, ref) == []


async def test_pages_that_are_not_made_are_not_mailed(ours, desk):
    ref = await begin(ours)

    form = {"address": "anne@example.net"}
    answer = await ours.post(f"/campaigns/{ref}/edit/mail", form)

    assert answer.status_code == 422
    assert "ne sont pas encore prêtes" in answer.text
