"""
Operators add, change, pause and remove lines; passwords are shown once.
"""

import logging
import re

from ecofax_gateway.domain.guesses import subjects_of_login
from ecofax_gateway.domain.language import Language
from ecofax_gateway.domain.line import Plan
from ecofax_gateway.domain.quota import Quota
from ecofax_gateway.store import guesses, lines, quotas
from tests.site import OURS, PASSWORD

NEW = "+33366720399"
FORM = {
    "name": "Garage Petit",
    "plan": "perso",
    "max_calls": "4",
    "language": "fr",
    "proof": "yes",
    "per_day": "100",
    "per_month": "",
    "credit": "",
    "credit_was": "",
}


def password_in(answer):
    return re.search(r'<code id="password">([^<]+)</code>', answer.text)[1]


async def test_a_line_is_added_and_its_password_shown_once(marie, desk, caplog):
    with caplog.at_level(logging.INFO):
        answer = await marie.post(
            "/operator/lines/new", {**FORM, "line_number": "03 66 72 03 99"}
        )

    password = password_in(answer)
    line = await desk.db.read(lines.get, NEW)
    limits = await desk.db.read(quotas.get, NEW)
    assert (line.name, line.plan, line.max_calls) == ("Garage Petit", Plan.PERSO, 4)
    assert (line.language, line.proof) == (Language.FR, True)
    assert limits == Quota(pages_per_day=100)
    assert f"operator marie: line {NEW}: added" in caplog.text
    assert password not in caplog.text
    assert password not in line.password_hash
    assert password not in (await marie.get(f"/operator/lines/{NEW}")).text


async def test_a_new_line_can_log_in(marie, new_browser):
    answer = await marie.post("/operator/lines/new", {**FORM, "line_number": NEW})
    browser = new_browser()

    assert (await browser.log_in(NEW, password_in(answer))).status_code == 303


async def test_a_line_that_makes_no_sense_is_not_added(marie, desk):
    for field, typed in (
        ("line_number", "12"),
        ("line_number", OURS),
        ("max_calls", "-1"),
        ("max_calls", "9" * 5000),
        ("plan", "gold"),
        ("language", "de"),
        ("name", "x" * 61),
        ("credit", "many"),
    ):
        form = {**FORM, "line_number": NEW, field: typed}
        answer = await marie.post("/operator/lines/new", form)
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text
        assert await desk.db.read(lines.get, NEW) is None


async def test_a_line_is_changed_and_what_the_form_does_not_have_stays(marie, desk):
    before = await desk.db.read(lines.get, OURS)

    answer = await marie.post(f"/operator/lines/{OURS}", FORM)

    line = await desk.db.read(lines.get, OURS)
    assert answer.headers["location"] == f"/operator/lines/{OURS}?done=changed"
    assert (line.name, line.max_calls) == ("Garage Petit", 4)
    assert line.password_hash == before.password_hash


async def test_credit_that_was_used_meanwhile_is_not_given_back(marie, desk):
    await desk.db.tx(quotas.put, OURS, Quota(credit=40))
    form = {**FORM, "credit": "50", "credit_was": "50"}

    await marie.post(f"/operator/lines/{OURS}", form)
    untouched = await desk.db.read(quotas.get, OURS)
    await marie.post(f"/operator/lines/{OURS}", {**form, "credit": "90"})
    filled_up = await desk.db.read(quotas.get, OURS)

    assert (untouched.credit, filled_up.credit) == (40, 90)


async def test_a_line_is_paused_and_resumed(marie, desk):
    async def paused():
        known = await desk.db.read(lines.listing)
        return next(each.paused for each in known if each.line.number == OURS)

    await marie.post(f"/operator/lines/{OURS}/pause")
    while_paused = await paused()
    await marie.post(f"/operator/lines/{OURS}/resume")

    assert (while_paused, await paused()) == (True, False)


async def test_a_new_password_ends_the_sessions_of_the_old_one(
    marie, ours, new_browser
):
    asked = await marie.get(f"/operator/lines/{OURS}/password")

    answer = await marie.post(f"/operator/lines/{OURS}/password")

    assert "mot de passe ne vaudra plus" in asked.text
    assert (await ours.get("/faxes")).headers["location"].startswith("/login")
    assert (await new_browser().log_in(OURS, PASSWORD)).status_code == 422
    again = await new_browser().log_in(OURS, password_in(answer))
    assert again.status_code == 303


async def test_a_line_that_was_locked_may_try_again(marie, desk, site_clock):
    subjects = subjects_of_login(OURS, "192.0.2.1")
    for _ in range(10):
        await desk.db.tx(guesses.count_failure, subjects[:1], now=site_clock())
    locked = await desk.db.read(guesses.locked_until, subjects[:1], now=site_clock())

    await marie.post(f"/operator/lines/{OURS}/unlock")

    assert locked is not None
    assert (
        await desk.db.read(guesses.locked_until, subjects[:1], now=site_clock()) is None
    )


async def test_a_line_is_removed_only_when_it_has_nothing_to_send(marie, desk, office):
    await office.queued()
    refused = await marie.post(f"/operator/lines/{OURS}/remove")
    still = await desk.db.read(lines.get, OURS)
    await marie.post("/operator/lines/new", {**FORM, "line_number": NEW})

    removed = await marie.post(f"/operator/lines/{NEW}/remove")

    assert refused.status_code == 409
    assert still is not None
    assert removed.headers["location"] == "/operator/lines?done=remove"
    assert await desk.db.read(lines.get, NEW) is None


async def test_a_line_that_there_is_not_is_not_found(marie):
    for path in (NEW, f"{NEW}/remove", f"{NEW}/pause", f"{NEW}/password"):
        assert (await marie.get(f"/operator/lines/{path}")).status_code == 404, path
        answer = await marie.post(f"/operator/lines/{path}", FORM)
        assert answer.status_code == 404, path


async def test_only_a_line_that_exists_is_unlocked(marie):
    answer = await marie.post("/operator/lines/%25/unlock")

    assert answer.status_code == 404
