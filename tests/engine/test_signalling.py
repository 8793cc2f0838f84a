"""
The user agent on real sockets: UDP, TCP and TLS, IPv4 and IPv6.
"""

import asyncio
import contextlib
import subprocess
from dataclasses import dataclass, field

import pytest

from bench.ports import free_port
from ecofax_gateway.engine.signalling import Signalling
from ecofax_gateway.engine.streams import MAX_TAKEN_BY_HOST
from ecofax_gateway.engine.tls import server_context
from ecofax_gateway.sip import (
    Answered,
    Call,
    CallFailed,
    Event,
    Hop,
    HungUp,
    IncomingCall,
    TargetFailed,
    Transport,
)
from ecofax_gateway.sip.locating import Place

SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
PATIENCE_S = 60.0


@dataclass
class Agent:
    """A user agent on the loopback that picks up, and remembers."""

    host: str = "127.0.0.1"
    events: list[Event] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self):
        self.shell = Signalling(self.take)

    def take(self, event):
        self.events.append(event)
        self.heard.set()
        if isinstance(event, IncomingCall):
            event.call.accept(SDP, self.shell.now())

    async def until(self, kind):
        """The first event of that kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.events:
                    if isinstance(event, kind):
                        return event
                self.heard.clear()
                await self.heard.wait()

    def invite(self, *hops, sdp=SDP) -> Call:
        call = self.shell.agent.invite(
            to="sip:1@example.net",
            request_uri="sip:1@example.net",
            from_uri="sip:2@example.net",
            next_hop=hops,
            sdp=sdp,
            now=self.shell.now(),
        )
        self.shell.flush()
        return call


@contextlib.asynccontextmanager
async def pair(host="127.0.0.1", tls=None):
    """A caller and a callee."""
    caller, callee = Agent(host), Agent(host)
    await caller.shell.open(host, 0)
    await callee.shell.open(host, 0, tls=tls)
    try:
        yield caller, callee
    finally:
        caller.shell.close()
        callee.shell.close()


def certificate(folder, *names):
    """A self-signed certificate with its key, in one file."""
    path = folder / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=x"),
            *("-addext", f"subjectAltName={','.join(names)}"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(
        (folder / "certificate.pem").read_bytes() + (folder / "key.pem").read_bytes()
    )
    return path


async def talk(caller, callee, hop):
    """A whole call, hung up by the callee; gives both ends of it."""
    call = caller.invite(hop)
    await caller.until(Answered)
    other = (await callee.until(IncomingCall)).call
    other.hang_up(callee.shell.now())
    callee.shell.flush()
    await caller.until(HungUp)
    async with asyncio.timeout(PATIENCE_S):
        while not callee.shell.agent.is_idle:
            await callee.shell.wait_for_change()
    return call, other


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])
async def test_a_call_goes_and_comes_back_by_the_same_way(host, transport):
    async with pair(host) as (caller, callee):
        port = callee.shell.address[1]
        _, other = await talk(caller, callee, Hop(host, port, transport))
        near_port = caller.shell.address[1]

    assert other.dialog.peer.transport is transport
    # By TCP the connection's own port is answered to, so that no second one is opened.
    assert (other.dialog.peer.port == near_port) is (transport is Transport.UDP)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("DNS:fax.example.net", "fax.example.net"),
        ("URI:sip:example.net", "example.net"),
        ("IP:127.0.0.1", ""),
    ],
)
async def test_a_call_by_tls_to_who_it_should_be(tmp_path, name, domain):
    pem = certificate(tmp_path, name)
    async with pair(tls=server_context(pem)) as (caller, callee):
        trust = caller.shell.streams.trust.add(str(pem), verify=True)
        port = callee.shell.tls_port
        hop = Hop("127.0.0.1", port, Transport.TLS, domain, trust)
        _, other = await talk(caller, callee, hop)

    assert other.dialog.peer.transport is Transport.TLS
    assert other.dialog.target.endswith(";transport=tls")


@pytest.mark.parametrize(
    ("domain", "trusted", "verify", "is_taken"),
    [
        pytest.param("other.example.net", True, True, False, id="another-domain"),
        pytest.param("fax.example.net", False, True, False, id="unknown-authority"),
        pytest.param("other.example.net", False, False, True, id="not-verified"),
    ],
)
async def test_who_else_answers_by_tls_hears_nothing(
    tmp_path, domain, trusted, verify, is_taken
):
    pem = certificate(tmp_path, "DNS:fax.example.net")
    async with pair(tls=server_context(pem)) as (caller, callee):
        trust = caller.shell.streams.trust.add(
            str(pem) if trusted else "", verify=verify
        )
        hop = Hop("127.0.0.1", callee.shell.tls_port, Transport.TLS, domain, trust)
        caller.invite(hop)
        event = await caller.until(Answered if is_taken else CallFailed)

    if not is_taken:
        assert (event.status, event.q850) == (503, 38)
        assert callee.events == []


async def test_a_closed_port_sends_the_call_to_the_next_target():
    async with pair() as (caller, callee):
        port = callee.shell.address[1]
        dead = Hop("127.0.0.1", 1, Transport.TCP)
        caller.invite(dead, Hop("127.0.0.1", port, Transport.TCP))
        await caller.until(Answered)

    assert (await caller.until(TargetFailed)).target == dead


@pytest.mark.parametrize("has_tcp", [True, False])
async def test_a_large_call_goes_by_tcp_and_else_by_udp(has_tcp):
    large = SDP + b"a=x:" + b"y" * 1500 + b"\r\n"
    async with pair() as (caller, callee):
        if not has_tcp:
            callee.shell.streams.close()
        caller.invite(Hop("127.0.0.1", callee.shell.address[1]), sdp=large)
        other = (await callee.until(IncomingCall)).call
        await caller.until(Answered)

    expected = Transport.TCP if has_tcp else Transport.UDP
    assert other.dialog.peer.transport is expected
    assert other.remote_sdp == large


async def test_one_connection_serves_many_calls():
    async with pair() as (caller, callee):
        hop = Hop("127.0.0.1", callee.shell.address[1], Transport.TCP)
        for _ in range(5):
            caller.invite(hop)
        async with asyncio.timeout(PATIENCE_S):
            while [type(e) for e in caller.events].count(Answered) < 5:
                caller.heard.clear()
                await caller.heard.wait()
        peers = {e.call.dialog.peer for e in callee.events}

    assert len(peers) == 1


async def test_a_ping_is_answered_and_noise_closes_the_connection():
    async with pair() as (_, callee):
        reader, writer = await asyncio.open_connection(*callee.shell.address)
        writer.write(b"\r\n\r\n")
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.readexactly(2) == b"\r\n"
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_one_host_cannot_take_every_connection():
    async with pair() as (_, callee):
        opened = [
            await asyncio.open_connection(*callee.shell.address)
            for _ in range(MAX_TAKEN_BY_HOST + 1)
        ]
        async with asyncio.timeout(PATIENCE_S):
            for reader, writer in opened[:-1]:
                writer.write(b"\r\n\r\n")
                assert await reader.readexactly(2) == b"\r\n"
            with contextlib.suppress(ConnectionResetError):
                assert await opened[-1][0].read() == b""
        for _, writer in opened:
            writer.close()
            with contextlib.suppress(ConnectionResetError):
                await writer.wait_closed()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_closed_udp_port_sends_the_call_on_at_once(host):
    """
    What ICMP says, the next target need not wait for.
    """
    async with pair(host) as (caller, callee):
        dead = Hop(host, free_port(host))
        loop = asyncio.get_running_loop()
        began = loop.time()
        caller.invite(dead, Hop(host, callee.shell.address[1]))
        await caller.until(Answered)
        spent = loop.time() - began

    assert (await caller.until(TargetFailed)).target == dead
    assert spent < 8  # the patience with a silent target


async def test_a_udp_port_that_stays_closed_ends_the_call_in_seconds():
    async with pair() as (caller, _):
        caller.invite(Hop("127.0.0.1", free_port()))
        event = await caller.until(CallFailed)

    assert (event.status, event.q850) == (503, 38)


async def test_a_port_that_opens_late_gets_the_call():
    async with pair() as (caller, _):
        late = Agent()
        port = free_port()
        caller.invite(Hop("127.0.0.1", port))
        await late.shell.open("127.0.0.1", port)
        await caller.until(Answered)
        late.shell.close()


async def test_a_name_that_a_far_end_writes_is_looked_up():
    """
    Its Contact names a host: our BYE goes where the name leads.
    """
    async with pair() as (_, callee):
        asked = asyncio.Queue()
        there = Hop(*callee.shell.address)

        async def find(place):
            asked.put_nowait(place)
            return [there]

        named = Agent()
        named.shell = Signalling(named.take, find=find)
        await named.shell.open("127.0.0.1", 0)
        call = named.invite(there)
        await named.until(Answered)
        call.dialog.target = "sip:fax@gw.example.net"
        assert call.destination == there
        named.shell.flush()
        async with asyncio.timeout(PATIENCE_S):
            place = await asked.get()
        call.hang_up(named.shell.now())
        named.shell.flush()
        await callee.until(HungUp)
        named.shell.close()

    assert place == Place("gw.example.net", 0, None)


async def test_a_name_that_is_not_known_is_left_to_the_neighbour():
    async with pair() as (_, callee):
        asked = asyncio.Event()

        async def find(place):
            asked.set()
            raise OSError("no such name")

        named = Agent()
        named.shell = Signalling(named.take, find=find)
        await named.shell.open("127.0.0.1", 0)
        call = named.invite(Hop(*callee.shell.address))
        await named.until(Answered)
        call.dialog.target = "sip:fax@gw.example.net"
        call.hang_up(named.shell.now())
        named.shell.flush()
        async with asyncio.timeout(PATIENCE_S):
            await asked.wait()
        await callee.until(HungUp)
        named.shell.close()
