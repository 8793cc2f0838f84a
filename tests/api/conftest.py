"""
Programs with tokens of both lines.
"""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from ecofax_gateway.domain.api_token import ApiToken, Scope
from ecofax_gateway.pipeline import tokens
from ecofax_gateway.store import api_tokens
from tests.site import ORIGIN, OURS, THEIRS


@dataclass
class Program:
    """A client of the API, with its token."""

    http: httpx.AsyncClient
    token: ApiToken

    async def __call__(self, method: str, path: str, **options) -> httpx.Response:
        return await self.http.request(method, f"/api/v1{path}", **options)

    async def get(self, path: str, **options) -> httpx.Response:
        return await self("GET", path, **options)

    async def post(self, path: str, json=None, **options) -> httpx.Response:
        return await self("POST", path, json=json, **options)

    async def patch(self, path: str, json, **options) -> httpx.Response:
        return await self("PATCH", path, json=json, **options)


@pytest.fixture
async def new_program(site, desk, site_clock) -> Callable:
    """A program of a line, with some scopes; None: with all."""
    opened = []

    async def open_one(line=OURS, scopes=None, expires_at=None) -> Program:
        token = tokens.fresh()
        await desk.db.tx(
            api_tokens.add,
            token,
            line=line,
            name="a program",
            scopes=list(Scope) if scopes is None else scopes,
            expires_at=expires_at,
            now=site_clock(),
        )
        transport = httpx.ASGITransport(site, raise_app_exceptions=False)
        http = httpx.AsyncClient(
            transport=transport,
            base_url=ORIGIN,
            headers={"authorization": f"Bearer {token}"},
        )
        opened.append(http)
        return Program(http, token)

    yield open_one
    for http in opened:
        await http.aclose()


@pytest.fixture
async def program(new_program) -> Program:
    """A program of our line that may do everything."""
    return await new_program()


@pytest.fixture
async def their_program(new_program) -> Program:
    """A program of the other line that may do everything."""
    return await new_program(THEIRS)
