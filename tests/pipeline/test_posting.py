"""
Replies leave the outbox when the mail server takes them, and not twice.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP

from bench.ports import free_port
from ecofax_gateway.pipeline.posting import Posting
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.smtp.postman import SmtpPostman
from ecofax_gateway.store import replies

MESSAGE = (
    b"From: fax@ecofax.fr\r\nTo: a@b.example\r\nSubject: sent\r\n"
    b"Message-ID: <1@ecofax.fr>\r\n\r\nBonjour\r\n"
)


class Relay:
    """A mail server that keeps what it is given, or refuses it."""

    def __init__(self):
        self.answer = "250 OK"
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.answer


class Clock:
    def __init__(self):
        self.now = datetime(2027, 3, 2, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def later(self, **by):
        self.now += timedelta(**by)


@pytest.fixture
def db(tmp_path, new_store):
    database = new_store(tmp_path)
    yield database
    database.close()


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def posting(db, clock, port):
    return Posting(
        db=db,
        node="n",
        postman=SmtpPostman("127.0.0.1", port, hostname="ecofax.fr"),
        zone=ZoneInfo("Europe/Paris"),
        clock=clock,
        bell=Bell(),
    )


@pytest.fixture
async def reply(db, clock):
    """One reply in the outbox."""
    new = replies.NewReply(
        event_key="sent:R1",
        kind="sent",
        campaign="R1",
        to_address="a@b.example",
        message=MESSAGE,
    )
    assert await db.tx(replies.put, new, now=clock.now)
    assert not await db.tx(replies.put, new, now=clock.now)

    async def status():
        [only] = await db.read(replies.of_campaign, "R1")
        return only

    return status


async def listen(relay, port):
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(relay, hostname="relay"), host="127.0.0.1", port=port
    )


async def test_a_server_that_is_away_is_tried_again(posting, reply, clock, port):
    assert await posting.step()
    put_off = await reply()
    relay = Relay()
    server = await listen(relay, port)
    too_early = await posting.step()
    clock.later(minutes=1)
    in_time = await posting.step()
    again = await posting.step()
    server.close()

    assert (put_off.state, put_off.tries) == ("pending", 1)
    assert "ConnectError" in put_off.last_error
    assert (too_early, in_time, again) == (False, True, False)
    assert relay.taken == [("<>", ["a@b.example"], MESSAGE)]
    assert (await reply()).state == "sent"


async def test_what_every_reply_meets_is_one_warning(posting, reply, clock, caplog):
    for _ in range(3):
        assert await posting.step()
        clock.later(hours=3)

    assert len(caplog.records) == 1
    assert "check replies.relay" in caplog.records[0].getMessage()


async def test_a_refusal_for_good_is_not_repeated(posting, reply, port):
    relay = Relay()
    relay.answer = "550 5.1.1 no such person"
    server = await listen(relay, port)

    await posting.step()
    server.close()

    ended = await reply()
    assert ended.state == "dropped"
    assert "no such person" in ended.last_error


async def test_after_two_days_it_is_given_up(posting, reply, clock):
    tries = 0
    while (await reply()).state == "pending":
        assert await posting.step()
        tries += 1
        clock.later(hours=3)

    assert (await reply()).state == "dropped"
    assert 15 <= tries <= 17
