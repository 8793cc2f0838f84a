"""
Launching, pausing, stopping: confirmed in figures, carried out once, denied in words.
"""

import html
import re

import pytest

from ecofax_gateway.console.standing import Action
from ecofax_gateway.domain.campaign import Stage
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.pipeline.campaigns import stage_of
from tests.site import THEIRS

RUNNING = {
    FaxState.SENT: 1,
    FaxState.FAILED: 2,
    FaxState.UNKNOWN: 1,
    FaxState.QUEUED: 3,
}
OVER = {FaxState.SENT: 1, FaxState.FAILED: 2, FaxState.UNKNOWN: 1}


def words(answer):
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.text))
    return " ".join(text.split())


def offered(answer):
    """The actions that a page has links or buttons for."""
    found = re.findall(r'(?:href|action)="/campaigns/\w+/([a-z]+)["/]', answer.text)
    return [each for each in found if each in {*Action}]


async def stage(shelf, ref):
    return stage_of(await shelf.get(ref))


async def test_each_state_offers_what_may_be_done(ours, shelf):
    draft = await shelf.draft("Brouillon", 2)
    running = await shelf.put("En cours", RUNNING)
    over = await shelf.put("Terminée", OVER)
    good = await shelf.put("Réussie", {FaxState.SENT: 2})

    async def of(ref):
        return offered(await ours.get(f"/campaigns/{ref}"))

    assert await of(draft) == ["launch", "edit", "copy", "delete"]
    assert await of(running) == ["pause", "stop", "copy"]
    assert await of(over) == ["resend", "copy", "delete"]
    assert await of(good) == ["copy", "delete"]


async def test_a_draft_without_numbers_leads_back_to_its_steps(ours, shelf):
    ref = await shelf.draft("Brouillon", 0)

    shown = await ours.get(f"/campaigns/{ref}")

    assert offered(shown) == ["edit", "copy", "delete"]
    assert "Continuer la préparation" in shown.text


async def test_a_draft_is_launched_after_a_look_at_the_figures(ours, shelf):
    ref = await shelf.draft("Vœux", 3)

    asked = await ours.get(f"/campaigns/{ref}/launch")
    answer = await ours.post(f"/campaigns/{ref}/launch")

    assert "Lancer « Vœux » ?" in words(asked)
    assert "Numéros 3 Pages par fax 3" in words(asked)
    assert re.search(r"Temps de ligne environ \S+", words(asked))
    assert re.search(r"Fin prévue vers lun\. 23/11/2026", words(asked))
    assert answer.headers["location"] == f"/campaigns/{ref}?done=launched"
    assert await stage(shelf, ref) is Stage.RUNNING
    assert "La campagne est lancée." in words(
        await ours.get(answer.headers["location"])
    )


async def test_what_was_launched_is_not_launched_again(ours, shelf):
    ref = await shelf.draft("Vœux", 3)
    await ours.post(f"/campaigns/{ref}/launch")

    again = await ours.post(f"/campaigns/{ref}/launch")
    page = await ours.get(f"/campaigns/{ref}/launch")

    assert (again.status_code, page.status_code) == (409, 409)
    assert "n'est plus un brouillon" in words(again)
    assert f'href="/campaigns/{ref}"' in again.text


async def test_a_refusal_is_said_in_english_too(new_browser, shelf):
    ref = await shelf.put("Relance", OVER)
    browser = new_browser(**{"accept-language": "en"})
    await browser.log_in("+33366720307")

    assert "no draft any more" in words(await browser.post(f"/campaigns/{ref}/launch"))


async def test_a_pause_is_one_click_and_a_resume_is_asked(ours, shelf):
    ref = await shelf.put("Relance", RUNNING)

    await ours.post(f"/campaigns/{ref}/pause")
    paused = await stage(shelf, ref)
    page = await ours.get(f"/campaigns/{ref}")
    asked = await ours.get(f"/campaigns/{ref}/resume")
    await ours.post(f"/campaigns/{ref}/resume")

    assert paused is Stage.PAUSED
    assert offered(page) == ["resume", "stop", "copy"]
    assert "Numéros à appeler 3" in words(asked)
    assert await stage(shelf, ref) is Stage.RUNNING


