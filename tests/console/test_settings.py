"""
Settings: the line's own, tokens, webhooks, sessions; with and without mistakes.
"""

import re

from ecofax_gateway.domain.api_token import Scope, parse_token
from ecofax_gateway.store import api_tokens, events, lines, webhooks
from tests.site import OPERATOR, OURS, PASSWORD, THEIRS

FORM = {
    "tag_line": "Durand & fils",
    "quality": "best",
    "max_tries": "4",
    "from_name": "Cabinet Durand",
    "from_email": "durand@ecofax.fr",
    "copies": "a@example.net, b@example.net",
    "mail_format": "text",
    "proof": "tiff",
    "language": "en",
    "combine": "yes",
}
URL = "https://example.net/hook?key=QXJtb2lyZQ"


def value_of(page, name):
    return re.search(rf'id="{name}"[^>]*value="([^"]*)"', page)[1]


async def test_a_line_is_set_up(ours, desk):
    saved = await ours.post("/settings", FORM)
    page = await ours.get(saved.headers["location"])
    line = await desk.db.read(lines.get, OURS)

    assert saved.status_code == 303
    assert "C&#39;est enregistré." in page.text
    assert value_of(page.text, "tag_line") == "Durand &amp; fils"
    assert (line.tag_line, line.max_tries) == ("Durand & fils", 4)
    assert (line.quality, line.proof, line.proof_format) == ("best", True, "tiff")
    assert line.copies == ("a@example.net", "b@example.net")


async def test_what_makes_no_sense_comes_back_as_it_was_typed(ours, desk):
    wrong = {**FORM, "from_email": "durand@example.net"}
    answer = await ours.post("/settings", wrong)
    line = await desk.db.read(lines.get, OURS)

    assert answer.status_code == 422
    assert 'href="#from_email"' in answer.text
    assert "@ecofax.fr" in answer.text
    assert value_of(answer.text, "from_email") == "durand@example.net"
    assert value_of(answer.text, "tag_line") == "Durand &amp; fils"
    assert line.tag_line is None


async def test_a_number_of_calls_that_is_none_is_refused(ours):
    for tries in ("0", "13", "many", "²"):
        answer = await ours.post("/settings", {**FORM, "max_tries": tries})
        assert answer.status_code == 422, tries


async def test_a_token_is_shown_once_and_revoked(ours, desk):
    form = {"name": "Gestion", "scopes": ["faxes:read", "faxes:write"], "life": "30"}
    made = await ours.post("/settings/tokens", form)
    token = parse_token(value_of(made.text, "token"))
    listed = await ours.get("/settings/tokens")
    known = await desk.db.read(api_tokens.find, token, now=desk.clock())
    asked = await ours.get(f"/settings/tokens/{token.id}/revoke")
    done = await ours.post(f"/settings/tokens/{token.id}/revoke")
    after = await ours.get(done.headers["location"])

    assert made.headers["cache-control"] == "no-store"
    assert known.scopes == {Scope.FAXES_READ, Scope.FAXES_WRITE}
    assert (known.expires_at - desk.clock()).days == 30
    assert "Gestion" in listed.text
    assert token.secret not in listed.text
    assert "Gestion" in asked.text
    assert "révoqué" in after.text
    assert await desk.db.read(api_tokens.find, token, now=desk.clock()) is None


async def test_a_token_needs_a_name_and_something_to_do(ours):
    for form, field in (
        ({"scopes": ["faxes:read"]}, "name"),
        ({"name": "x", "scopes": ["everything"]}, "scopes"),
    ):
        answer = await ours.post("/settings/tokens", form)
        assert answer.status_code == 422
        assert f'href="#{field}"' in answer.text


async def test_a_webhook_is_set_up_tested_and_deleted(ours, desk):
    made = await ours.post("/settings/webhooks", {"url": URL, "kinds": ["fax.sent"]})
    secret = value_of(made.text, "secret")
    [hook] = await desk.db.read(webhooks.listing, OURS)
    path = f"/settings/webhooks/{hook.id}"
    tested = await ours.post(f"{path}/test")
    await desk.db.tx(events.publish, lambda: "evt_1", now=desk.clock())
    page = await ours.get(tested.headers["location"])
    await ours.post(f"{path}/switch")
    off = await desk.db.read(webhooks.get, OURS, hook.id)
    asked_first = await ours.get(f"{path}/secret")
    renewed = await ours.post(f"{path}/secret")
    asked = await ours.get(f"{path}/delete")
    done = await ours.post(f"{path}/delete")

    assert hook.secret == secret
    assert secret not in page.text
    assert "evt_1" in page.text
    assert not off.active
    assert value_of(renewed.text, "secret") != secret
    assert asked_first.status_code == asked.status_code == 200
    assert done.status_code == 303
    assert await desk.db.read(webhooks.listing, OURS) == []


async def test_a_webhook_that_leads_nowhere_is_refused(ours):
    answer = await ours.post("/settings/webhooks", {"url": "ftp://example.net/"})

    assert answer.status_code == 422
    assert 'href="#url"' in answer.text


async def test_another_lines_token_and_webhook_are_not_found(ours, theirs, desk):
    await theirs.post("/settings/tokens", {"name": "x", "scopes": ["faxes:read"]})
    await theirs.post("/settings/webhooks", {"url": URL})
    [token] = await desk.db.read(api_tokens.listing, THEIRS)
    [hook] = await desk.db.read(webhooks.listing, THEIRS)

    for path in (
        f"/settings/tokens/{token.id}/revoke",
        f"/settings/webhooks/{hook.id}/delete",
        f"/settings/webhooks/{hook.id}/test",
    ):
        for form in ({}, {"line": THEIRS}):
            assert (await ours.post(path, form)).status_code == 404, path


async def test_an_operator_sets_any_line_up(marie, desk):
    lines_page = await marie.get("/settings")
    page = await marie.get("/settings", params={"line": OURS})
    saved = await marie.post("/settings", {**FORM, "line": OURS})
    back = await marie.get(saved.headers["location"])

    assert "/settings?line=%2B33366720307" in lines_page.text
    assert page.status_code == back.status_code == 200
    assert (await desk.db.read(lines.get, OURS)).tag_line == "Durand & fils"
    assert (await desk.db.read(lines.get, THEIRS)).tag_line is None


async def test_a_line_cannot_name_another_one(ours, desk):
    page = await ours.get("/settings", params={"line": THEIRS})
    await ours.post("/settings", {**FORM, "line": THEIRS})

    assert "Étude Martin" not in page.text
    assert (await desk.db.read(lines.get, THEIRS)).tag_line is None


async def test_whoever_logs_out_everywhere_is_nowhere_any_more(new_browser):
    first, second = new_browser(), new_browser()
    for browser in (first, second):
        await browser.log_in(OPERATOR, PASSWORD)
    shown = await first.get("/settings/sessions")
    await first.post("/logout", {"everywhere": "yes"})

    assert shown.text.count('data-label="Connecté depuis"') == 2
    assert (await second.get("/settings/sessions")).status_code == 303


async def test_settings_are_read_in_english_too(ours):
    page = await ours.get("/settings/tokens", headers={"accept-language": "en"})
    await ours.post("/language", {"tongue": "en", "back": "/settings"})
    english = await ours.get("/settings")

    assert page.status_code == 200
    assert "Printed on top of each page" in english.text
