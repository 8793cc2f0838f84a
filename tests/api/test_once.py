"""
Requests with a key whose process or whose program went away.
"""

import asyncio
from datetime import UTC, datetime

import pytest
from fastapi import Request

from ecofax_gateway.api.caller import Caller
from ecofax_gateway.api.model import Model
from ecofax_gateway.api.once import Once
from ecofax_gateway.api.problem import Problem
from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.store.api_tokens import KnownToken
from tests.site import OURS

TOKEN = KnownToken(
    id="t",
    line=OURS,
    name="Caisse",
    scopes=frozenset(),
    created_at=datetime(2026, 11, 1, tzinfo=UTC),
    used_at=None,
    expires_at=None,
    revoked_at=None,
)


async def ask(desk, work):
    async def receive():
        return {"type": "http.request", "body": b"{}", "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/faxes", "headers": []}
    return await Once(Request(scope, receive), desk, Caller(TOKEN), "key").make(work)


async def done():
    return Model(), "/faxes/F"


@pytest.mark.parametrize("end", [asyncio.CancelledError, StoreUnavailable])
async def test_what_may_have_been_done_is_not_done_again(desk, site_clock, end):
    async def broken_off():
        raise end

    with pytest.raises(end):
        await ask(desk, broken_off)
    with pytest.raises(Problem, match="request-under-way"):
        await ask(desk, done)
    site_clock.forward(minutes=6)
    with pytest.raises(Problem, match="request-broken-off"):
        await ask(desk, done)
    site_clock.forward(days=1)

    assert (await ask(desk, done)).status_code == 201
