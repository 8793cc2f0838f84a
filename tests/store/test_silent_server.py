"""
PostgreSQL that does not answer: noticed in bounded time.
"""

import pytest
from sqlalchemy import text

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.engines import SILENT_SERVER


@pytest.fixture
def db(cluster, migrated, tmp_path):
    """
    A store whose reads may take a second.
    """
    url = cluster.url(cluster.new(template=migrated))
    database = Database.open(url, spool=tmp_path, read_s=1.0)

    yield database

    database.close()


def sleep(conn, seconds):
    return conn.execute(text("SELECT 1 FROM pg_sleep(:s)"), {"s": seconds}).scalar()


def test_a_read_that_does_not_end_is_ended(db):
    with pytest.raises(StoreUnavailable, match="statement timeout"):
        db.sync_read(sleep, 60)

    assert db.sync_read(sleep, 0) == 1


def test_a_change_may_take_longer(db):
    assert db.sync_tx(sleep, 1.5) == 1


def test_every_connection_asks_whether_the_server_is_there(db):
    def told(conn):
        return conn.connection.driver_connection.info.get_parameters()

    for found in (db.sync_tx(told), db.sync_read(told)):
        assert {name: int(found[name]) for name in SILENT_SERVER} == SILENT_SERVER
