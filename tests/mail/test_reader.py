"""
Mails are read in a process that may die of them.
"""

import asyncio
import contextlib
import json
import os
import signal
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.mail import reader as reader_module
from ecofax_gateway.mail.frame import decode_mail, encode_failure, encode_mail
from ecofax_gateway.mail.html import visible_text
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.part import TextKind, TextPart
from ecofax_gateway.mail.reader import MailReader, ReaderUnavailable, ReadingLimits

from .bombs import nested

SLOW = b"Subject: x\r\n\r\n" + b"\n" * 3_900_000
"""Takes a second to read, and just passes the look before the 250."""

SLOWER = b"Subject: x\r\n\r\n" + b"\xe9 a b \r\n" * 3_500_000
"""The same, four seconds."""


@pytest.fixture
async def reader_of(tmp_path):
    """Start readers; each ends with the test."""
    started = []

    async def start(**limits):
        reader = MailReader(folder=tmp_path, limits=ReadingLimits(**limits))
        started.append(reader)
        await reader.start()
        return reader

    yield start
    for reader in started:
        await reader.close()


@pytest.fixture(autouse=True)
def no_complaints(caplog):
    """Asyncio tells the log what nobody waited for."""
    yield
    assert [one for one in caplog.records if one.name == "asyncio"] == []


def as_seen(mail):
    """The same, its HTML laid out."""
    texts = (
        TextPart(TextKind.SEEN, visible_text(text.text))
        if text.kind is TextKind.HTML
        else text
        for text in mail.texts
    )
    return replace(mail, texts=tuple(texts))


async def test_what_comes_back_is_what_was_read(reader_of, make_mail):
    raw = make_mail(
        "p:été\n",
        subject="0366720307 \udce9",
        html='<p>p:x<img src="cid:a@b">',
        files=[("été.pdf", bytes(range(256)) * 5_000), ("a.txt", b"x")],
    )
    reader = await reader_of()
    mails = [await reader.read(raw) for _ in range(3)]

    assert mails == [as_seen(parse_mail(raw))] * 3


async def test_a_bomb_that_came_through_is_malformed_and_the_next_mail_is_read(
    reader_of, make_mail
):
    reader = await reader_of()
    with pytest.raises(MalformedMessage, match="parts nested too deep"):
        await reader.read(nested(100))

    assert (await reader.read(make_mail())).subject == "0366720307"


@pytest.mark.parametrize(
    ("limits", "raw", "reason"),
    [
        ({"cpu_seconds": 1}, SLOWER, "too much CPU"),
        ({"wall_seconds": 0.2}, SLOW, "too long"),
        ({"address_bytes": 200 * 1024**2}, b"\r\n" + b"x" * 39_000_000, "memory"),
    ],
    ids=["CPU", "time", "memory"],
)
async def test_a_mail_that_costs_too_much_ends_its_reader_only(
    reader_of, make_mail, caplog, limits, raw, reason
):
    reader = await reader_of(**limits)
    with pytest.raises(MalformedMessage, match=reason):
        await reader.read(raw)
    patient = await reader_of()

    assert (await patient.read(make_mail())).subject == "0366720307"
    assert "Traceback" not in caplog.text


async def test_a_reader_that_is_killed_is_replaced(reader_of, make_mail):
    reader = await reader_of()
    await reader.read(make_mail())
    os.kill(reader.pid, signal.SIGKILL)

    assert (await reader.read(make_mail())).subject == "0366720307"


async def test_a_reader_that_cannot_be_started_is_no_fault_of_the_mail(
    reader_of, make_mail, caplog, monkeypatch
):
    broken = (["/bin/false"], {})
    monkeypatch.setattr(reader_module, "python_command", lambda *given: broken)
    reader = await reader_of()

    with pytest.raises(ReaderUnavailable):
        await reader.read(make_mail())

    assert "does not start" in caplog.text


async def test_a_mail_that_is_given_up_in_the_middle_spoils_no_other(
    reader_of, make_mail
):
    reader = await reader_of()
    reading = asyncio.create_task(reader.read(SLOW))
    await asyncio.sleep(0)  # it has begun
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading

    assert (await reader.read(make_mail())).subject == "0366720307"


async def test_others_are_served_while_a_mail_is_read(reader_of):
    reader = await reader_of()
    reading = asyncio.create_task(reader.read(SLOW))
    turns = 0
    while not reading.done():
        await asyncio.wait({reading}, timeout=0.01)
        turns += 1

    assert (await reading).subject == "x"
    assert turns > 10


def test_a_frame_is_read_as_it_was_written(corpus):
    for _, raw in corpus[::10]:
        with contextlib.suppress(MalformedMessage):
            mail = as_seen(parse_mail(raw))
            header, bodies = encode_mail(mail)
            assert decode_mail(header, b"".join(bodies)) == mail


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_any_bytes_are_a_frame_or_malformed(header, body):
    with contextlib.suppress(MalformedMessage):
        decode_mail(header, body)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.data())
def test_a_frame_that_lies_is_malformed_or_plain_data(data):
    """What a reader says that its mail has taken over."""
    raw = b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF"
    header, bodies = encode_mail(parse_mail(raw))
    said = json.loads(header)
    said[data.draw(st.sampled_from(sorted(said)))] = data.draw(_VALUES)
    with contextlib.suppress(MalformedMessage):
        decode_mail(json.dumps(said).encode(), b"".join(bodies))


def test_the_reason_of_a_failure_is_one_line():
    with pytest.raises(MalformedMessage, match=r"\Aa b\Z"):
        decode_mail(encode_failure("a\r\n b"), b"")
