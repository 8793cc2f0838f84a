"""
Mail bombs are refused before the 250, and others are served meanwhile.
"""

import asyncio
import contextlib
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.mail import prescan
from ecofax_gateway.mail.prescan import Prescan, check_limits

from ..mail.bombs import many_addresses, many_parts, nested

BOMBS = {
    "nested parts": nested(1_000),
    "tiny parts": many_parts(20_000),
    "tiny parts in lines of old Macs": many_parts(20_000, newline=b"\r"),
    "addresses": many_addresses(40_000),
    "short addresses": many_addresses(40_000, address=b"a@b"),
    "dashes": b"\r\n" + b"--\r\n" * 5_000_000,
    "empty lines": b"Subject: x\r\n" + b"\r\n" * 5_000_000,
    "fields": b"\r\n" + b"Content-Type:\r\n" * 1_000_000,
    "one endless field": b"Content-Type: a/b" + b";\r\n a=b" * 4_000_000,
}
SMALL = b"Subject: 0\r\n\r\nx\r\n"
OTHERS_SECONDS = 15.0
"""The slowest answer that somebody else may get; on a busy machine too."""


async def keep_asking(client):
    """Hand in one small mail after the other; how long the slowest took, when stopped."""
    slowest = 0.0
    loop = asyncio.get_running_loop()
    await client.reply()
    await client.ask("EHLO other.test")
    try:
        while True:
            began = loop.time()
            await client.ask("MAIL FROM:<paul@example.fr>")
            await client.ask("RCPT TO:<0972101010@ecofax.test>")
            await client.ask("DATA")
            assert (await client.ask(SMALL + b".\r\n")).startswith("250")
            slowest = max(slowest, loop.time() - began)
    except asyncio.CancelledError:
        return slowest


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
async def test_a_bomb_is_refused_while_others_are_served(
    listen, client_of, keeper, tmp_path, bomb
):
    async with asyncio.timeout(120), listen() as port:
        other = asyncio.create_task(keep_asking(await client_of(port)))
        await keeper.committed.wait()
        client = await client_of(port)
        await client.until_data()
        await client.say(bomb + b"\r\n.\r\n")
        reply = await client.reply()
        still_there = await client.ask("NOOP")
        other.cancel()

    assert reply.startswith("554 5.6.0 this mail is refused unread: ")
    assert reply.isascii()
    assert await other < OTHERS_SECONDS
    assert still_there.startswith("250")
    assert not list((tmp_path / "spool").iterdir())


async def test_a_hundred_megabytes_are_refused_while_others_are_served(
    listen, client_of, keeper, tmp_path
):
    async with asyncio.timeout(120), listen() as port:
        other = asyncio.create_task(keep_asking(await client_of(port)))
        await keeper.committed.wait()
        client = await client_of(port)
        await client.until_data()
        sending = asyncio.create_task(client.say(b"x" * 998 + b"\r\n" + b"y" * 10**8))
        reply = ""
        with contextlib.suppress(ConnectionError):  # cut off before it could be read
            reply = await client.reply()
        sending.cancel()
        other.cancel()

    assert reply in {"", "421 4.3.4 far too large, closing"}
    assert {mail.size for mail in keeper.mails} == {len(SMALL)}
    assert await other < OTHERS_SECONDS
    assert not list((tmp_path / "spool").iterdir())


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_known_in_two_seconds_of_work(bomb):
    began = time.process_time()
    with pytest.raises(MalformedMessage):
        check_limits(bomb)

    assert time.process_time() - began < 2


def verdict(raw, size):
    scan = Prescan()
    try:
        for start in range(0, len(raw), size):
            scan.feed(raw[start : start + size])
        scan.finish()
    except MalformedMessage as error:
        return str(error)
    return None


@pytest.mark.parametrize("size", [3, 7, 100])
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(nested(prescan.MAX_CONTAINERS + 1), id="containers"),
        pytest.param(nested(prescan.MAX_CONTAINERS), id="just enough"),
        pytest.param(many_parts(2_001), id="parts"),
        pytest.param(many_parts(2_001, newline=b"\r"), id="carriage returns"),
        pytest.param(b"Content-Type: a/b" + b";\r\n\ta=b" * 990, id="folds"),
        pytest.param(b"\r\n" + b"To: a,b\r\n" * 10_001, id="no header"),
    ],
)
def test_a_mail_in_pieces_is_judged_as_the_whole(raw, size):
    assert verdict(raw, size) == verdict(raw, len(raw))


@pytest.mark.parametrize("size", [1_000, 16 * 1024, 1 << 20])
@pytest.mark.parametrize("filler", [15_000, 16_379, 16_384, 40_000, 100_001])
def test_what_is_passed_over_hides_nothing(filler, size):
    """Base64 between the parts is not looked at; whatever may count is."""
    base64 = b"QUJD" * 19 + b"\r\n"
    part = b"--b\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\n\r\n"
    part += (base64 * (filler // 78 + 1))[:filler] + b"\r\n"
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 200

    assert verdict(raw, size) == "too many multiparts"
    assert verdict(raw[: -len(part)], size) is None


def test_listings_and_rules_are_no_parts():
    check_limits(
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
        + b"-- a comment of SQL\r\n--\r\n-----\r\n" * 50_000
        + b"--b--\r\n"
    )


def test_a_coded_boundary_hides_nothing():
    raw = (
        b"Content-Type: multipart/mixed; boundary*=''%62\r\n\r\n"
        + b"--b\r\n\r\n" * 3_000
    )

    with pytest.raises(MalformedMessage, match="too many parts"):
        check_limits(raw)


_LINES = [
    b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n", b"\r\n", b"\n", b"\r",
    b"--b--\r\n", b" folded; x=y\r\n", b"x" * 100, b"Content-Type : text/plain\n",
    b"Content-Disposition: attachment\r", b"\xff\0", b"-", b"boundary*=", b"To: a,b\r\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(_LINES), max_size=30), st.lists(st.integers(0, 900)))
def test_wherever_a_mail_is_cut_the_verdict_is_the_same(lines, places):
    raw = b"".join(lines)
    cuts = sorted({0, *(place for place in places if place < len(raw)), len(raw)})
    scan = Prescan()
    for start, end in pairwise(cuts):
        scan.feed(raw[start:end])
    scan.finish()
    check_limits(raw)
