"""
Requests to real servers of the loopback, of which some mean harm.
"""

import asyncio
import contextlib
import gzip
import re
import ssl
from ipaddress import ip_network

import dns.asyncresolver
import pytest

from ecofax_gateway.outbound.client import MAX_REDIRECTS, Client
from ecofax_gateway.outbound.destination import OutboundFailed

from ..trust.senders import name_server

LOOPBACK = (ip_network("127.0.0.1/32"),)
"""127.0.0.2 stands for what nobody allowed."""

CSV = b"fax;nom\r\n0972101010;Durand\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: Text/CSV; charset=utf-8\r\n"
WHOLE = OK + b"Content-Length: %d\r\n\r\n" % len(CSV) + CSV


class Server:
    """
    Answers every request in the same way, and keeps what it was sent.
    """

    def __init__(self):
        self.requests = []
        self.port = 0
        self.answer = WHOLE
        self._talks = set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/liste.csv"

    async def talk(self, reader, writer):
        self._talks.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self.hear(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def over(self):
        async with asyncio.timeout(60):
            await asyncio.gather(*self._talks)

    async def hear(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        body = await reader.readexactly(int(length[1]) if length else 0)
        self.requests.append(head + body)
        await self.say(writer)

    async def say(self, writer):
        writer.write(self.answer)
        await writer.drain()


class Endless(Server):
    async def say(self, writer):
        writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"0" * 65536 + b"\r\n")
            await writer.drain()


class Mute(Server):
    """
    Says the beginning of an answer, and nothing more as long as it is listened to.
    """

    async def hear(self, reader, writer):
        writer.write(OK + b"Content-Length: 100\r\n\r\n012")
        while await reader.read(1000):
            pass


@contextlib.asynccontextmanager
async def listening(server, host="127.0.0.1", **options):
    listener = await asyncio.start_server(server.talk, host, 0, **options)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        await server.over()


@pytest.fixture
async def server():
    async with listening(Server()) as ready:
        yield ready


async def fetched(url, client=None, *, max_bytes=1024 * 1024, seconds=60.0):
    client = client or Client(networks=LOOPBACK)
    return await client.fetch(url, max_bytes=max_bytes, seconds=seconds)


async def refused(url, client=None, **limits):
    with pytest.raises(OutboundFailed) as failure:
        await fetched(url, client, **limits)
    return failure.value.code


async def test_a_list_is_fetched_and_nothing_of_ours_is_told(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    found = await fetched(server.url)

    assert found.content == CSV
    assert found.media_type == "text/csv"
    [request] = server.requests
    assert b"Accept-Encoding: identity" in request
    assert b"Cookie" not in request


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001"),
        *("0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "0"),
    ],
)
async def test_no_way_to_write_our_own_machine_is_called(server, host):
    url = f"http://{host}:{server.port}/liste.csv"

    assert await refused(url, Client()) == "url-private"
    assert server.requests == []


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "192.168.1.1"])
async def test_private_networks_are_not_called(host):
    assert await refused(f"http://{host}/", Client()) == "url-private"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://127.0.0.2:8080/", "url-private"),
        ("http://169.254.169.254/latest/meta-data/", "url-private"),
        ("//[::1]/", "url-private"),
        ("file:///etc/passwd", "url-scheme"),
        ("http://127.0.0.1:25/", "url-port"),
        ("http://[", "url-malformed"),
    ],
)
async def test_a_redirect_is_held_to_the_same(server, target, code):
    server.answer = b"HTTP/1.1 302 Found\r\nLocation: %b\r\n\r\n" % target.encode()

    assert await refused(server.url) == code


async def test_redirects_come_to_an_end(server):
    server.answer = b"HTTP/1.1 301 Moved\r\nLocation: /encore\r\n\r\n"

    assert await refused(server.url) == "url-redirects"
    assert len(server.requests) == MAX_REDIRECTS + 1


