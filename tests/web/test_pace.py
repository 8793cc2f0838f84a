"""
How many requests one client may make.
"""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from ecofax_gateway.web.pace import BURST, Pace


class Seconds:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def ask(seconds):
    site = Pace(PlainTextResponse("here"), seconds=seconds)

    async def ask(client="192.0.2.1", **headers):
        transport = httpx.ASGITransport(site, client=(client, 1))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://x", headers=headers
        ) as http:
            return (await http.get("/")).status_code

    return ask


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


async def test_a_token_has_a_pace_of_its_own(ask):
    for _ in range(BURST + 1):
        await ask()

    assert await ask(authorization="Bearer one") == 200
