"""
The HTTP server in the daemon's loop.
"""

import asyncio
import ssl
import subprocess

import httpx
import pytest
from starlette.responses import PlainTextResponse, StreamingResponse

from ecofax_gateway.certificate import Certificate
from ecofax_gateway.web.server import WebServer


@pytest.fixture
def pair(tmp_path):
    """(chain, key) of localhost."""
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*command, "-keyout", key, "-out", chain], check=True, capture_output=True
    )
    return chain, key


async def scheme_of(scope, receive, send):
    client = scope["client"][0]
    await PlainTextResponse(f"{scope['scheme']} {client}")(scope, receive, send)


async def ask(url, **options):
    async with httpx.AsyncClient(**options) as http:
        return (await http.get(url)).text


async def test_it_serves_on_a_free_port_until_it_is_closed():
    server = WebServer(scheme_of, host="127.0.0.1", port=0)
    port = server.start()

    assert await ask(f"http://127.0.0.1:{port}/") == "http 127.0.0.1"

    await server.close()
    with pytest.raises(httpx.ConnectError):
        await ask(f"http://127.0.0.1:{port}/")


async def test_a_taken_port_is_an_error_at_the_start():
    first = WebServer(scheme_of, host="127.0.0.1", port=0)
    port = first.start()

    with pytest.raises(OSError, match="in use"):
        WebServer(scheme_of, host="127.0.0.1", port=port).start()

    await first.close()


async def test_only_a_proxy_that_is_named_is_believed():
    for proxies, told in (
        ((), "http 127.0.0.1"),
        (("127.0.0.0/8",), "https 192.0.2.7"),
    ):
        server = WebServer(scheme_of, host="127.0.0.1", port=0, proxies=proxies)
        port = server.start()

        headers = {"x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https"}
        assert await ask(f"http://127.0.0.1:{port}/", headers=headers) == told

        await server.close()


async def test_it_speaks_tls(pair):
    server = WebServer(
        scheme_of,
        host="127.0.0.1",
        port=0,
        certificate=Certificate(*pair, setting="console.certificate"),
    )
    port = server.start()

    trusting = ssl.create_default_context(cafile=pair[0])
    told = await ask(f"https://localhost:{port}/", verify=trusting)

    assert told == "https 127.0.0.1"
    await server.close()


async def test_an_endless_answer_does_not_keep_a_stop_waiting_for_ever():
    begun = asyncio.Event()

    async def endless():
        while True:
            yield b"."
            begun.set()
            await asyncio.Event().wait()

    server = WebServer(StreamingResponse(endless()), host="127.0.0.1", port=0)
    port = server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(60):
        await begun.wait()
        await server.close()
        await reader.read()
    writer.close()
    await writer.wait_closed()
