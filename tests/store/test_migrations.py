"""
The migrations and the tables tell of the same schema.
"""

import concurrent.futures

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.store import trunks
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.tables import metadata

RULES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%'"
    " AND type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'"
    " UNION SELECT indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND indexname NOT LIKE 'alembic%'",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """
    URLs of two databases without anything in them.
    """
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path}/{name}.db" for name in "ab"]
    cluster = request.getfixturevalue("cluster")
    return [cluster.url(cluster.new()) for _ in "ab"]


def rules(url):
    """
    CHECKs, keys and partial indexes, which compare_metadata does not look at.
    """
    engine = create_engine(url)
    with engine.connect() as conn:
        found = {tuple(row) for row in conn.execute(text(RULES[engine.dialect.name]))}
        if engine.dialect.name == "sqlite":
            found |= sqlite_constraints(conn)
    engine.dispose()
    return found


def sqlite_constraints(conn):
    tables = conn.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    )
    return {
        (name, line.strip().rstrip(","))
        for name, sql in tables
        if not name.startswith(("alembic", "sqlite"))
        for line in sql.splitlines()
        if line.strip().startswith("CONSTRAINT")
    }


def test_the_migrations_end_in_the_tables(empty, tmp_path):
    migrated, created = empty
    Database.open(migrated, spool=tmp_path / "spool").close()
    for url, make in ((migrated, None), (created, metadata.create_all)):
        engine = create_engine(url)
        with engine.begin() as conn:
            if make:
                make(conn)
            context = MigrationContext.configure(conn, opts={"compare_type": True})
            differences = compare_metadata(context, metadata)
        engine.dispose()
        assert differences == []

    found = rules(migrated)
    assert len(found) > 50
    assert found == rules(created)


def test_nodes_that_start_at_once_migrate_once(empty, tmp_path):
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        databases = list(
            threads.map(
                lambda _: Database.open(empty[0], spool=tmp_path / "spool"), range(4)
            )
        )

    for n, database in enumerate(databases):
        database.sync_tx(trunks.put, f"t{n}", max_calls=1)
    assert len(databases[0].sync_read(trunks.listing)) == 4
    for database in databases:
        database.close()


def test_a_newer_schema_is_left_alone(empty, tmp_path):
    Database.open(empty[0], spool=tmp_path / "spool").close()
    engine = create_engine(empty[0])
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(StoreUnavailable, match="schema"):
        Database.open(empty[0], spool=tmp_path / "spool")
