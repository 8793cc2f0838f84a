"""
Whatever is sent to the engine by SIP, it lives, says nothing unforeseen, and calls on.

`ECOFAX_FUZZ_SEED` for other mutations, `ECOFAX_FUZZ_FACTOR` for more of them.
"""

import asyncio
import contextlib
import os
import random
import re
import socket
from pathlib import Path

import pytest

from ecofax_gateway.domain.outcome import Ending
from ecofax_gateway.engine.protocol import TrunkAddress

from .mutation import mutate, nasty, request

SEED = int(os.environ.get("ECOFAX_FUZZ_SEED", "4"))
FACTOR = int(os.environ.get("ECOFAX_FUZZ_FACTOR", "1"))

MEMORY_SLACK_MB = 24.0
"""For what is kept of transactions until their timers end, and for the allocator."""

AUDIO = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)
T38 = AUDIO.replace("audio 9 RTP/AVP 8", "image 9 udptl t38").replace(
    "a=rtpmap:8 PCMA/8000", "a=T38FaxVersion:0\r\na=T38FaxMaxDatagram:300"
)


async def ignore(progress):
    """Steps are others' matter."""


def rss_mb(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.fixture
def watched(capfd):
    """Look at the engine's health afterwards: its memory, its log."""

    def healthy(sender, rss_before):
        assert rss_mb(sender.engine_pid) - rss_before < MEMORY_SLACK_MB
        log = capfd.readouterr().err
        assert "Traceback" not in log
        assert "a bug" not in log

    return healthy


class Nowhere:
    """Instead of a fax machine: the trunk is said."""

    @staticmethod
    def trunk():
        return None


async def still_sends(sender, start_fax_machine, order, paper):
    machine = await start_fax_machine()
    async with asyncio.timeout(60):
        outcome = await sender.send(order(machine, paper()), ignore)
    assert outcome.ending is Ending.DELIVERED, outcome


class Station(asyncio.DatagramProtocol):
    """
    A far end that answers every request, and half of the time not as it should.
    """

    def __init__(self, rng):
        self._rng = rng
        self.invited = 0

    def connection_made(self, transport):
        self._transport = transport

    def send(self, message, address):
        if self._rng.random() < 0.5:
            message = mutate(self._rng, message)
        self._transport.sendto(message[:60_000], address)

    def datagram_received(self, data, address):
        method = data.split(b" ", 1)[0].decode("latin-1")
        if method == "INVITE":
            self.invited += 1
            for status in self._rng.choice(
                [(100, 180, 200), (183, 200), (200,), (486,), (401,), (503,), (302,)]
            ):
                self.send(self._response(data, status), address)
            if self._rng.random() < 0.5:
                self.send(self._within(data, "INVITE", T38), address)
            if self._rng.random() < 0.3:
                self.send(self._within(data, "BYE", ""), address)
        elif method not in ("ACK", "SIP/2.0"):
            self.send(self._response(data, 200), address)

    def _response(self, data, status):
        fields = {
            name: match[0]
            for name in ("Via", "From", "To", "Call-ID", "CSeq")
            if (match := re.search(rf"^{name}:.*$".encode(), data, re.MULTILINE))
        }
        lines = [value.rstrip(b"\r") for value in fields.values()]
        lines = [
            line + b";tag=far"
            if line.startswith(b"To:") and b"tag=" not in line
            else line
            for line in lines
        ]
        extra = {
            401: b'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth,auth-int"\r\n',
        }.get(status, b"Contact: <sip:far@127.0.0.1:%d>\r\n" % self.port)
        body = b""
        if status in (183, 200) and b"INVITE" in fields["CSeq"]:
            body = (T38 if b"m=image" in data else AUDIO).encode()
        return (
            b"SIP/2.0 %d Maybe\r\n" % status
            + b"".join(line + b"\r\n" for line in lines)
            + extra
            + b"Session-Expires: 90;refresher=uac\r\nAllow: INVITE, UPDATE\r\n"
            + b"Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )

    def _within(self, data, method, body):
        said = dict(re.findall(rb"^(From|To|Call-ID):\s*(.*?)\r$", data, re.MULTILINE))
        good = request(
            method,
            via=f"127.0.0.1:{self.port}",
            call_id=said.get(b"Call-ID", b"").decode("latin-1"),
            extra="Content-Type: application/sdp\r\n",
            body=body,
        )
        ours, theirs = said.get(b"To", b"") + b";tag=far", said.get(b"From", b"")
        good = re.sub(rb"From: [^\r]*", lambda _: b"From: " + ours, good)
        return re.sub(rb"To: [^\r]*", lambda _: b"To: " + theirs, good)

    @property
    def port(self):
        return self._transport.get_extra_info("sockname")[1]


async def call_and_tire(sender, call):
    """A call that is hung up after some seconds; whatever it meets, it ends."""
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(sender.send(call, ignore))
        done, _ = await asyncio.wait((sending,), timeout=3)
        if not done:
            await sender.hang_up(call.call)
        async with asyncio.timeout(120):
            return await sending


async def test_datagrams(sender, start_fax_machine, order, paper, watched):
    """
    The fixed list, then mutations of good requests and responses.
    """
    rng, good = random.Random(SEED), [request(m, body=AUDIO) for m in ("INVITE", "BYE")]
    good += [request("OPTIONS"), request("CANCEL"), request("UPDATE", body=T38)]
    good += [good[0].replace(b"INVITE sip:1@127.0.0.1 SIP/2.0", b"SIP/2.0 200 OK")]
    before = rss_mb(sender.engine_pid)
    target = ("127.0.0.1", sender.sip_port)
    batch = nasty()
    batch += [mutate(rng, rng.choice(good)) for _ in range(4000 * FACTOR)]
    for at in range(0, len(batch), 40):
        # As from many machines: of one the engine hears a few in a second.
        await deliver(
            batch[at : at + 40], f"127.1.{at // 10000}.{at // 40 % 250}", target
        )

    await still_sends(sender, start_fax_machine, order, paper)
    watched(sender, before)


async def deliver(datagrams, host, target):
    """Send these, and wait for the answer to what is sent after them."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind((host, 0))
        for datagram in datagrams:
            await loop.sock_sendto(sock, datagram[:60_000], target)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind((host.replace("127.1.", "127.2."), 0))
        own = "{}:{}".format(*sock.getsockname())
        await loop.sock_sendto(
            sock, request("OPTIONS", via=own, call_id="ping"), target
        )
        async with asyncio.timeout(60):
            assert await loop.sock_recv(sock, 65536)


async def test_a_far_end_that_mutates_half_of_what_it_says(
    sender, start_fax_machine, order, paper, watched
):
    pages, rng = paper(), random.Random(SEED)
    _, station = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Station(rng), local_addr=("127.0.0.1", 0)
    )
    await still_sends(sender, start_fax_machine, order, paper)
    before = rss_mb(sender.engine_pid)

    async with asyncio.TaskGroup() as tasks:
        calls = []
        for _ in range(600 * FACTOR):
            trunk = TrunkAddress(
                host="127.0.0.1", port=station.port, username="a", paced=False
            )
            call = order(Nowhere, pages, trunk=trunk, ring_timeout_s=1)
            calls.append(tasks.create_task(call_and_tire(sender, call)))
            await asyncio.sleep(1 / 100)
    station._transport.close()

    assert station.invited >= len(calls)
    endings = {call.result().ending for call in calls}
    assert len(endings) >= 4
    assert Ending.DELIVERED not in endings
    await still_sends(sender, start_fax_machine, order, paper)
    watched(sender, before)


async def test_connections_that_bring_garbage(
    sender, start_fax_machine, order, paper, watched
):
    """
    Cut off, endless, absurdly long, mutated; some stay open and say no more.
    """
    rng, before = random.Random(SEED), rss_mb(sender.engine_pid)
    good = request("INVITE", body=AUDIO)
    kept = []
    for at in range(200 * FACTOR):
        _, writer = await asyncio.open_connection("127.0.0.1", sender.sip_port)
        garbage = rng.choice(
            [
                rng.randbytes(2000),
                b"\r\n" * 3000,
                b"INVITE sip:1@x SIP/2.0\r\n" + b"X: y\r\n" * 3000,
                good.replace(b"Content-Length: ", b"Content-Length: 9999999"),
                good.replace(b"Content-Length: ", b"Content-Length: -"),
                good[: len(good) // 2],
                mutate(rng, good) + mutate(rng, good),
            ]
        )
        writer.write(garbage)
        if at % 4:
            with contextlib.suppress(ConnectionError):
                await writer.drain()
            writer.close()
        else:
            kept.append(writer)

    await still_sends(sender, start_fax_machine, order, paper)
    for writer in kept:
        writer.close()
    watched(sender, before)


async def test_trunks_by_tcp_that_answer_with_garbage(sender, order, paper, watched):
    """
    Each call ends as a fault of the trunk, or of the far end, not of ours.
    """
    rng, pages, before = random.Random(SEED), paper(), rss_mb(sender.engine_pid)

    async def serve(reader, writer):
        data = await reader.read(4000)
        answer = b"SIP/2.0 200 OK\r\n" + data.partition(b"\r\n")[2]
        for _ in range(rng.randint(0, 5)):
            writer.write(rng.choice([mutate(rng, answer), rng.randbytes(500)]))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        if rng.random() < 0.7:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        trunk = TrunkAddress(host="127.0.0.1", port=port, transport="tcp", paced=False)
        async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
            calls = [
                tasks.create_task(
                    call_and_tire(
                        sender, order(Nowhere, pages, trunk=trunk, ring_timeout_s=1)
                    )
                )
                for _ in range(60 * FACTOR)
            ]

    endings = {call.result().ending for call in calls}
    assert not endings & {Ending.DELIVERED, Ending.LOCAL_FAULT}
    watched(sender, before)
