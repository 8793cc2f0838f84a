"""
When a campaign leaves, in which hours, how fast, and what that comes to.
"""

from datetime import UTC, datetime, time

import pytest

from ecofax_gateway.domain.campaign import Canary, SendType
from ecofax_gateway.domain.window import Window
from ecofax_gateway.store import schedules
from tests.console.drafts import begin, complete, found, send_by
from tests.site import OURS


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
