"""
Who may call, how often, with what bodies; and that every mistake is a problem.
"""

import logging
from datetime import timedelta

import httpx
import pytest

from ecofax_gateway.api.caller import BURST, PER_SECOND, TokenPace
from ecofax_gateway.api.guard import JSON_BYTES
from ecofax_gateway.domain.api_token import Scope
from tests.site import ORIGIN

PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"authorization": "Bearer ecofax_AAAAAAAA_x"}, 401),
        ({"authorization": "Basic YTpi"}, 401),
    ],
)
async def test_without_a_token_nothing_is_told(new_browser, header, code):
    answer = await new_browser().get("/api/v1/line", headers=header)

    assert answer.status_code == code
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_session_of_the_console_opens_no_api(ours):
    assert (await ours.get("/api/v1/line")).status_code == 401


async def test_a_token_opens_no_console(program):
    answer = await program.http.get("/")

    assert answer.headers["location"].startswith("/login")


async def test_an_old_token_opens_nothing(new_program, site_clock):
    program = await new_program(expires_at=site_clock() + timedelta(hours=1))
    before = await program.get("/line")
    site_clock.forward(hours=1)

    assert before.status_code == 200
    assert (await program.get("/line")).status_code == 401


async def test_a_token_does_what_its_scopes_say(new_program):
    program = await new_program(scopes=[Scope.FAXES_READ])
    allowed, forbidden = await program.get("/faxes"), await program.get("/line")

    assert allowed.status_code == 200
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "missing-scope")
    assert 'scope="line:read"' in forbidden.headers["www-authenticate"]


async def test_a_caller_is_told_its_pace_and_held_to_it(program):
    answers = [await program.get("/line") for _ in range(BURST + 2)]
    last = answers[-1]

    assert answers[0].headers["ratelimit"].startswith(f'"token";r={BURST - 1};')
    assert answers[0].headers["ratelimit-policy"] == '"token";q=100;w=10'
    assert [each.status_code for each in answers] == [200] * BURST + [429] * 2
    assert last.headers["content-type"] == PROBLEM
    assert last.headers["retry-after"] == "1"


@pytest.mark.parametrize(("of_token", "vouched"), [("", True), ("x", False)])
async def test_only_a_valid_token_is_vouched_for(site, program, of_token, vouched):
    seen = []

    async def watched(scope, receive, send):
        seen.append(scope)
        await site(scope, receive, send)

    headers = {"authorization": f"Bearer {program.token}{of_token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(watched), base_url=ORIGIN, headers=headers
    ) as http:
        await http.get("/api/v1/line")

    assert seen[0]["state"].get("is_vouched_for", False) is vouched


def test_a_pace_is_won_back(site_clock):
    pace = TokenPace()
    spent = [pace.take("a", now=site_clock()) for _ in range(BURST + 1)][-1]
    other = pace.take("b", now=site_clock())
    site_clock.forward(seconds=1)

    assert spent < 0 <= other
    assert pace.take("a", now=site_clock()) == PER_SECOND - 1


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("PUT", "/line", {"json": {}}, 405),
        (
            "PATCH",
            "/line",
            {"content": b"{", "headers": {"content-type": "application/json"}},
            422,
        ),
        ("PATCH", "/line", {"content": b"a=1"}, 415),
        ("POST", "/faxes", {"content": b" " * (JSON_BYTES + 1)}, 413),
        ("PATCH", "/campaigns/documents", {"content": b" " * (JSON_BYTES + 1)}, 413),
        ("GET", "/campaigns?cursor=x", {}, 422),
        ("GET", "/campaigns/..%2F", {}, 404),
        ("GET", "/faxes/%00", {}, 422),
        ("POST", "/documents?name=a", {"content": b""}, 422),
    ],
)
async def test_every_mistake_is_a_problem(program, method, path, options, status):
    answer = await program(method, path, **options)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == status
    assert answer.json()["type"].endswith(answer.json()["code"])


async def test_a_file_that_is_too_large_is_not_kept(program, desk):
    async def endless():
        for _ in range(desk.max_bytes // 1_000_000 + 2):
            yield bytes(1_000_000)

    answer = await program("POST", "/documents?name=a.pdf", content=endless())

    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
    assert list(desk.uploads.iterdir()) == []


async def test_no_secret_is_in_the_log_or_in_a_mistake(program, caplog):
    caplog.set_level(logging.DEBUG)
    made = await program.post("/tokens", {"name": "x", "scopes": ["line:read"]})
    hook = await program.post(
        "/webhooks", {"url": "https://example.net/k?key=QXJtb2lyZQ"}
    )
    wrong = await program.post("/tokens", {"name": "x", "scopes": ["QXJtb2lyZQ"]})
    ours = caplog.text + wrong.text

    for secret in (
        made.json()["token"].rpartition("_")[2],
        hook.json()["secret"],
        program.token.secret,
        "QXJtb2lyZQ",
    ):
        assert secret not in ours


async def test_the_documentation_is_a_page_without_scripts(new_browser):
    browser = new_browser()
    page = await browser.get("/api/docs")
    document = (await browser.get("/api/openapi.json")).json()

    assert document["openapi"].startswith("3.1")
    assert "<script" not in page.text
    operations = [
        each["operationId"]
        for item in document["paths"].values()
        for each in item.values()
    ]
    assert len(operations) == len(set(operations)) > 40
    assert all(f'id="{each}"' in page.text for each in operations)
