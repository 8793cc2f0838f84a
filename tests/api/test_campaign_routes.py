"""
Campaigns by the API: the same operations as the console's.
"""

import asyncio
import base64

import pytest

from ecofax_gateway.store import preparation, repeats
from tests.site import THEIRS

LETTER = {
    "name": "lettre.txt",
    "content": base64.b64encode("Bonjour à tous".encode()).decode(),
}
NEW = {
    "name": "Voeux",
    "documents": [LETTER],
    "recipientsList": ["09 72 10 10 10", "0972101011", "0972101010", "pas un numéro"],
}


async def made(program, **wishes):
    answer = await program.post("/campaigns", {**NEW, **wishes})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def render(desk, reference):
    """As the workshop would; the pages are one."""
    await desk.db.tx(
        preparation.release,
        reference,
        page_count=1,
        now=desk.clock(),
        repeat_window=repeats.WINDOW,
    )


async def test_a_campaign_is_a_draft_until_somebody_launches_it(program, desk):
    draft = await made(program)
    await render(desk, draft["reference"])
    launched = await program.post(f"/campaigns/{draft['reference']}/launch")
    again = await program.post(f"/campaigns/{draft['reference']}/launch")

    assert draft["status"] == "draft"
    assert draft["sendType"] == "manual"
    assert draft["recipientsType"] == "list"
    assert draft["faxQuality"] == "high"
    assert (draft["countTotal"], draft["countTodo"]) == (2, 2)
    assert draft["recipients"] == {
        "read": 4,
        "valid": 2,
        "duplicates": 1,
        "invalid": 1,
        "restricted": 0,
        "faults": [
            {
                "line": 4,
                "text": "pas un numéro",
                "reason": draft["recipients"]["faults"][0]["reason"],
            }
        ],
    }
    assert launched.status_code == 200
    assert launched.json()["status"] in ("ready", "doing")
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert again.json()["code"] == "not-a-draft"


async def test_a_campaign_that_is_automatic_leaves_by_itself(program):
    sent = await made(program, sendType="automatic")

    assert (sent["status"], sent["sendType"]) == ("ready", "automatic")


async def test_a_campaign_is_planned(program):
    planned = await made(
        program, sendType="scheduled", sendDate="2026-12-24T18:00:00+01:00"
    )

    assert planned["status"] == "ready"
    assert planned["sendDate"] == "2026-12-24T17:00:00Z"


async def test_a_date_that_is_past_leaves_nothing_behind(program):
    answer = await program.post(
        "/campaigns",
        {**NEW, "sendType": "scheduled", "sendDate": "2025-12-24T18:00:00Z"},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "past-date")
    assert (await program.get("/campaigns")).json()["items"] == []


async def test_numbers_come_from_a_file_that_was_sent_ahead(program):
    upload = await program(
        "POST",
        "/documents?name=liste.csv",
        content="numéro;nom\n0972101010;Anne\n0972101011;Bruno\n".encode(),
        headers={"content-type": "text/csv"},
    )
    assert upload.status_code == 201
    campaign = await made(
        program,
        recipientsType="document",
        recipientsList=[],
        recipientsDocument={"upload": upload.json()["id"]},
    )

    assert campaign["recipientsType"] == "document"
    assert campaign["countTotal"] == 2


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"recipientsType": "document"}, "bad-recipients"),
        ({"recipientsList": []}, "bad-recipients"),
        ({"recipientsList": ["18"]}, "no-numbers"),
        ({"sendType": "scheduled"}, "bad-date"),
        ({"documents": [{"name": "a.pdf"}]}, "no-content"),
        ({"documents": [{"content": "***"}]}, "bad-base64"),
        ({"documents": [{"upload": "doc_none"}]}, "no-upload"),
        ({"documents": []}, "invalid-request"),
        ({"faxQuality": "premium"}, "invalid-request"),
        ({"fax_quality_": "best"}, "invalid-request"),
    ],
)
async def test_what_does_not_fit_together_is_named(program, wish, code):
    answer = await program.post("/campaigns", {**NEW, **wish})

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ("", "Il n'y a aucun numéro de fax valable dans cette liste."),
        ("en-GB, fr;q=0.5", "There is no valid fax number in this list."),
    ],
)
async def test_a_refusal_is_said_in_the_language_that_is_asked_for(
    program, asked, detail
):
    answer = await program.post(
        "/campaigns",
        {**NEW, "recipientsList": ["18"]},
        headers={"accept-language": asked},
    )

    assert answer.json()["detail"] == detail
    assert "Accept-Language" in answer.headers["vary"]


