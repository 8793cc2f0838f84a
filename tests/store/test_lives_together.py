"""
Many calls that end in the same commit: each as if it were alone.
"""

import asyncio

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.quota import Quota
from ecofax_gateway.domain.retry import Done, GiveUp
from ecofax_gateway.store import calls, campaigns, quotas, trunks

from .test_schedules import DELIVERED, numbers

BUSY = Outcome(ending=Ending.BUSY)
CALLS = 30


def end(conn, claimed, *, now, fails=False):
    """
    One call from its intent to its end; whether its campaign ended with it.
    """
    assert calls.intend(conn, claimed, pages_sha256="x", now=now)
    delivered = claimed.position % 3
    how = (DELIVERED, Done()) if delivered else (BUSY, GiveUp(Ending.BUSY))
    assert calls.finish(conn, claimed, *how, now=now) is not None
    is_last = campaigns.finish_if_all_final(conn, claimed.campaign, now=now)
    if fails:
        raise ValueError("of this one alone")
    return is_last


async def test_calls_that_end_together(office):
    claimed, line = many_calls(office)

    told = await asyncio.gather(
        *(office.db.brief(end, each, now=office.now) for each in claimed)
    )

    assert told.count(True) == 1
    assert_settled(office, claimed, line)


async def test_one_that_fails_undoes_only_its_own(office):
    claimed, line = many_calls(office)
    [failing] = [each for each in claimed if each.position == 7]

    told = await asyncio.gather(
        *(
            office.db.brief(end, each, now=office.now, fails=each is failing)
            for each in claimed
        ),
        return_exceptions=True,
    )
    unfinished = office.fax(failing.ref).state
    is_last = await office.db.brief(end, failing, now=office.now)

    assert [str(each) for each in told if each is not False] == ["of this one alone"]
    assert unfinished is FaxState.DIALING
    assert is_last
    assert_settled(office, claimed, line)


def many_calls(office):
    office.tx(trunks.put, "main", max_calls=100)
    line = office.line(max_calls=100)
    office.tx(quotas.put, line, Quota(credit=500))
    office.queue(line, numbers(CALLS))
    return office.claim(100), line


def assert_settled(office, claimed, line):
    found = office.db.sync_read(campaigns.get, claimed[0].campaign)
    assert found.counts == {FaxState.SENT: 20, FaxState.FAILED: 10}
    assert found.finished_at is not None
    assert office.db.sync_read(quotas.get, line).credit == 500 - 20 * 3
