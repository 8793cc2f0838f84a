"""
Mail for the postmaster goes on as it came, through a real outbox and a real relay.
"""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from zoneinfo import ZoneInfo

import dkim
import pytest
from aiosmtpd.smtp import SMTP

from ecofax_gateway.domain.errors import MailRefused
from ecofax_gateway.pipeline import forwarding
from ecofax_gateway.pipeline.accept import Accept
from ecofax_gateway.pipeline.forwarding import Forwarding
from ecofax_gateway.pipeline.posting import Posting
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.smtp.listener import AcceptedMail
from ecofax_gateway.smtp.postman import FolderPostman, SmtpPostman
from ecofax_gateway.store import forwards, mails
from ecofax_gateway.store.database import Database

from ..trust.senders import make_key

POSTMASTER, FAX = "Postmaster@ecofax.fr", "0972101010@ecofax.fr"
ROOT = "root@keeper.example"
MAIL = (
    b"From: anne@cabinet.example\r\nTo: postmaster@ecofax.fr\r\nSubject: spam\r\n"
    b"Date: Mon, 01 Mar 2027 12:00:00 +0100\r\nMessage-ID: <1@cabinet.example>\r\n\r\n"
    b"On nous \xe9crit.\r\n"
)


class Relay:
    """A mail server that keeps what it is given."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


class House:
    """What stands behind the listener, and the relay that takes what leaves."""

    def __init__(self, folder, port):
        self.folder = folder
        self.now = datetime(2027, 3, 1, 12, tzinfo=UTC)
        self.db = Database.open(f"sqlite:///{folder}/a.db", spool=folder / "spool")
        self.accept = Forwarding(
            Accept(db=self.db, clock=self.clock, bell=Bell()),
            to_address=ROOT,
            hostname="mx.ecofax.fr",
            db=self.db,
            clock=self.clock,
            bell=Bell(),
        )
        self.postman = SmtpPostman("127.0.0.1", port, hostname="ecofax.fr")

    def clock(self):
        return self.now

    async def offer(self, raw=MAIL, *, to=(POSTMASTER,), sender="anne@cabinet.example"):
        """The reference, or the reply that refuses."""
        content = raw
        if len(raw) > 256 * 1024:  # as the listener hands it over
            content = self.folder / "incoming.part"
            content.write_bytes(raw)
        offered = AcceptedMail(
            envelope_from=sender,
            recipients=to,
            peer="192.0.2.7",
            content=content,
            size=len(raw),
            sha256=hashlib.sha256(raw).hexdigest(),
            helo="mx.cabinet.example",
        )
        try:
            return await self.accept(offered)
        except MailRefused as refusal:
            return refusal.reply

    async def post(self, postman=None):
        """Empty the outbox; how many left."""
        posting = Posting(
            db=self.db,
            node="n",
            postman=postman or self.postman,
            zone=ZoneInfo("Europe/Paris"),
            sign=lambda message: b"DKIM-Signature: ours\r\n" + message,
            clock=self.clock,
            bell=Bell(),
        )
        left = 0
        while await posting.step():
            left += 1
        return left

    async def ordered(self, ref):
        """To whom a mail is faxed."""
        row = await self.db.read(mails.get, ref)
        return row and row.recipients


@pytest.fixture
async def relay():
    relay = Relay()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(relay, hostname="relay.test", loop=loop), "127.0.0.1", 0
    )
    relay.port = server.sockets[0].getsockname()[1]
    yield relay
    server.close()
    await server.wait_closed()


@pytest.fixture
async def house(tmp_path, relay):
    house = House(tmp_path, relay.port)
    async with asyncio.timeout(60):
        yield house
    house.db.close()


async def test_it_goes_on_as_it_came_behind_our_received_field(house, relay):
    ref = await house.offer()

    assert await house.post() == 1
    [(sender, recipients, content)] = relay.taken
    assert (sender, recipients) == ("<>", [ROOT])
    assert content.endswith(MAIL)
    trace = message_from_bytes(content)["Received"]
    assert f"by mx.ecofax.fr with ESMTP id {ref};" in trace
    assert "from mx.cabinet.example (192.0.2.7)" in trace
    assert "(envelope-from <anne@cabinet.example>)" in trace
    assert content.count(b"DKIM-Signature") == 0
    assert await house.ordered(ref) is None


async def test_its_senders_signature_still_holds(house, relay, tmp_path):
    key = make_key(tmp_path)
    record = f"v=DKIM1; k=rsa; p={key.public}".encode()

    await house.offer(key.sign(MAIL, "cabinet.example"))
    await house.post()

    [(_, _, content)] = relay.taken
    assert dkim.verify(content, dnsfunc=lambda name, timeout: record)


async def test_a_mail_to_a_number_too_is_faxed_and_passed_on(house, relay):
    ref = await house.offer(to=(POSTMASTER, FAX, "abuse@ecofax.fr"))

    assert await house.ordered(ref) == (FAX,)
    assert await house.post() == 1
    assert len(relay.taken) == 1


async def test_what_is_only_faxed_is_not_passed_on(house):
    ref = await house.offer(to=(FAX,))

    assert await house.ordered(ref) == (FAX,)
    assert await house.post() == 0


async def test_the_same_mail_again_is_passed_on_once(house):
    first = await house.offer(to=(POSTMASTER, FAX))

    assert await house.offer(to=(POSTMASTER, FAX)) == first
    assert await house.post() == 1
    await house.offer(to=(POSTMASTER, FAX))
    assert await house.post() == 0


async def test_a_large_one_leaves_no_file_behind(house, relay, tmp_path):
    await house.offer(MAIL + b"x" * 70 + b"\r\n" * 300_000)

    assert await house.post() == 1
    assert len(relay.taken[0][2]) > 600_000
    assert not (tmp_path / "incoming.part").exists()


async def test_one_that_is_too_large_is_refused_with_all(house, monkeypatch):
    monkeypatch.setattr(forwarding, "MAX_BYTES", 100)

    assert (await house.offer(to=(POSTMASTER, FAX))).startswith("552 5.3.4 ")
    assert await house.post() == 0


async def test_one_that_goes_round_in_circles_is_refused(house):
    assert (await house.offer(b"Received: x\r\n" * 26 + MAIL)).startswith("554 5.4.6")


async def test_who_writes_too_often_has_to_wait_and_nobody_else(house, relay):
    replies = [
        await house.offer(MAIL + b"%d" % n) for n in range(forwards.MOST_OF_ONE + 1)
    ]
    other = await house.offer(sender="paul@example.fr")
    again = await house.offer(MAIL + b"0")
    house.now += timedelta(hours=1, seconds=1)
    later = await house.offer(MAIL + b"later")

    assert replies[-1].startswith("450 4.7.1 ")
    assert not any(reply.startswith("450") for reply in replies[:-1])
    assert len({len(ref) for ref in (other, again, later)}) == 1
    assert await house.post() == forwards.MOST_OF_ONE + 2


async def test_whoever_invents_senders_is_stopped_too(house, monkeypatch):
    monkeypatch.setattr(forwards, "MOST_OF_ALL", 3)

    replies = [await house.offer(MAIL, sender=f"{n}@spam.example") for n in range(4)]

    assert [reply.startswith("450") for reply in replies] == [False] * 3 + [True]


async def test_its_text_is_forgotten_when_it_has_left(house, tmp_path):
    """A fax password may be in it."""
    await house.offer(MAIL + b"p:Zebre7Quart\r\n", to=(POSTMASTER,))
    await house.post()
    house.db.close()

    with_text = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and b"Zebre7Quart" in path.read_bytes()
    ]
    assert [path for path in with_text if not path.name.endswith("-wal")] == []


@pytest.mark.parametrize(
    "date", [b"", b"Date: soon\r\n", b"Date: 1 Jan 99999 0:00\r\n"]
)
async def test_one_with_an_odd_date_can_be_a_file_too(house, tmp_path, date):
    await house.offer(b"Subject: x\r\n" + date + b"\r\nx\r\n")

    assert await house.post(FolderPostman(tmp_path / "out")) == 1
    [file] = (tmp_path / "out").iterdir()
    assert file.read_bytes().endswith(b"\r\n\r\nx\r\n")
