"""
Connections that bring no request, and too many of them.
"""

import asyncio
from contextlib import asynccontextmanager

import pytest
from starlette.responses import PlainTextResponse, StreamingResponse

from ecofax_gateway.web import connection
from ecofax_gateway.web.server import WebServer

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@asynccontextmanager
async def served(site, *proxies):
    server = WebServer(site, host="127.0.0.1", port=0, proxies=proxies)
    port = server.start()
    opened = []

    async def connect(said=b"", **options):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
        opened.append(writer)
        writer.write(said)
        return reader, writer

    try:
        async with asyncio.timeout(60):
            yield connect
    finally:
        for writer in opened:
            writer.close()
        await server.close()


async def is_hung_up(reader):
    try:
        return not await reader.read(1)
    except ConnectionError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_client_that_brings_no_request_is_left(monkeypatch, said):
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.2)
    async with served(PlainTextResponse("here")) as connect:
        reader, _ = await connect(said)

        assert await is_hung_up(reader)


async def test_a_second_request_has_to_come_in_time_too(monkeypatch):
    async with served(PlainTextResponse("here")) as connect:
        reader, writer = await connect(REQUEST)
        await reader.readuntil(b"here")
        monkeypatch.setattr(connection, "REQUEST_SECONDS", 0.2)
        writer.write(REQUEST[:10])

        assert await is_hung_up(reader)


async def test_a_long_answer_is_not_cut_off(monkeypatch):
    monkeypatch.setattr(connection, "REQUEST_SECONDS", 3.0)
    goes_on = asyncio.Event()

    async def told():
        yield "begun"
        await goes_on.wait()
        yield "ended"

    async with served(StreamingResponse(told())) as connect:
        reader, _ = await connect(REQUEST)
        await reader.readuntil(b"begun")
        silent, _ = await connect()
        assert await is_hung_up(silent)
        goes_on.set()

        await reader.readuntil(b"ended")


async def test_one_too_many_is_hung_up_on_and_the_others_are_served(monkeypatch):
    monkeypatch.setattr(connection, "MAX_CONNECTIONS", 1)
    async with served(PlainTextResponse("here")) as connect:
        reader, writer = await connect(REQUEST)
        await reader.readuntil(b"here")
        other, _ = await connect()

        assert await is_hung_up(other)
        writer.write(REQUEST)
        await reader.readuntil(b"here")


async def test_a_client_with_too_many_is_told_so_and_others_are_served(monkeypatch):
    monkeypatch.setattr(connection, "MAX_OF_CLIENT", 1)
    async with served(PlainTextResponse("here")) as connect:
        first, writer = await connect(REQUEST)
        await first.readuntil(b"here")
        second, _ = await connect()
        told = await second.read()
        elsewhere, _ = await connect(REQUEST, local_addr=("127.0.0.2", 0))
        await elsewhere.readuntil(b"here")
        writer.write(REQUEST)
        await first.readuntil(b"here")

    head, _, body = told.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert f"Content-Length: {len(body)}".encode() in head


async def test_a_proxy_that_is_believed_has_as_many_as_it_needs(monkeypatch):
    monkeypatch.setattr(connection, "MAX_OF_CLIENT", 1)
    async with served(PlainTextResponse("here"), "127.0.0.0/8") as connect:
        for _ in range(3):
            reader, _ = await connect(REQUEST)
            await reader.readuntil(b"here")
