"""
Real databases: an SQLite file, and a throw-away PostgreSQL cluster.
"""

import itertools
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bench.cluster import Cluster as Cluster
from bench.cluster import as_user as _as_user  # noqa: F401 -- for tests/crash
from bench.cluster import running
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.store import (
    campaigns,
    claims,
    faxes,
    lines,
    nodes,
    preparation,
    trunks,
)
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.reference import reference

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def cluster():
    """
    A PostgreSQL server that nobody else uses.
    """
    with running(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def migrated(cluster):
    """
    A database that has the schema; the others are copies of it.
    """
    name = cluster.new()
    Database.open(cluster.url(name), spool=cluster.folder / "none").close()
    return name


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    """
    The URL of an empty database with the schema.
    """
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_store"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path}/store.db"
    cluster = request.getfixturevalue("cluster")
    migrated = request.getfixturevalue("migrated")
    return cluster.url(cluster.new(template=migrated))


@pytest.fixture
def db(url, tmp_path):
    """
    An open store.
    """
    database = Database.open(url, spool=tmp_path / "spool")

    yield database

    database.close()


class Office:
    """
    What the tests do over and over: lines, campaigns, claims.
    """

    def __init__(self, db):
        self.db = db
        self.now = NOON
        self.epoch = db.sync_tx(nodes.begin, "a", now=NOON)
        self.refs = (reference(n * 7919) for n in itertools.count(1))
        db.sync_tx(trunks.put, "main", max_calls=10)

    def tx(self, fn, *args, **kwargs):
        return self.db.sync_tx(fn, *args, **kwargs)

    def later(self, **kwargs):
        self.now += timedelta(**kwargs)
        return self.now

    def line(self, number="+33100000001", *, max_calls=2, weight=1.0):
        line = FaxLine(number=number, password_hash="$argon2id$x", max_calls=max_calls)
        assert self.tx(lines.add, line, now=self.now, weight=weight)
        return number

    def set_line(self, number, **wishes):
        line = self.tx(lines.get, number)
        return self.tx(lines.change, line, replace(line, **wishes), now=self.now)

    def campaign(self, line, numbers, **kwargs):
        """
        An order in state "preparing".
        """
        ref = next(self.refs)
        document = Content.of(b"a document")
        values = {
            "ref": ref,
            "line": line,
            "trunk": "main",
            "source": Source.MAIL,
            "requester": Requester(address="anne@example.net", subject="Fax"),
            "quality": Quality.PREMIUM,
            "documents": (campaigns.NewDocument(name="a.pdf", content=document),),
            "numbers": tuple(numbers),
            **kwargs,
        }
        new = campaigns.NewCampaign(**values)
        created = self.tx(campaigns.create, new, now=self.now)
        assert created is campaigns.Creation.CREATED
        return ref

    def queue(self, line, numbers, **kwargs):
        """
        An order whose pages are made.
        """
        ref = self.campaign(line, numbers, **kwargs)
        self.tx(preparation.release, ref, page_count=3, now=self.now)
        return ref

    def claim(self, limit=10, *, node="a"):
        return self.tx(
            claims.claim, node=node, epoch=self.epoch, limit=limit, now=self.now
        )

    def fax(self, ref):
        return self.tx(faxes.get, ref)


@pytest.fixture
def office(db):
    """
    A store with a node "a" and a trunk "main" of ten channels.
    """
    return Office(db)


@pytest.fixture
def make_office():
    """
    For tests that open their own databases.
    """
    return Office


@pytest.fixture
def office_now():
    """
    A fixed instant.
    """
    return NOON


@pytest.fixture
def behind(db):
    """
    Runs something while another transaction is written and not committed yet.

    `behind(first, second)`: *first* gets the connection of a transaction that is held
    open until *second* has ended or waits for a lock of it. What *second* came to is
    returned. SQLite has one writer: there one comes after the other.
    """
    waits = text(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock')"
    )
    written, may_commit = threading.Event(), threading.Event()

    def hold(conn, first):
        # However long the other takes on a loaded machine.
        conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        try:
            first(conn)
        finally:
            written.set()
        assert may_commit.wait(60)

    def run(first, second):
        if "postgres" not in repr(db):
            db.sync_tx(first)
            return second()
        with ThreadPoolExecutor(2) as threads:
            holder = threads.submit(db.sync_tx, hold, first)
            try:
                assert written.wait(60)
                other = threads.submit(second)
                look = threading.Event()
                while not other.done() and not db.sync_read(
                    lambda conn: conn.execute(waits).scalar()
                ):
                    look.wait(0.01)
            finally:
                may_commit.set()
            holder.result()
            return other.result()

    return run
