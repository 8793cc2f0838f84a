"""
How a campaign begins, whose it is, and until when it may be changed.
"""

import re

import pytest

from ecofax_gateway.domain.campaign import Relation
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.pipeline import drafting
from ecofax_gateway.store import objections
from ecofax_gateway.store.states import CampaignState
from tests.console.drafts import begin, complete, found, send_by, upload
from tests.site import OURS, THEIRS

STEPS = ("general", "document", "fields", "sending", "check")


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


async def test_lists_are_gone_through_again_when_another_line_sends(
    marie, desk, read_lists
):
    ref = await begin(marie, line=OURS)
    typed = {"numbers": "0972101010\n0972101019"}
    await marie.post(f"/campaigns/{ref}/edit/recipients", typed)
    await desk.db.tx(
        objections.add, ["+33972101010"], scope=THEIRS, source="", now=desk.clock()
    )
    await read_lists()
    assert sum((await found(desk, ref)).counts.values()) == 2

    form = {"name": "Vœux", "kind": "real", "line": THEIRS}
    await marie.post(f"/campaigns/{ref}/edit/general", form)
    await read_lists()

    draft = await found(desk, ref)
    assert (draft.line, sum(draft.counts.values())) == (THEIRS, 1)


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
