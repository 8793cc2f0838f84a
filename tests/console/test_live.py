"""
Following campaigns: one watcher, news only when there is some, an end to every stream.
"""

import asyncio
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

import httpx
import pytest

from bench.past import end_some
from ecofax_gateway.console.live import (
    BEAT,
    MAX_STREAMS,
    NUMBERS,
    OVER,
    RETRY,
    Live,
    View,
    format_event,
)
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.language import Tongue
from ecofax_gateway.domain.principal import Principal
from ecofax_gateway.pipeline import campaigns
from ecofax_gateway.site import make_site
from ecofax_gateway.store import web_sessions
from ecofax_gateway.store.web_sessions import WebSession
from ecofax_gateway.web.server import WebServer
from tests.site import OURS

LONG = 60.0
"""Seconds; an event of ours takes one or two."""

PAGE = View("campaigns/standing.html", Tongue.FR)
ROW = View("campaigns/row.html", Tongue.FR)
RUNNING = {FaxState.SENT: 1, FaxState.QUEUED: 2}


@pytest.fixture
async def token(desk):
    """A session of our line."""
    now = desk.clock()
    session = WebSession(
        principal=Principal(line=OURS),
        csrf="x",
        tongue=Tongue.FR,
        browser="",
        created_at=now,
        seen_at=now,
    )
    await desk.db.tx(web_sessions.begin, "token", session)
    return "token"


@pytest.fixture
def live(desk):
    """Looks all the time; beats, and reads its table anew, after a long while only."""
    return Live(desk, look_seconds=0.02, beat_seconds=LONG, table_seconds=LONG)


async def news(stream):
    """The next piece that says something."""
    async with asyncio.timeout(LONG):
        async for piece in stream:
            if piece not in (RETRY, BEAT):
                return piece
    return ""


async def test_what_has_changed_is_sent_until_all_is_over(desk, live, shelf, token):
    ref = await shelf.put("Relance", RUNNING)
    async with aclosing(live.follow(ref, PAGE, token, stage="running")) as stream:
        first = await news(stream)
        await desk.db.tx(end_some, ref, 1, at=desk.clock())
        second = await news(stream)
        await desk.db.tx(campaigns.stop, ref, desk.answer, now=desk.clock())
        third = await news(stream)
        last = await news(stream)

    assert first.startswith("event: standing\ndata: ")
    assert "1 sur 3 terminés" in first
    assert "2 sur 3 terminés" in second
    assert "event: stage\ndata: finished\n\n" in third
    assert "event: said\ndata: terminée\n\n" in third
    assert last == OVER
    assert live.watched == 0


async def test_a_stage_that_the_page_did_not_show_is_told_at_once(live, shelf, token):
    ref = await shelf.put("Relance", RUNNING)
    async with aclosing(live.follow(ref, PAGE, token, stage="ready")) as stream:
        first = await news(stream)

    assert "event: stage\ndata: running\n\n" in first
    assert "event: said" not in first


async def test_the_table_has_its_turn_when_something_changed(desk, shelf, token):
    live = Live(desk, look_seconds=0.02, beat_seconds=LONG, table_seconds=0.0)
    ref = await shelf.put("Relance", RUNNING)
    async with aclosing(live.follow(ref, PAGE, token, stage="running")) as stream:
        first = await news(stream)
        await desk.db.tx(end_some, ref, 1, at=desk.clock())
        second = await news(stream)

    assert [piece.count(NUMBERS) for piece in (first, second)] == [1, 1]


async def test_the_table_waits_for_its_turn_but_not_for_another_stage(
    desk, live, shelf, token
):
    ref = await shelf.put("Relance", RUNNING)
    async with aclosing(live.follow(ref, PAGE, token, stage="running")) as stream:
        first = await news(stream)
        await desk.db.tx(end_some, ref, 1, at=desk.clock())
        second = await news(stream)
        await desk.db.tx(campaigns.stop, ref, desk.answer, now=desk.clock())
        third = await news(stream)

    assert NUMBERS not in first + second
    assert NUMBERS in third


async def test_many_who_follow_are_served_by_one_watcher(desk, live, shelf, token):
    ref = await shelf.put("Relance", RUNNING)
    english = View("campaigns/standing.html", Tongue.EN)
    views = [PAGE] * 5 + [english]
    streams = [live.follow(ref, view, token, stage="running") for view in views]
    firsts = [await news(stream) for stream in streams]

    assert live.watched == 1
    assert len(set(firsts)) == 2
    assert "1 of 3 done" in firsts[-1]
    assert not live.has_room(token)
    await desk.db.tx(end_some, ref, 1, at=desk.clock())
    seconds = [await news(stream) for stream in streams]
    assert all("<strong>2 " in each for each in seconds)
    for stream in streams:
        await stream.aclose()
    assert live.watched == 0
    assert live.has_room(token)


