"""
A full disk puts mail off, and nobody's words are taken for commands.
"""

import logging
import shutil

import pytest

from ecofax_gateway.domain.errors import StoreFull
from ecofax_gateway.smtp.room import Room
from ecofax_gateway.store.database import Database

from .conftest import BODY

EVERYTHING = 1 << 60


def said(caplog):
    """What the room itself logged."""
    return [each for each in caplog.records if each.name == Room.__module__]


def test_a_full_disk_is_logged_once(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    full = Room(tmp_path, reserve_bytes=EVERYTHING)

    assert [full.has(0), full.has(0)] == [False, False]
    [record] = said(caplog)
    assert record.levelno == logging.ERROR
    assert str(tmp_path) in record.getMessage()


def test_a_folder_that_is_gone_has_no_room(tmp_path, caplog):
    room = Room(tmp_path / "gone", reserve_bytes=0)

    assert not room.has(0)
    assert "gone: No such file" in caplog.text


def test_a_mail_that_says_its_size_must_fit(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    room = Room(tmp_path, reserve_bytes=0)

    assert [room.has(1000), room.has(EVERYTHING), room.has(0)] == [True, False, True]
    assert [record.levelname for record in said(caplog)] == ["ERROR", "INFO"]


async def test_mail_is_put_off_before_it_is_sent(listen, keeper, client_of):
    async with listen(reserve_bytes=EVERYTHING) as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        reply = await client.ask("MAIL FROM:<a@b.fr> SIZE=100")
        data = await client.ask("DATA")

    assert reply.startswith("452 4.3.1 ")
    assert data.startswith("503")


async def test_a_disk_that_fails_in_the_middle_lets_no_text_be_a_command(
    listen, keeper, client_of, tmp_path
):
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        await client.say(b"Subject: x\r\n\r\n")
        shutil.rmtree(tmp_path / "spool")
        await client.say(b"NOOP\r\n" * 300_000)
        reply = await client.ask(b".\r\n")
        after = await client.ask("VRFY a")

    assert reply.startswith("452 4.3.1 ")
    assert after.startswith("252")
    assert keeper.mails == []


async def test_a_full_store_is_told(listen, keeper, client_of):
    keeper.fault = StoreFull("p:Secret7")
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        reply = await client.ask(BODY + b".\r\n")

    assert reply.startswith("452 4.3.1 ")


@pytest.fixture
def db(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path / 'x.db'}", spool=tmp_path / "files")
    yield database
    database.close()


async def test_a_database_that_is_full_says_so(db):
    def fill(conn):
        conn.exec_driver_sql("CREATE TABLE much (data BLOB)")
        conn.exec_driver_sql("PRAGMA max_page_count = 1")  # at least what it has
        conn.exec_driver_sql("INSERT INTO much VALUES (zeroblob(1000000))")

    with pytest.raises(StoreFull, match="full"):
        await db.tx(fill)
