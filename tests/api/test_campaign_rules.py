"""
When and how fast a campaign calls, by the API.
"""

import pytest

from ecofax_gateway.domain.window import Window
from ecofax_gateway.pipeline import campaigns
from tests.api.test_campaign_routes import NEW, made

OFFICE = {"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "18:00", "holidays": False}
RULES = {
    "window": OFFICE,
    "pace": 12,
    "spreadMinutes": 90,
    "canary": {"size": 20, "percent": 10},
}


def told(campaign):
    return {name: campaign[name] for name in RULES}


async def test_a_campaign_is_made_with_its_rules(program, desk):
    campaign = await made(program, **RULES)
    kept = await desk.db.read(campaigns.found, campaign["reference"])
    window = Window.from_json(kept.window)

    assert told(campaign) == RULES
    assert (window.days, window.country) == (frozenset(range(1, 6)), "FR")
    assert window.zone == desk.zone.key
    assert (kept.spread_s, kept.canary.size) == (5400, 20)


async def test_rules_are_changed_and_what_is_not_said_stays(program):
    path = f"/campaigns/{(await made(program, **RULES))['reference']}"
    night = {"from": "22:00", "to": "06:00"}
    changed = await program.patch(path, {"window": night, "canary": None})

    every_day = {"days": list(range(1, 8)), "holidays": True}
    assert told(changed.json()) == RULES | {
        "window": night | every_day,
        "canary": None,
    }


async def test_rules_are_taken_away_by_null(program):
    path = f"/campaigns/{(await made(program, **RULES))['reference']}"
    changed = await program.patch(path, dict.fromkeys(RULES))

    assert told(changed.json()) == dict.fromkeys(RULES)


async def test_quiet_hours_of_a_window_stay(program, desk):
    reference = (await made(program, window=OFFICE))["reference"]
    lunch = Window.from_json({"quiet": [["12:00", "14:00"]], "zone": "Indian/Reunion"})
    rules = campaigns.Rules(window=lunch)
    await desk.db.tx(campaigns.set_rules, reference, rules, now=desk.clock())
    await program.patch(f"/campaigns/{reference}", {"window": OFFICE})

    kept = (await desk.db.read(campaigns.found, reference)).window
    assert kept["quiet"] == [["12:00", "14:00"]]
    assert (kept["zone"], kept["opens"]) == ("Indian/Reunion", "09:00")


async def test_a_campaign_under_way_gets_another_window_and_no_other_canary(program):
    path = f"/campaigns/{(await made(program, sendType='automatic'))['reference']}"
    window = await program.patch(path, {"window": OFFICE})
    canary = await program.patch(path, {"canary": RULES["canary"]})

    assert (window.status_code, window.json()["window"]) == (200, OFFICE)
    assert (canary.status_code, canary.json()["code"]) == (409, "not-a-draft")


async def test_who_saw_other_rules_changes_nothing(program):
    path = f"/campaigns/{(await made(program))['reference']}"
    seen = (await program.get(path)).headers["etag"]
    await program.patch(path, {"window": OFFICE})
    late = await program.patch(path, {"name": "x"}, headers={"if-match": seen})

    assert late.status_code == 412


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": {"days": []}},
        {"window": {"days": [0]}},
        {"window": {"from": "24:00"}},
        {"window": {"opens": "9h"}},
        {"canary": {"size": 0, "percent": 10}},
        {"canary": {"size": 20, "percent": 101}},
        {"spreadMinutes": 0},
        {"pace": -1},
    ],
)
async def test_rules_that_are_none_are_mistakes(program, wrong):
    answer = await program.post("/campaigns", NEW | wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


async def test_another_quality_is_given_to_a_draft(program):
    path = f"/campaigns/{(await made(program))['reference']}"
    changed = await program.patch(path, {"faxQuality": "best"})

    assert (changed.status_code, changed.json()["faxQuality"]) == (200, "best")
