"""
A campaign's pace: kept with any number of claimers, and reached by one that wakes in time.
"""

import threading
from datetime import timedelta

import pytest

from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import calls, claims, nodes, schedules, trunks
from ecofax_gateway.store.database import Database

from .test_schedules import DELIVERED, numbers

STEP_S = 0.07
"How long a look takes, with the waiting for a busy machine."


def busiest_minute(begun):
    return max(
        sum(at <= other < at + timedelta(minutes=1) for other in begun) for at in begun
    )


def end(conn, claimed, now):
    for each in claimed:
        calls.finish(conn, each, DELIVERED, Done(), now=now)


@pytest.mark.parametrize("pace", [90, 300])
def test_who_looks_when_the_pace_says_reaches_it(office, pace):
    """
    The dispatcher sleeps a second at most; each of its looks takes a while.
    """
    office.tx(trunks.put, "main", max_calls=100)
    ref = office.queue(office.line(max_calls=100), numbers(pace * 2))
    office.tx(schedules.set_pace, ref, pace)
    begun, first = [], office.now
    while office.now < first + timedelta(seconds=70):
        claimed = office.claim(100)
        begun += [office.now] * len(claimed)
        office.tx(end, claimed, office.now)
        due = office.db.sync_read(schedules.next_paced, now=office.now)
        asleep = 0.0
        if not claimed:
            asleep = min(
                1.0, max(0.1, (due - office.now).total_seconds()) if due else 1.0
            )
        office.later(seconds=asleep + STEP_S)

    assert busiest_minute(begun) <= pace
    assert len(begun) >= 0.97 * pace * 70 / 60


def test_rivals_share_a_pace(office, url, tmp_path):
    """
    Two nodes that claim at the same instants, on databases of their own opening.
    """
    pace = 120
    office.tx(trunks.put, "main", max_calls=100)
    ref = office.queue(office.line(max_calls=100), numbers(pace * 2))
    office.tx(schedules.set_pace, ref, pace)
    other = Database.open(url, spool=tmp_path / "other")
    epochs = {"a": office.epoch, "b": office.tx(nodes.begin, "b", now=office.now)}
    begun, by_node = [], {"a": 0, "b": 0}
    gate, lock = threading.Barrier(2), threading.Lock()

    def claim(db, node):
        for look in range(64):
            now = office.now + look * timedelta(seconds=1)
            gate.wait(timeout=60)
            owner = {"node": node, "epoch": epochs[node], "limit": 50}
            taken = db.sync_tx(claims.claim, **owner, now=now)
            with lock:
                begun.extend([now] * len(taken))
                by_node[node] += len(taken)
            db.sync_tx(end, taken, now)

    threads = [
        threading.Thread(target=claim, args=each)
        for each in ((office.db, "a"), (other, "b"))
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    other.close()

    assert busiest_minute(begun) <= pace
    assert len(begun) >= 0.97 * pace * 64 / 60
    assert min(by_node.values()) > 0