async def test_a_stop_says_how_many_will_not_leave(ours, shelf):
    ref = await shelf.put("Relance", RUNNING)

    asked = await ours.get(f"/campaigns/{ref}/stop")
    await ours.post(f"/campaigns/{ref}/stop")

    assert "Ne partiront pas 3" in words(asked)
    assert await stage(shelf, ref) is Stage.OVER
    assert (await shelf.get(ref)).counts[FaxState.CANCELLED] == 3


@pytest.mark.parametrize("action", ["stop", "pause", "resume"])
async def test_what_is_over_is_over(ours, shelf, action):
    ref = await shelf.put("Relance", OVER)

    assert (await ours.post(f"/campaigns/{ref}/{action}")).status_code == 409


@pytest.mark.parametrize(
    ("form", "numbers"),
    [pytest.param({}, 2, id="failed"), pytest.param({"unknown": "yes"}, 3, id="all")],
)
async def test_the_failed_are_sent_again_with_or_without_the_unknown(
    ours, shelf, form, numbers
):
    ref = await shelf.put("Relance", OVER)

    asked = words(await ours.get(f"/campaigns/{ref}/resend"))
    answer = await ours.post(f"/campaigns/{ref}/resend", form)

    new_ref = re.search(r"/campaigns/(\w+)\?done=resent", answer.headers["location"])[1]
    assert "Numéros en échec 2" in asked
    assert "Renvoyer aussi les numéros sans certitude (1)" in asked
    assert sum((await shelf.get(new_ref)).counts.values()) == numbers
    assert (await shelf.get(new_ref)).launched_at is not None


async def test_nothing_is_sent_again_where_nothing_failed(ours, shelf):
    ref = await shelf.put("Relance", {FaxState.SENT: 2})

    assert (await ours.post(f"/campaigns/{ref}/resend")).status_code == 409


async def test_a_copy_is_a_draft(ours, shelf):
    ref = await shelf.put("Relance", OVER)

    answer = await ours.post(f"/campaigns/{ref}/copy")

    new_ref = re.search(r"/campaigns/(\w+)\?done=copied", answer.headers["location"])[1]
    assert await stage(shelf, new_ref) is Stage.DRAFT
    assert (await shelf.get(new_ref)).expected == 4


async def test_what_is_deleted_is_not_listed(ours, shelf):
    ref = await shelf.put("Relance", OVER)

    asked = await ours.get(f"/campaigns/{ref}/delete")
    answer = await ours.post(f"/campaigns/{ref}/delete")
    shown = words(await ours.get(answer.headers["location"]))

    assert "ses numéros (4) et son rapport" in words(asked)
    assert "La campagne est supprimée." in shown
    assert "Relance" not in shown


async def test_what_runs_is_not_deleted(ours, shelf):
    ref = await shelf.put("Relance", RUNNING)

    assert (await ours.post(f"/campaigns/{ref}/delete")).status_code == 409


ACTIONS = set(Action) - {Action.EDIT}


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_nobody_acts_on_another_lines_campaign(ours, shelf, action):
    theirs = await shelf.put("La leur", RUNNING, line=THEIRS)
    before = await shelf.get(theirs)

    answer = await ours.post(f"/campaigns/{theirs}/{action}")

    assert answer.status_code == 404
    assert await shelf.get(theirs) == before


@pytest.mark.parametrize("action", sorted(ACTIONS))
async def test_a_form_of_another_site_does_nothing(ours, shelf, action):
    ref = await shelf.put("Relance", RUNNING)
    before = await shelf.get(ref)

    answer = await ours.http.post(f"/campaigns/{ref}/{action}", data={"csrf": "x"})

    assert answer.status_code == 403
    assert await shelf.get(ref) == before
