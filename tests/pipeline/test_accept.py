"""
Mails are safe before their references are told, many by one commit.
"""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import aiosmtplib
import pytest
from sqlalchemy import func, select

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.pipeline.accept import MAX_TOGETHER, Accept
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.smtp.listener import AcceptedMail, MailListener, Protocol
from ecofax_gateway.store import mails, tables
from ecofax_gateway.store.unavailable import RuleBroken

NOW = datetime(2027, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def db(tmp_path, new_store):
    database = new_store(tmp_path)
    yield database
    database.close()


@pytest.fixture
def accept(db):
    return Accept(db=db, clock=lambda: NOW, bell=Bell())


def mail(content):
    return AcceptedMail(
        envelope_from="a@b.example",
        recipients=("0972101010@ecofax.test",),
        peer="127.0.0.1",
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


async def test_a_mail_is_kept_before_its_reference_is_told(accept, db):
    ref = await accept(mail(b"p:Secret7"))

    row = await db.read(mails.get, ref)
    assert (row.envelope_from, row.size) == ("a@b.example", 9)
    assert await db.read(mails.body, ref) == b"p:Secret7"


async def test_mails_that_come_together_share_commits(accept, db):
    before = db.commits

    refs = await asyncio.gather(*(accept(mail(b"%d" % n)) for n in range(150)))

    assert len(set(refs)) == 150
    # The first one alone, then all that had come meanwhile.
    assert db.commits - before <= 2 + 150 // MAX_TOGETHER
    bodies = [await db.read(mails.body, ref) for ref in refs[::50]]
    assert bodies == [b"0", b"50", b"100"]


async def test_the_same_mail_at_once_gets_one_reference(accept):
    refs = await asyncio.gather(*(accept(mail(b"same")) for _ in range(9)))

    assert len(set(refs)) == 1


async def test_a_mail_delivered_twice_is_one_order(accept, db, tmp_path):
    """A relay that did not hear our 250 offers its mail again."""
    listener = MailListener(
        accept,
        doors=[(Protocol.SMTP, "127.0.0.1", 0)],
        domains=["ecofax.test"],
        trusted_networks=["127.0.0.0/8"],
        spool=tmp_path / "incoming",
    )
    [port] = await listener.start()
    replies = []
    for body in (b"small", b"small", b"x" * 300_000, b"x" * 300_000):
        _, reply = await aiosmtplib.send(
            b"Subject: 0366720307\r\n\r\n" + body,
            sender="a@b.example",
            recipients=["0972101010@ecofax.test"],
            hostname="127.0.0.1",
            port=port,
            start_tls=False,
        )
        replies.append(reply)
    await listener.close()

    assert replies[0] == replies[1] != replies[2] == replies[3]
    assert await db.read(count) == 2
    assert list((tmp_path / "incoming").iterdir()) == []


def count(conn):
    return conn.execute(select(func.count()).select_from(tables.mail)).scalar()


async def test_a_large_mail_is_taken_from_its_file(accept, db, tmp_path):
    path = tmp_path / "large.eml"
    path.write_bytes(b"x" * 300_000)
    large = AcceptedMail(
        envelope_from="",
        recipients=(),
        peer="",
        content=path,
        size=300_000,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
    )

    ref = await accept(large)

    assert not path.exists()
    assert await db.read(mails.body, ref) == b"x" * 300_000


async def test_one_that_cannot_be_kept_does_not_harm_the_others(accept, db):
    impossible = replace(mail(b"bad"), size=None)

    outcomes = await asyncio.gather(
        accept(mail(b"1")),
        accept(mail(b"2")),
        accept(impossible),
        accept(mail(b"3")),
        return_exceptions=True,
    )

    assert isinstance(outcomes[2], RuleBroken)
    kept = [await db.read(mails.body, outcomes[n]) for n in (0, 1, 3)]
    assert kept == [b"1", b"2", b"3"]


async def test_all_hear_that_the_store_is_away(accept, db):
    await asyncio.to_thread(db.close)

    outcomes = await asyncio.gather(
        *(accept(mail(b"%d" % n)) for n in range(3)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [StoreUnavailable] * 3


async def test_a_caller_who_gives_up_stops_nobody(accept):
    first, second = (
        asyncio.ensure_future(accept(mail(content))) for content in (b"1", b"2")
    )
    await asyncio.wait([first], timeout=0)
    second.cancel()

    third = await accept(mail(b"3"))

    assert await first != third
    assert second.cancelled()
