"""
How many requests one client may make.
"""

import asyncio

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from ecofax_gateway.web import pace
from ecofax_gateway.web.pace import BURST, Pace, vouch


class Seconds:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


VALID = "Bearer valid"


async def here(scope, receive, send):
    """A page for everybody, which knows one token."""
    request = Request(scope)
    if request.headers.get("authorization") == VALID:
        vouch(request)
    await PlainTextResponse("here")(scope, receive, send)


def asking(site):
    """Asks a site, and gives the status of its answer."""

    async def ask(client="192.0.2.1", **headers):
        transport = httpx.ASGITransport(site, client=(client, 1))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://x", headers=headers
        ) as http:
            return (await http.get("/")).status_code

    return ask


@pytest.fixture
def ask(seconds):
    return asking(Pace(here, seconds=seconds))


async def test_a_client_that_runs_wild_is_told_to_wait(ask):
    for _ in range(BURST):
        assert await ask() == 200

    assert await ask() == 429


async def test_another_client_is_served_meanwhile(ask):
    for _ in range(BURST + 1):
        await ask()

    assert await ask(client="192.0.2.2") == 200


async def test_after_a_second_it_may_go_on_at_the_pace(ask, seconds):
    for _ in range(BURST + 1):
        await ask()

    seconds.now += 1.0

    assert [await ask() for _ in range(31)].count(200) == 30


async def test_a_valid_token_has_a_pace_of_its_own(ask):
    assert await ask(authorization=VALID) == 200
    for _ in range(BURST):
        await ask()

    assert await ask() == 429
    assert await ask(authorization=VALID) == 200
    assert await ask(client="192.0.2.2", authorization=VALID) == 200


async def test_tokens_that_are_made_up_have_none(ask):
    for n in range(BURST):
        assert await ask(authorization=f"Bearer {n}") == 200

    assert await ask(authorization="Bearer another") == 429
    assert await ask(authorization="Bearer 1") == 429


async def test_all_addresses_of_a_network_are_one_client(ask):
    for n in range(BURST):
        assert await ask(client=f"2001:db8::{n + 1:x}") == 200

    assert await ask(client="2001:db8::ffff:1") == 429
    assert await ask(client="2001:db8:0:1::1") == 200


async def test_a_client_has_only_so_many_open_at_once(monkeypatch, seconds):
    monkeypatch.setattr(pace, "MAX_OF_CLIENT", 2)
    opened, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def stream(scope, receive, send):
        opened.release()
        await go_on.wait()
        await here(scope, receive, send)

    ask = asking(Pace(stream, seconds=seconds))
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        streams = [tasks.create_task(ask()) for _ in range(2)]
        for _ in streams:
            await opened.acquire()
        third = await ask()
        other = tasks.create_task(ask("192.0.2.2"))
        await opened.acquire()
        go_on.set()

    assert third == 429
    assert {each.result() for each in (*streams, other)} == {200}
    assert await ask() == 200