async def test_names_that_lead_to_us_are_not_called(server, tmp_path):
    records = ["--address=/loop.test/127.0.0.2", "--address=/loop.test/::1"]
    records += ["--address=/meta.test/169.254.169.254", "--address=/ok.test/127.0.0.1"]
    async with name_server(tmp_path, *records) as address:
        host, _, port = address.rpartition(":")
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [host], int(port)

        async def resolve(name, port):
            found = []
            for kind in ("A", "AAAA"):
                with contextlib.suppress(dns.resolver.NoAnswer, dns.resolver.NXDOMAIN):
                    found += [r.address for r in await resolver.resolve(name, kind)]
            return found

        client = Client(networks=LOOPBACK, resolve=resolve)
        for name in ("loop", "meta"):
            url = f"http://{name}.test:{server.port}/"
            assert await refused(url, client) == "url-private"
        assert await refused("http://absent.test/", client) == "url-unknown-host"
        assert server.requests == []
        url = f"http://ok.test:{server.port}/"
        assert (await fetched(url, client)).content == CSV


async def test_a_name_is_looked_up_once_and_what_was_looked_at_is_called(server):
    answers = [["127.0.0.1"], ["127.0.0.2"]]

    async def rebinding(name, port):
        return answers.pop(0)

    client = Client(networks=LOOPBACK, resolve=rebinding)

    assert (await fetched(f"http://a.test:{server.port}/", client)).content == CSV
    assert answers == [["127.0.0.2"]]


async def test_an_address_that_is_not_public_is_passed_over(server):
    async def both(name, port):
        return ["127.0.0.2", "127.0.0.1"]

    client = Client(networks=LOOPBACK, resolve=both)

    assert (await fetched(f"http://a.test:{server.port}/", client)).content == CSV


async def test_an_endless_body_is_cut_off():
    async with listening(Endless()) as server:
        assert await refused(server.url, max_bytes=1_000_000) == "url-too-large"


async def test_a_body_that_is_said_to_be_too_long_is_not_read(server):
    server.answer = OK + b"Content-Length: 5000000\r\n\r\n"

    assert await refused(server.url) == "url-too-large"


async def test_a_body_that_does_not_come_is_not_waited_for():
    async with listening(Mute()) as server:
        assert await refused(server.url, seconds=0.3) == "url-too-slow"


async def test_a_bomb_stays_packed(server):
    bomb = gzip.compress(b"0" * 10_000_000)
    server.answer = (
        OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    )

    assert await refused(server.url) == "url-compressed"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "url-status"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "url-status"),
        (b"220 mail.example.net ESMTP\r\n", "url-broken-off"),
        (b"", "url-broken-off"),
        (OK + b"Content-Length: 100\r\n\r\nshort", "url-broken-off"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, "url-broken-off"),
    ],
)
async def test_what_is_no_whole_answer_is_told(server, answer, code):
    server.answer = answer

    assert await refused(server.url) == code


async def test_a_server_that_is_not_there_is_told(server):
    async with listening(Server()) as gone:
        url = gone.url

    assert await refused(url) == "url-unreachable"


async def test_an_unknown_certificate_is_refused(tmp_path, authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    trusted = ssl.create_default_context(cafile=authority)

    async def here(name, port):
        return ["127.0.0.1"]

    async with listening(Server(), ssl=context) as server:
        url = f"https://listes.test:{server.port}/"
        strict = Client(networks=LOOPBACK, resolve=here)
        client = Client(networks=LOOPBACK, resolve=here, trusted=trusted)

        assert await refused(url, strict) == "url-certificate"
        assert (await fetched(url, client)).content == CSV


async def test_something_is_sent_and_its_answer_told(server):
    server.answer = b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
    client = Client(networks=LOOPBACK)

    said = await client.post(
        server.url, b'{"id": 1}', headers={"X-Signature": "abc"}, seconds=60.0
    )

    assert (said.status, said.retry_after) == (429, "7")
    [request] = server.requests
    assert request.startswith(b"POST /liste.csv")
    assert b"X-Signature: abc" in request
    assert request.endswith(b'{"id": 1}')


async def test_nothing_is_sent_to_ourselves(server):
    with pytest.raises(OutboundFailed) as failure:
        await Client().post(server.url, b"{}", headers={}, seconds=60.0)

    assert failure.value.code == "url-private"
    assert server.requests == []
