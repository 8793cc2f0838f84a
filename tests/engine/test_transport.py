"""
UDP endpoints against what peers can do to them.
"""

import asyncio

import pytest

from ecofax_gateway.engine.transport import open_udp, resolve


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
    async with asyncio.timeout(5):
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
    async with asyncio.timeout(5):
        received = await heard.get()
    port.close()
    port.send(b"after close", far_end.address)
    far_end.close()

    assert received == b"found"


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
