"""
Bodies that come too slowly.
"""

import asyncio

import httpx
import pytest
from starlette.exceptions import HTTPException

from ecofax_gateway.web import body
from ecofax_gateway.web.body import BodyLimit
from tests.site import ORIGIN

SCOPE = {"type": "http", "path": "/", "headers": []}


async def unsent(message):
    raise AssertionError(message)


async def read_all(receive):
    while (await receive()).get("more_body"):
        pass


async def never():
    await asyncio.Event().wait()


async def read_slowly():
    """A request whose body does not come."""

    async def site(scope, receive, send):
        await read_all(receive)

    await BodyLimit(site, max_bytes=10)(SCOPE, never, unsent)


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.1)

    with pytest.raises(HTTPException) as caught:
        await read_slowly()

    assert caught.value.status_code == 408


async def test_a_client_may_listen_as_long_as_it_likes(monkeypatch):
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.1)
    messages = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"x", "more_body": False})
    is_read = asyncio.Event()

    async def site(scope, receive, send):
        await read_all(receive)
        is_read.set()
        assert (await receive())["type"] == "http.disconnect"

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(BodyLimit(site, max_bytes=10)(SCOPE, messages.get, unsent))
        await is_read.wait()
        with pytest.raises(HTTPException):
            await read_slowly()
        messages.put_nowait({"type": "http.disconnect"})


@pytest.mark.parametrize("path", ["/login", "/api/v1/campaigns"])
async def test_a_client_is_told_that_it_was_too_slow(site, monkeypatch, path):
    monkeypatch.setattr(body, "PATIENCE_SECONDS", 0.1)

    async def slow():
        yield b"a="
        await never()

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(site), base_url=ORIGIN
    ) as http:
        answer = await http.post(
            path,
            content=slow(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )

    assert answer.status_code == 408
