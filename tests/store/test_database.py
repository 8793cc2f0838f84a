"""
Transactions, group commit, retention, and failures of the ground below.
"""

import asyncio
import hashlib
import os
import sqlite3
import threading
import traceback
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, text

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.store import (
    campaigns,
    housekeeping,
    mails,
    preparation,
    replies,
    trunks,
)
from ecofax_gateway.store.content import INLINE_BYTES, Content
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.spool import ORPHAN_AGE, Spool
from ecofax_gateway.store.tables import node
from ecofax_gateway.store.unavailable import RuleBroken

LARGE = b"x" * (INLINE_BYTES + 1)


def new_mail(n, content=None):
    return mails.NewMail(
        ref=f"R{n}",
        envelope_from="",
        recipients=(),
        peer="",
        content=content or Content.of(str(n).encode()),
    )


@pytest.fixture
def sqlite_db(tmp_path):
    """
    An SQLite store in its own folder.
    """
    database = Database.open(f"sqlite:///{tmp_path}/store.db", spool=tmp_path / "spool")

    yield database

    database.close()


async def test_many_callers_share_a_commit(sqlite_db, tmp_path, office_now):
    """
    And another connection sees every mail that was answered.
    """
    before = sqlite_db.commits

    await asyncio.gather(
        *(sqlite_db.tx(mails.accept, new_mail(n), now=office_now) for n in range(200))
    )

    other = sqlite3.connect(tmp_path / "store.db")
    assert other.execute("SELECT count(*) FROM mail").fetchone() == (200,)
    other.close()
    assert 1 <= sqlite_db.commits - before <= 40


async def test_nobody_is_answered_before_the_commit(sqlite_db, tmp_path, office_now):
    """
    While the commit is held up, the result is not there, and nobody sees the row.
    """
    committing, go_on = threading.Event(), threading.Event()

    def hold(conn):
        committing.set()
        assert go_on.wait(10)

    event.listen(sqlite_db._engine, "commit", hold)
    answer = asyncio.ensure_future(
        sqlite_db.tx(mails.accept, new_mail(1), now=office_now)
    )
    assert await asyncio.to_thread(committing.wait, 10)
    early = answer.done()
    seen = await sqlite_db.read(mails.get, "R1")
    go_on.set()

    assert (early, seen) == (False, None)
    assert await answer == "R1"
    assert (await sqlite_db.read(mails.get, "R1")).ref == "R1"


async def test_one_failure_undoes_only_its_own_work(db, office_now):
    def put_and_fail(conn):
        trunks.put(conn, "lost", max_calls=1)
        raise ZeroDivisionError

    results = await asyncio.gather(
        *(db.brief(mails.accept, new_mail(n), now=office_now) for n in range(5)),
        db.brief(put_and_fail),
        *(db.brief(mails.accept, new_mail(n), now=office_now) for n in range(5, 9)),
        return_exceptions=True,
    )

    assert isinstance(results.pop(5), ZeroDivisionError)
    assert results == [f"R{n}" for n in range(9)]
    assert await db.read(trunks.listing) == []


async def test_a_broken_rule_is_a_bug_and_says_no_values(db, office_now):
    row = {"name": "a", "epoch": None, "seen_at": office_now}

    with pytest.raises(RuleBroken) as caught:
        await db.tx(lambda conn: conn.execute(insert(node).values(row)))

    logged = "".join(traceback.format_exception(caught.value))
    assert "epoch" in logged
    assert "2026" not in logged


async def test_a_read_changes_nothing(db):
    with pytest.raises((StoreUnavailable, RuleBroken)):
        await db.read(trunks.put, "main", max_calls=1)
    assert await db.read(trunks.listing) == []


async def test_a_naive_time_is_a_bug(db, office_now):
    with pytest.raises(Exception, match="naive"):
        await db.tx(mails.accept, new_mail(1), now=office_now.replace(tzinfo=None))


async def test_a_closed_store_says_so(db):
    db.close()

    with pytest.raises(StoreUnavailable):
        await db.tx(trunks.listing)
    with pytest.raises(StoreUnavailable):
        await db.read(trunks.listing)


async def test_what_was_submitted_is_done_before_the_store_closes(tmp_path, office_now):
    url = f"sqlite:///{tmp_path}/store.db"
    database = Database.open(url, spool=tmp_path / "spool")
    accepted = [
        asyncio.ensure_future(database.tx(mails.accept, new_mail(n), now=office_now))
        for n in range(20)
    ]
    await asyncio.gather(asyncio.to_thread(lambda: None))
    database.close()

    assert await asyncio.gather(*accepted) == [f"R{n}" for n in range(20)]


