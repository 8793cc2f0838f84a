"""
Lives of nodes, and what they hold when the store fails them or they fall silent.
"""

import concurrent.futures
import threading
from datetime import UTC, datetime, timedelta

import pytest

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.store import calls, claims, mails, nodes, preparation, replies
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.database import Database

from .test_events import due, hook, publish

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(minutes=30)


def numbers(count):
    return [f"+3397210101{n}" for n in range(count)]


def test_the_stores_clock_is_the_servers(db):
    before = datetime.now(UTC) - timedelta(seconds=1)

    now = db.sync_tx(nodes.clock)

    assert before < now < datetime.now(UTC) + timedelta(seconds=1)


def test_a_name_is_occupied_by_another_home_until_it_is_silent(office):
    office.tx(nodes.begin, "n", home="here", now=office.now)
    long_ago = office.now - timedelta(seconds=15)

    def occupied(home, since=long_ago):
        return office.tx(nodes.occupied, "n", home=home, since=since)

    assert occupied("there") == office.now
    assert occupied("here") is None
    assert occupied("there", since=office.now) is None
    assert office.tx(nodes.leave, "n", 1, now=office.now)
    assert occupied("there") is None


def test_a_node_that_left_is_not_missed(office):
    office.tx(nodes.leave, "a", office.epoch, now=office.now)

    assert office.tx(nodes.silent, since=office.later(hours=1)) == []
    assert office.tx(nodes.begin, "a", now=office.now) == 2
    assert office.tx(nodes.silent, since=office.later(hours=1)) == [("a", 2)]


def test_a_fenced_life_claims_nothing(office):
    office.queue(office.line(), numbers(1))
    since = office.later(minutes=1)
    office.tx(nodes.fence, "a", office.epoch, since=since, now=since)

    assert office.claim() == []
    office.epoch = office.tx(nodes.begin, "a", now=since)
    assert len(office.claim()) == 1


def test_strays_are_settled_and_calls_under_way_are_not(office):
    """
    Claims whose commit was not answered are ours by the store alone.
    """
    office.queue(office.line(max_calls=3), numbers(3))
    known, claimed, intended = office.claim(limit=3)
    for each in (known, intended):
        office.tx(calls.intend, each, pages_sha256="x", now=office.now)

    unknown = office.tx(
        claims.settle_strays,
        node="a",
        epoch=office.epoch,
        known={known.ref},
        now=office.now,
    )

    assert unknown == [intended.ref]
    states = [office.fax(each.ref).state for each in (known, claimed, intended)]
    assert states == [FaxState.DIALING, FaxState.QUEUED, FaxState.UNKNOWN]


def test_work_that_the_store_interrupted_is_offered_again_uncounted(office):
    new = mails.NewMail(
        ref="M1",
        envelope_from="a@b.example",
        recipients=("x@y.example",),
        peer="",
        content=Content.of(b"mail"),
    )
    office.tx(mails.accept, new, now=office.now)
    for _ in range(5):
        mail = office.tx(mails.claim_mail, node="a", now=office.now, lease=LEASE)
        assert (mail.ref, mail.tries) == ("M1", 1)
        assert office.tx(mails.give_back, node="b") == 0
        assert office.tx(mails.give_back, node="a") == 1


def test_renderings_under_way_are_kept(office):
    refs = [office.campaign(office.line(), numbers(1))]
    refs.append(office.campaign("+33100000001", numbers(1)))
    for _ in refs:
        office.tx(preparation.claim_preparation, node="a", now=office.now, lease=LEASE)

    freed = office.tx(preparation.give_back, node="a", known={refs[0]})
    again = office.tx(
        preparation.claim_preparation, node="b", now=office.now, lease=LEASE
    )

    assert freed == 1
    assert (again.ref, again.tries) == (refs[1], 1)


@pytest.mark.parametrize("how", ["give_back", "fence"])
def test_a_lost_lease_on_a_reply_is_free_at_once(office, how):
    new = replies.NewReply(
        event_key="k",
        kind="sent",
        campaign=None,
        to_address="a@b.example",
        message=b"m",
    )
    office.tx(replies.put, new, now=office.now)
    office.tx(replies.claim_due, node="a", now=office.now, lease=LEASE)
    if how == "fence":
        since = office.later(minutes=1)
        office.tx(nodes.fence, "a", office.epoch, since=since, now=since)
    else:
        office.tx(replies.give_back, node="a")

    due = office.tx(replies.claim_due, node="b", now=office.now, lease=LEASE)

    assert due.event_key == "k"


def test_an_event_that_a_lost_node_was_telling_is_told_at_once(office):
    """
    Its webhook would hear of nothing else before the lease ends.
    """
    line = office.line()
    hook(office, line)
    office.queue(line, numbers(1))
    publish(office)
    assert due(office) is not None
    assert due(office) is None

    since = office.later(seconds=1)
    office.tx(nodes.fence, "a", office.epoch, since=since, now=since)

    assert due(office) is not None


def test_a_node_that_stopped_in_a_transaction_holds_nobody_up(
    cluster, migrated, tmp_path
):
    """
    A process that is stopped (a sleeping machine) keeps its locks; the server ends it.
    """
    url = cluster.url(cluster.new(template=migrated))
    first = Database.open(url, spool=tmp_path, idle_s=3)
    second = Database.open(url, spool=tmp_path)
    epoch = first.sync_tx(nodes.begin, "asleep", now=NOON)
    later = NOON + timedelta(minutes=1)
    locked, may_end = threading.Event(), threading.Event()

    def fall_asleep(conn):
        nodes.beat(conn, "asleep", epoch, now=NOON)
        locked.set()
        assert may_end.wait(60)

    with concurrent.futures.ThreadPoolExecutor() as threads:
        sleeper = threads.submit(first.sync_tx, fall_asleep)
        assert locked.wait(60)
        fenced = second.sync_tx(nodes.fence, "asleep", epoch, since=later, now=later)
        may_end.set()
        with pytest.raises(StoreUnavailable):
            sleeper.result()

    assert fenced == epoch + 1
    assert not second.sync_tx(nodes.lives, "asleep", epoch)
    first.close()
    second.close()