async def test_a_campaign_is_changed_by_who_saw_it_last(program):
    draft = await made(program)
    path = f"/campaigns/{draft['reference']}"
    seen = (await program.get(path)).headers["etag"]
    first = await program.patch(
        path, {"name": "Voeux 2027", "pace": 30}, headers={"if-match": seen}
    )
    late = await program.patch(path, {"name": "Autre"}, headers={"if-match": seen})

    assert (first.status_code, first.json()["name"]) == (200, "Voeux 2027")
    assert first.json()["pace"] == 30
    assert (late.status_code, late.json()["code"]) == (412, "changed-meanwhile")


async def test_a_campaign_is_paused_resumed_and_stopped(program, desk):
    campaign = await made(program, sendType="automatic")
    reference = campaign["reference"]
    await render(desk, reference)
    states = []
    for action in ("pause", "resume", "resume", "stop"):
        answer = await program.post(f"/campaigns/{reference}/{action}")
        states.append((answer.status_code, answer.json().get("status")))
    cancelled = await program.get(f"/campaigns/{reference}/details/cancelled")

    assert states == [(200, "paused"), (200, "doing"), (409, 409), (200, "done")]
    assert len(cancelled.json()["items"]) == 2


async def test_numbers_are_listed_a_page_at_a_time(program):
    draft = await made(program)
    path = f"/campaigns/{draft['reference']}/details/todo?limit=1"
    first = (await program.get(path)).json()
    second = (await program.get(f"{path}&cursor={first['nextCursor']}")).json()

    numbers = [each["items"][0]["number"] for each in (first, second)]
    assert numbers == ["+33972101010", "+33972101011"]


async def test_a_campaign_is_copied_reported_on_and_deleted(program):
    draft = await made(program)
    path = f"/campaigns/{draft['reference']}"
    copy = await program.post(f"{path}/copy")
    report = await program.get(f"{path}/report.csv")
    pdf = await program.get(f"{path}/report.pdf")
    deleted = await program("DELETE", path)

    assert copy.status_code == 201
    assert copy.json()["origin"] == draft["reference"]
    assert copy.headers["location"] == f"/api/v1/campaigns/{copy.json()['reference']}"
    assert report.text.count("+33972101") == 2
    assert pdf.content.startswith(b"%PDF")
    assert deleted.status_code == 204
    listed = (await program.get("/campaigns")).json()["items"]
    assert [each["reference"] for each in listed] == [copy.json()["reference"]]


async def test_campaigns_are_listed_newest_first_with_a_cursor(program):
    references = [(await made(program))["reference"] for _ in range(3)]
    first = (await program.get("/campaigns?limit=2")).json()
    second = (
        await program.get(f"/campaigns?limit=2&cursor={first['nextCursor']}")
    ).json()

    found = [each["reference"] for page in (first, second) for each in page["items"]]
    assert found == references[::-1]
    assert second["nextCursor"] is None


async def test_the_same_key_makes_one_campaign(program):
    headers = {"idempotency-key": "key-1"}
    first = await program.post("/campaigns", NEW, headers=headers)
    second = await program.post("/campaigns", NEW, headers=headers)
    other = await program.post("/campaigns", {**NEW, "name": "x"}, headers=headers)

    assert first.content == second.content
    assert first.headers["location"] == second.headers["location"]
    assert second.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len((await program.get("/campaigns")).json()["items"]) == 1


async def test_the_same_key_at_the_same_time_makes_one_campaign(program):
    answers = await asyncio.gather(
        *(
            program.post("/campaigns", NEW, headers={"idempotency-key": "key-1"})
            for _ in range(4)
        )
    )

    assert sorted({each.status_code for each in answers} - {201}) in ([], [409])
    assert len((await program.get("/campaigns")).json()["items"]) == 1


async def test_a_refused_request_may_be_sent_again_with_its_key(program):
    headers = {"idempotency-key": "key-1"}
    bad = await program.post(
        "/campaigns", {**NEW, "recipientsList": ["18"]}, headers=headers
    )
    good = await program.post("/campaigns", NEW, headers=headers)

    assert (bad.status_code, good.status_code) == (422, 201)


async def test_an_upload_is_its_lines_alone(program, new_program):
    theirs = await new_program(THEIRS)
    upload = await theirs("POST", "/documents?name=a.txt", content=b"secret")
    body = {**NEW, "documents": [{"upload": upload.json()["id"]}]}
    answer = await program.post("/campaigns", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "no-upload")