async def test_a_cancelled_caller_stops_nobody_else(sqlite_db, office_now):
    started, go_on = threading.Event(), threading.Event()

    def hold(conn):
        started.set()
        assert go_on.wait(10)

    first = asyncio.ensure_future(sqlite_db.tx(hold))
    assert await asyncio.to_thread(started.wait, 10)
    cancelled = asyncio.ensure_future(
        sqlite_db.tx(mails.accept, new_mail(1), now=office_now)
    )
    last = asyncio.ensure_future(
        sqlite_db.tx(mails.accept, new_mail(2), now=office_now)
    )
    turn = asyncio.ensure_future(asyncio.to_thread(lambda: None))
    await turn
    cancelled.cancel()
    await asyncio.wait([cancelled])
    go_on.set()
    await asyncio.gather(first, last)

    assert await sqlite_db.read(mails.get, "R1") is None
    assert (await sqlite_db.read(mails.get, "R2")).ref == "R2"


async def test_a_full_disk_loses_nothing_that_was_answered(sqlite_db, office_now):
    """
    A page limit stands for the disk: SQLite fails the same way, SQLITE_FULL.
    """
    await sqlite_db.tx(mails.accept, new_mail(1), now=office_now)
    await sqlite_db.tx(
        lambda conn: conn.execute(
            text(
                "PRAGMA max_page_count = "
                + str(conn.execute(text("PRAGMA page_count")).scalar() + 4)
            )
        )
    )
    large = Content.of(LARGE)
    results = await asyncio.gather(
        sqlite_db.tx(mails.accept, new_mail(2), now=office_now),
        sqlite_db.tx(mails.accept, new_mail(3, large), now=office_now),
        return_exceptions=True,
    )
    await sqlite_db.tx(lambda conn: conn.execute(text("PRAGMA max_page_count = 99999")))

    assert isinstance(results[1], StoreUnavailable)
    for number, result in zip((2, 3), results, strict=True):
        stored = await sqlite_db.read(mails.get, f"R{number}")
        assert (stored is not None) == (result == f"R{number}")
    assert await sqlite_db.tx(mails.accept, new_mail(4), now=office_now) == "R4"


def test_a_file_that_is_no_database_is_not_touched(tmp_path):
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, but long enough to look at" * 100)

    with pytest.raises(StoreUnavailable):
        Database.open(f"sqlite:///{path}", spool=tmp_path / "spool")
    assert path.read_bytes().startswith(b"not a database")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ecofax:hunter2@127.0.0.1:1/none",
        "mysql://ecofax:hunter2@host/none",
        "no url hunter2",
        "sqlite://",
        "sqlite:////proc/none/hunter2/store.db",
    ],
)
def test_what_cannot_be_opened_is_said_without_the_password(url, tmp_path):
    with pytest.raises(StoreUnavailable) as caught:
        Database.open(url, spool=tmp_path / "spool")

    assert "hunter2" not in str(caught.value)


async def test_large_contents_are_files_on_sqlite_alone(db, office_now):
    content = await db.keep(LARGE)
    await db.tx(mails.accept, new_mail(1, content), now=office_now)

    names = await db.read(housekeeping.spool_names)
    assert {path.name for path in db.spool.folder.iterdir()} == names
    assert len(names) == ("sqlite" in repr(db))


async def test_a_file_that_is_flushed_is_taken_not_copied(db, tmp_path):
    data = b"x" * 400_000
    path = tmp_path / "incoming.eml"
    path.write_bytes(data)
    inode = path.stat().st_ino

    content = await db.keep_file(path, sha256=hashlib.sha256(data).hexdigest())

    assert not path.exists()
    assert content.sha256 == Content.of(data).sha256
    assert content.size == len(data)
    if content.spool:
        assert db.spool.read(content.spool) == data
        assert (db.spool.folder / content.spool).stat().st_ino == inode
    else:
        assert content.inline == data


async def test_a_lost_spool_file_is_said(sqlite_db, office_now):
    content = await sqlite_db.keep(LARGE)
    await sqlite_db.tx(mails.accept, new_mail(1, content), now=office_now)
    (sqlite_db.spool.folder / content.spool).unlink()

    with pytest.raises(StoreUnavailable):
        await sqlite_db.read(mails.body, "R1")


