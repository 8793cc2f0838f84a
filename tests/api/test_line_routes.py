"""
The line, its tokens, its webhooks and its do-not-fax list by the API.
"""

from ecofax_gateway.domain.api_token import Scope
from ecofax_gateway.pipeline.telling import Telling
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import objections, webhooks
from tests.site import OURS

URL = "https://example.net/fax"


async def test_a_line_sets_itself_up(program):
    before = (await program.get("/line")).json()
    changes = {
        "faxTagLine": "Durand & fils",
        "faxMaxCall": 3,
        "fromName": "Cabinet Durand",
        "fromEmail": "durand@ecofax.fr",
        "redirectionEmail": ["copie@example.net"],
        "mailFormat": "text",
        "faxQuality": "best",
        "hasProof": True,
        "proofFormat": "tiff",
    }
    changed = await program.patch("/line", changes)
    back = await program.patch("/line", {"faxTagLine": "", "faxMaxCall": None})

    assert before["number"] == OURS
    assert before["faxTagLine"] == before["name"] == "Cabinet Durand"
    assert changed.json() == {**before, **changes}
    assert back.json() == {
        **before,
        **changes,
        "faxTagLine": "Cabinet Durand",
        "faxMaxCall": None,
    }


async def test_what_makes_no_sense_is_refused(program):
    for changes in (
        {"fromEmail": "anne@example.net"},
        {"faxMaxCall": 99},
        {"plan": "pro"},
    ):
        answer = await program.patch("/line", changes)
        assert answer.status_code == 422, changes


async def test_a_line_without_limits_has_none(program):
    assert (await program.get("/line/credit")).json() == {
        "pagesPerDay": None,
        "pagesPerMonth": None,
        "pagesToday": 0,
        "pagesThisMonth": 0,
        "credit": None,
    }


async def test_a_token_is_made_used_and_revoked(program):
    made = await program.post("/tokens", {"name": "x", "scopes": ["line:read"]})
    bearer = {"authorization": f"Bearer {made.json()['token']}"}
    used = await program.get("/line", headers=bearer)
    listed = await program.get("/tokens", headers=bearer)
    revoked = await program("DELETE", f"/tokens/{made.json()['id']}")
    after = await program.get("/line", headers=bearer)

    assert made.status_code == 201
    assert used.status_code == 200
    assert made.json()["token"] not in listed.text
    assert "secret" not in listed.text
    assert (revoked.status_code, after.status_code) == (204, 401)


async def test_nobody_makes_a_token_that_may_more_than_he(new_program):
    program = await new_program(scopes=[Scope.LINE_WRITE])
    answer = await program.post("/tokens", {"name": "x", "scopes": ["faxes:write"]})

    assert (answer.status_code, answer.json()["code"]) == (403, "missing-scope")


async def test_only_a_hash_of_a_token_is_kept(program, tmp_path):
    assert (await program.get("/line")).status_code == 200
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]

    assert any(program.token.sha256.encode() in content for content in files)
    assert not any(program.token.secret.encode() in content for content in files)


async def test_a_webhook_shows_its_secret_once_and_is_tested(program, desk):
    made = await program.post("/webhooks", {"url": URL, "events": ["fax.sent"]})
    webhook = made.json()
    listed = await program.get("/webhooks")
    tested = await program.post(f"/webhooks/{webhook['id']}/test")
    telling = Telling(
        db=desk.db, node="a", client=desk.client, clock=desk.clock, bell=Bell()
    )
    assert await telling.publish()
    sent = await program.get(f"/webhooks/{webhook['id']}/deliveries")
    told = await program.get("/events")

    assert made.status_code == 201
    assert webhook["secret"].startswith("whsec_")
    assert "whsec_" not in listed.text
    assert tested.status_code == 202
    [delivery] = sent.json()["items"]
    assert (delivery["type"], delivery["status"]) == ("webhook.test", "pending")
    [event] = told.json()["items"]
    assert event["id"] == delivery["event"]


async def test_a_webhook_is_changed_and_removed(program, desk):
    webhook = (await program.post("/webhooks", {"url": URL})).json()
    path = f"/webhooks/{webhook['id']}"
    changed = await program.patch(path, {"active": False, "events": ["fax.failed"]})
    renewed = await program.post(f"{path}/secret")
    removed = await program("DELETE", path)

    assert changed.json()["active"] is False
    assert changed.json()["events"] == ["fax.failed"]
    assert renewed.json()["secret"] != webhook["secret"]
    assert removed.status_code == 204
    assert (await program.get(path)).status_code == 404
    assert await desk.db.read(webhooks.listing, OURS) == []


async def test_a_webhook_goes_to_the_web_alone(program):
    for url in ("ftp://example.net/", "http://user:pw@example.net/", "example.net"):
        answer = await program.post("/webhooks", {"url": url})
        assert answer.status_code == 422, url
        assert "user:pw" not in answer.text


async def test_a_number_is_put_on_the_list_and_taken_off(program, desk):
    added = await program("PUT", "/do-not-fax/0972101010", json={"note": "refus"})
    listed = (await program.get("/do-not-fax")).json()["items"]
    blocked = await desk.db.read(objections.blocking, "+33972101010", line=OURS)
    removed = await program("DELETE", "/do-not-fax/+33972101010")
    again = await program("DELETE", "/do-not-fax/+33972101010")

    assert added.status_code == 204
    assert [(each["number"], each["note"]) for each in listed] == [
        ("+33972101010", "refus")
    ]
    assert blocked is not None
    assert (removed.status_code, again.status_code) == (204, 404)
