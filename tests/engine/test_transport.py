"""
UDP endpoints against what peers can do to them.
"""

import asyncio
import socket

import pytest

from ecofax_gateway.engine.transport import UdpPort, open_udp, resolve


@pytest.mark.parametrize(
    "address",
    [
        ("127.0.0.1", 0),
        ("127.0.0.1", 99999),
        ("127.0.0.1", -1),
        ("localhost", 5060),
        ("", 5060),
        ("0.0.0.0", 5060),
        ("224.0.0.1", 5060),
        ("::ffff:1.2.3.4.5", 5060),
    ],
    ids=str,
)
async def test_an_address_that_cannot_be_sent_to_harms_nobody(address):
    heard = asyncio.Queue()
    far_end = await open_udp(
        "127.0.0.1", 0, lambda data, source: heard.put_nowait(data)
    )
    port = await open_udp("127.0.0.1", 0, lambda data, source: None)

    port.send(b"lost", address)
    port.send(b"found", far_end.address)
    async with asyncio.timeout(30):
        received = await heard.get()
    port.close()
    far_end.close()

    assert received == b"found"


async def test_a_closed_far_end_does_not_close_us():
    """
    ICMP "port unreachable" comes back for the first; the second must still leave.
    """
    heard = asyncio.Queue()
    gone = await open_udp("127.0.0.1", 0, lambda data, source: None)
    far_end = await open_udp(
        "127.0.0.1", 0, lambda data, source: heard.put_nowait(data)
    )
    port = await open_udp("127.0.0.1", 0, lambda data, source: None)
    address = gone.address
    gone.close()

    for _ in range(3):
        port.send(b"lost", address)
        await asyncio.sleep(0)
    port.send(b"found", far_end.address)
    async with asyncio.timeout(30):
        received = await heard.get()
    port.close()
    port.send(b"after close", far_end.address)
    far_end.close()

    assert received == b"found"


async def test_a_port_that_holds_hears_only_when_it_is_read():
    heard, alarm = [], asyncio.Queue()
    held = await open_udp("127.0.0.1", 0, lambda data, source: heard.append(data))
    other = await open_udp("127.0.0.1", 0, lambda data, source: alarm.put_nowait(data))
    port = await open_udp("127.0.0.1", 0, lambda data, source: None)
    held.hold()

    for data in (b"1", b"2"):
        port.send(data, held.address)
    port.send(b"later than these", other.address)
    async with asyncio.timeout(30):
        await alarm.get()
    before = list(heard)
    held.read()
    held.release()
    for each in (held, other, port):
        each.close()

    assert before == []
    assert heard == [b"1", b"2"]


class FullAtFirst(socket.socket):
    """The loopback's buffers never fill; a network card's do."""

    refusals = 3

    def sendto(self, *arguments):
        if self.refusals:
            self.refusals -= 1
            raise BlockingIOError
        return super().sendto(*arguments)


async def test_what_the_kernel_has_no_room_for_leaves_later_and_in_order():
    sent, heard = [bytes([number]) for number in range(10)], asyncio.Queue()
    far_end = await open_udp(
        "127.0.0.1", 0, lambda data, source: heard.put_nowait(data)
    )
    sock = FullAtFirst(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    port = UdpPort(sock, lambda data, source: None)

    for data in sent:
        port.send(data, far_end.address)
    async with asyncio.timeout(30):
        received = [await heard.get() for _ in sent]
    port.close()
    far_end.close()

    assert received == sent


@pytest.mark.parametrize(
    ("host", "from_host", "expected"),
    [
        ("192.0.2.7", "127.0.0.1", "192.0.2.7"),
        ("2001:db8::7", "::1", "2001:db8::7"),
        ("localhost", "127.0.0.1", "127.0.0.1"),
    ],
)
async def test_a_host_has_an_address_that_our_socket_reaches(host, from_host, expected):
    assert await resolve(host, 5080, from_host=from_host) == [(expected, 5080)]


async def test_an_address_of_the_other_family_is_no_address():
    with pytest.raises(OSError, match=r".+"):
        await resolve("2001:db8::7", 5080, from_host="127.0.0.1")