async def test_the_sweep_takes_old_orphans_only(sqlite_db, office_now):
    kept = await sqlite_db.keep(LARGE)
    await sqlite_db.tx(mails.accept, new_mail(1, kept), now=office_now)
    orphan = await sqlite_db.keep(LARGE)
    fresh = await sqlite_db.keep(LARGE)
    half = sqlite_db.spool.folder / ("a" * 32 + ".new")
    stranger = sqlite_db.spool.folder / "README"
    for path in (half, stranger):
        path.write_bytes(b"")
    old = (office_now - ORPHAN_AGE - timedelta(seconds=1)).timestamp()
    for path in sqlite_db.spool.folder.iterdir():
        os.utime(path, (old, old))
    os.utime(sqlite_db.spool.folder / fresh.spool, (old + 2, old + 2))

    named = await sqlite_db.read(housekeeping.spool_names)
    deleted = await sqlite_db.sweep(named, now=office_now)

    left = {path.name for path in sqlite_db.spool.folder.iterdir()}
    assert deleted == 2
    assert left == {kept.spool, fresh.spool, "README"}
    assert orphan.spool not in left


def test_a_spool_that_cannot_be_written_is_said(tmp_path):
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(StoreUnavailable):
        Spool(file / "spool")
    spool = Spool(tmp_path / "spool")
    spool.folder.rmdir()
    with pytest.raises(StoreUnavailable):
        spool.write(b"x")


def test_retention_forgets_contents_and_keeps_history(office):
    line = office.line()
    old = office.campaign(line, ["+33972101010"])
    office.tx(
        preparation.rendered,
        Content.of(b"a document").sha256,
        196,
        Content.of(b"tiff"),
        count=1,
        now=office.now,
    )
    office.tx(mails.accept, new_mail(1), now=office.now)
    office.tx(mails.mark_refused, "R1", "no-number", now=office.now)
    office.tx(
        replies.put,
        replies.NewReply(
            event_key="k", kind="k", campaign=old, to_address="a@b", message=b"Hi"
        ),
        now=office.now,
    )
    office.tx(replies.drop, 1, "no", now=office.now)
    office.tx(preparation.fail_preparation, old, "", now=office.now)
    office.later(days=1)
    fresh = office.campaign(
        line, ["+33972101010"], requester=Requester(address=None), documents=()
    )

    def purge(before):
        return office.tx(housekeeping.purge, before=before, now=office.now)

    too_early = purge(office.now - timedelta(days=1))
    purged = purge(office.now)

    assert (too_early, purged, purge(office.now)) == (0, 3, 0)
    document = office.tx(preparation.documents, old)[0]
    assert office.tx(preparation.document_bytes, document.id) is None
    assert office.tx(preparation.find_pages, document.sha256, 196) is None
    assert office.tx(mails.body, "R1") is None
    assert office.tx(campaigns.get, old).names == ("a.pdf",)
    assert office.tx(campaigns.get, fresh).state == "preparing"


def test_pages_stay_while_a_campaign_holds_their_document(office):
    sha256 = Content.of(b"a document").sha256
    tiff = Content.of(b"tiff")
    office.tx(preparation.rendered, sha256, 98, tiff, count=1, now=office.now)
    office.campaign(office.line(), ["+33972101010"])
    office.later(days=1)

    office.tx(housekeeping.purge, before=office.now, now=office.now)

    assert office.tx(preparation.find_pages, sha256, 98).tiff == b"tiff"


def test_files_are_for_their_owner_alone(sqlite_db):
    name = sqlite_db.spool.write(b"x")

    path: Path = sqlite_db.spool.folder / name
    assert path.stat().st_mode & 0o077 == 0
    assert sqlite_db.spool.folder.stat().st_mode & 0o077 == 0


async def test_a_mail_that_was_dealt_with_is_not_left_in_the_log(
    sqlite_db, tmp_path, office_now
):
    """
    SQLite's log keeps pages as they were, password and all, until it is emptied.
    """
    log, secret = tmp_path / "store.db-wal", b"p:Zebre7Quart"
    mail = new_mail(1, Content.of(secret))
    await sqlite_db.tx(mails.accept, mail, now=office_now)
    await sqlite_db.tx(mails.mark_refused, "R1", "no-number", now=office_now)
    assert secret in log.read_bytes()

    assert await sqlite_db.empty_log()

    assert log.read_bytes() == b""
    assert secret not in (tmp_path / "store.db").read_bytes()
