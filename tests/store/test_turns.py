"""
Callers that share statements: each gets its own rows, and a failure is its own.
"""

import asyncio

import pytest
from sqlalchemy import Integer, Text, event, insert, select

from ecofax_gateway.store.shared import Kind, Shared
from ecofax_gateway.store.tables import mail_key

GIVEN = {"of_key": Text(), "word": Text()}
FIND = Shared(
    "SELECT k.key AS of_key, k.ref FROM mail_key k JOIN given ON k.key = given.of_key",
    given=GIVEN,
    key=["of_key"],
    returns={"ref": Text()},
    kind=Kind.READ,
)
CHANGE = """
    UPDATE mail_key SET ref = ref || given.word FROM given
    WHERE key = given.of_key AND length(ref) < 4 RETURNING key AS of_key, ref
"""
APPEND = Shared(CHANGE, given=GIVEN, key=["of_key"], returns={"ref": Text()})
APPEND_ONCE = Shared(
    CHANGE, given=GIVEN, key=["of_key"], returns={"ref": Text()}, kind=Kind.ONCE
)
NOTHING = Shared("SELECT given.n FROM given", given={"n": Integer()}, key=["n"])


@pytest.fixture
def keys(office):
    """
    A table of words: "a" has "a", and so on.
    """
    rows = [{"key": k, "ref": k, "received_at": office.now} for k in "abcd"]
    office.tx(lambda conn: conn.execute(insert(mail_key), rows))
    return office


@pytest.fixture
def statements(keys):
    """
    What is sent to the database from now on.
    """
    sent = []
    engine = keys.db._engine

    def note(conn, cursor, statement, parameters, context, executemany):
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def words(office):
    query = select(mail_key.c.key, mail_key.c.ref).order_by(mail_key.c.key)
    return dict(
        office.db.sync_read(lambda conn: [tuple(r) for r in conn.execute(query)])
    )


async def together(db, *works):
    """
    Have works done in one group: none is begun before the last was handed over.
    """
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    gate = asyncio.run_coroutine_threadsafe

    def hold(conn):
        gate(begun.wait(), loop).result(timeout=60)

    holding = asyncio.create_task(db.brief(hold))
    tasks = [asyncio.create_task(db.brief(work)) for work in works]
    await asyncio.sleep(0)
    begun.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    await holding
    return results


async def test_each_gets_its_own_rows_of_one_statement(keys, statements):
    def look(key):
        return lambda conn: [row.ref for row in FIND.run(conn, of_key=key, word="")]

    found = await together(keys.db, look("b"), look("x"), look("a"), look("b"))

    assert found == [["b"], [], ["a"], ["b"]]
    assert len([each for each in statements if "mail_key" in each]) == 1


async def test_changes_of_one_row_come_one_after_the_other(keys):
    def append(key, word):
        return lambda conn: [r.ref for r in APPEND.run(conn, of_key=key, word=word)]

    done = await together(keys.db, append("a", "1"), append("b", "2"), append("a", "3"))

    assert done == [["a1"], ["b2"], ["a13"]]
    assert words(keys) == {"a": "a13", "b": "b2", "c": "c", "d": "d"}


async def test_what_is_done_once_is_the_first_ones(keys):
    def append(conn):
        return [r.ref for r in APPEND_ONCE.run(conn, of_key="a", word="!")]

    assert await together(keys.db, append, append, append) == [["a!"], [], []]


async def test_they_may_ask_different_things_in_any_number(keys):
    def both(conn):
        (row,) = FIND.run(conn, of_key="a", word="")
        (new,) = APPEND.run(conn, of_key="b", word=row.ref)
        return new.ref

    def one(conn):
        (row,) = FIND.run(conn, of_key="c", word="")
        return row.ref

    def none(conn):
        return 7

    assert await together(keys.db, both, one, none, both) == ["ba", "c", 7, "baa"]


async def test_one_failure_undoes_only_its_own_work(keys):
    def fail(conn):
        APPEND.run(conn, of_key="a", word="x")
        APPEND.run(conn, of_key="a", word="y")
        raise ValueError("mine")

    def append(key):
        def work(conn):
            APPEND.run(conn, of_key=key, word="1")
            (row,) = FIND.run(conn, of_key=key, word="")
            return row.ref

        return work

    done = await together(keys.db, append("b"), fail, append("c"), append("d"))

    assert [repr(each) for each in done] == [
        "'b1'",
        "ValueError('mine')",
        "'c1'",
        "'d1'",
    ]
    assert words(keys) == {"a": "a", "b": "b1", "c": "c1", "d": "d1"}


async def test_a_statement_that_fails_is_told_to_who_asked_it(keys):
    broken = Shared(
        "SELECT given.n, 1 / (given.n - 1) AS x FROM given",
        given={"n": Integer()},
        key=["n"],
    )

    def ask(conn):
        return broken.run(conn, n=1)

    def append(conn):
        APPEND.run(conn, of_key="b", word="1")
        return [row.n for row in NOTHING.run(conn, n=3)]

    failed, done = await together(keys.db, ask, append)

    assert done == [3]
    assert words(keys)["b"] == "b1"
    if keys.db._engine.dialect.name == "postgresql":
        assert isinstance(failed, Exception)


async def test_more_than_can_take_turns_at_once_are_done(keys):
    def count(n):
        return lambda conn: NOTHING.run(conn, n=n)[0].n

    assert await together(keys.db, *map(count, range(300))) == list(range(300))


async def test_one_alone_needs_no_turns(keys):
    def append(conn):
        return APPEND.run(conn, of_key="a", word="1")[0].ref

    assert await keys.db.brief(append) == "a1"
    assert keys.tx(append) == "a11"