async def test_a_list_is_followed_by_references(desk, live, shelf, token):
    a = await shelf.put("Une", RUNNING)
    b = await shelf.put("Autre", RUNNING)
    async with aclosing(live.follow_all([a, b], ROW, token)) as stream:
        seen = await news(stream)
        while f"event: {a}\n" not in seen or f"event: {b}\n" not in seen:
            seen += await news(stream)
        await desk.db.tx(end_some, b, 1, at=desk.clock())
        changed = await news(stream)

    assert changed.startswith(f"event: {b}\ndata: <th")
    assert f"event: {a}\n" not in changed


async def test_a_stream_beats_and_ends_with_its_session(desk, shelf, token):
    live = Live(desk, look_seconds=0.02, beat_seconds=0.02)
    ref = await shelf.put("Relance", RUNNING)
    stream = live.follow(ref, PAGE, token, stage="running")
    async with asyncio.timeout(LONG):
        while await anext(stream) != BEAT:
            pass
        await desk.db.tx(web_sessions.end, token)
        rest = [piece async for piece in stream]

    assert rest[-1] == OVER
    assert live.watched == 0


async def test_news_all_the_time_keep_no_stream_alive(desk, shelf, token):
    live = Live(desk, look_seconds=0.02, beat_seconds=0.02)
    ref = await shelf.put("Relance", {FaxState.SENT: 1, FaxState.QUEUED: 200})
    stream = live.follow(ref, PAGE, token, stage="running")
    await news(stream)
    await desk.db.tx(web_sessions.end, token)
    async with asyncio.timeout(LONG):
        while await anext(stream) != OVER:
            await desk.db.tx(end_some, ref, 1, at=desk.clock())

    assert live.watched == 0


async def test_all_streams_end_when_the_daemon_stops(desk, live, shelf, token):
    ref = await shelf.put("Relance", RUNNING)
    stream = live.follow(ref, PAGE, token, stage="running")
    await news(stream)
    desk.closing.set()
    async with asyncio.timeout(LONG):
        rest = [piece async for piece in stream]

    assert rest == []
    assert live.watched == 0


async def test_a_campaign_that_is_forgotten_is_over(desk, live, token):
    async with aclosing(live.follow("XXXXXXXX", PAGE, token, stage="")) as stream:
        assert await news(stream) == OVER


def test_an_event_has_a_field_for_each_line():
    assert (
        format_event("a", "<p>\n\n  x</p>\n")
        == "event: a\ndata: <p>\ndata:   x</p>\n\n"
    )


@asynccontextmanager
async def served(desk):
    """The real site on a port of its own, and who is logged in there."""
    server = WebServer(make_site(desk), host="127.0.0.1", port=0)
    port = server.start()
    base = f"http://127.0.0.1:{port}"
    cookies = {"ecofax": "token"}
    async with httpx.AsyncClient(base_url=base, cookies=cookies, timeout=LONG) as http:
        yield http, server
    desk.closing.set()
    await server.close()


async def test_browsers_get_events_over_http(desk, shelf, token):
    ref = await shelf.put("Relance", RUNNING)
    path = f"/campaigns/{ref}/live"
    async with (
        asyncio.timeout(LONG),
        served(desk) as (http, _),
        http.stream("GET", path) as answer,
    ):
        lines = answer.aiter_lines()
        while "1 sur 3" not in await anext(lines):
            pass
        await desk.db.tx(campaigns.stop, ref, desk.answer, now=desk.clock())
        rest = [line async for line in lines]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert "event: over" in rest


async def test_the_server_stops_although_somebody_follows(desk, shelf, token):
    ref = await shelf.put("Relance", RUNNING)
    path = f"/campaigns/live?ref={ref}"
    async with (
        asyncio.timeout(LONG),
        served(desk) as (http, server),
        http.stream("GET", path) as answer,
    ):
        lines = answer.aiter_lines()
        await anext(lines)
        desk.closing.set()
        await server.close()
        rest = [line async for line in lines]

    assert "event: over" not in rest


async def test_a_session_has_only_so_many_streams(desk, shelf, token):
    ref = await shelf.put("Relance", RUNNING)
    path = f"/campaigns/{ref}/live"
    async with (
        asyncio.timeout(LONG),
        served(desk) as (http, _),
        AsyncExitStack() as streams,
    ):
        for _ in range(MAX_STREAMS):
            answer = await streams.enter_async_context(http.stream("GET", path))
            assert answer.status_code == 200
        refused = await http.get(path)

    assert refused.status_code == 429
