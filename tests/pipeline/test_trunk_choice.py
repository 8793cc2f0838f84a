"""
Faxes find their trunks in the store, when trunks close, open and fill.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import CallAgain
from ecofax_gateway.domain.route import Carrier, NoRoute
from ecofax_gateway.engine import protocol
from ecofax_gateway.engine.protocol import Health
from ecofax_gateway.pipeline import campaigns as operations
from ecofax_gateway.pipeline.overflow import overflow
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.pipeline.trunk_watch import LOOK_AGAIN, TrunkWatch
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    faxes,
    lines,
    nodes,
    preparation,
    trunk_health,
    trunks,
)
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.tables import fax

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE = "+33100000001"
CHEAP = Carrier(name="cheap", prefixes=("+33",), cost_per_minute=0.01)
SURE = Carrier(name="sure", cost_per_minute=0.05)
ROUTING = Routing([SURE, CHEAP])


class Desk:
    """A store with two trunks, and a watch on them."""

    def __init__(self, db):
        self.db = db
        self.now = NOON
        self.refs = (f"C{n:07}" for n in range(2, 100))
        self.epoch = db.sync_tx(nodes.begin, "a", now=NOON)
        db.sync_tx(trunks.put, "cheap", max_calls=2)
        db.sync_tx(trunks.put, "sure", max_calls=2)
        line = FaxLine(number=LINE, password_hash="$argon2id$x", max_calls=10)
        db.sync_tx(lines.add, line, now=NOON)
        self.bell = Bell()
        self.watch = TrunkWatch(
            db=db,
            node="a",
            routing=ROUTING,
            pauses=dict.fromkeys(ROUTING.names, timedelta(minutes=1)),
            clock=lambda: self.now,
            bell=Bell(),
            called=self.bell,
        )

    def order(self, *numbers):
        closed = self.db.sync_read(trunks.closed)
        plan = ROUTING.plan(numbers, Quality.PREMIUM, closed)
        document = Content.of(b"a document")
        new = campaigns.NewCampaign(
            ref=next(self.refs),
            line=LINE,
            trunk=plan.trunk,
            other_trunks=plan.others,
            source=Source.COMMAND,
            requester=Requester(address=None),
            quality=Quality.PREMIUM,
            documents=(campaigns.NewDocument(name="a.pdf", content=document),),
            numbers=numbers,
        )
        self.db.sync_tx(campaigns.create, new, now=self.now)
        self.db.sync_tx(preparation.release, new.ref, page_count=1, now=self.now)
        return new.ref

    def claim(self):
        return self.db.sync_tx(
            claims.claim, node="a", epoch=self.epoch, limit=10, now=self.now
        )

    def trunks_of(self, ref):
        listed = self.db.sync_read(faxes.listing, campaign_ref=ref)
        return [each.trunk for each in listed]

    def hear(self, name, state):
        self.watch.heard(protocol.TrunkHealth(name=name, state=state, detail="x"))

    async def look(self):
        self.now += LOOK_AGAIN
        await self.watch.step()


@pytest.fixture
def desk(tmp_path, new_store):
    db = new_store(tmp_path)
    yield Desk(db)
    db.close()


def test_each_number_of_an_order_gets_the_trunk_of_its_route(desk):
    ref = desk.order("+33972101010", "+442079460000", "+33972101011")

    assert desk.trunks_of(ref) == ["cheap", "sure", "cheap"]


def test_an_order_that_no_trunk_serves_is_refused():
    with pytest.raises(NoRoute):
        Routing([CHEAP]).plan(["+442079460000"], Quality.PREMIUM)


async def test_what_waits_for_a_trunk_that_is_down_takes_another(desk):
    await desk.look()
    ref = desk.order("+33972101010", "+33972101011")

    desk.hear("cheap", Health.DOWN)
    await desk.look()
    moved = desk.trunks_of(ref)
    new = desk.order("+33972101012")
    desk.hear("cheap", Health.UP)
    await desk.look()

    assert moved == ["sure", "sure"]
    assert desk.trunks_of(ref) == ["cheap", "cheap"], "back to the cheaper one"
    assert desk.trunks_of(new) == ["cheap"]


async def test_other_settings_lead_what_waits_another_way(desk):
    ref = desk.order("+33972101010")
    desk.db.sync_tx(trunks.move, desk.db.sync_read(trunks.waiting, not_for=()),
                    lambda number, quality: "sure")  # fmt: skip

    await desk.look()

    assert desk.trunks_of(ref) == ["cheap"]


async def test_what_a_trunk_has_failed_does_not_go_back_to_it(desk):
    await desk.look()
    ref = desk.order("+33972101010")
    (claimed,) = desk.claim()
    fault = Outcome(ending=Ending.TRUNK_FAULT)
    again = CallAgain(desk.now, trunk="sure", is_same_try=True)
    desk.db.sync_tx(calls.finish, claimed, fault, again, now=desk.now)
    desk.db.sync_tx(faxes.promote_due, now=desk.now)

    desk.hear("cheap", Health.DOWN)
    await desk.look()
    desk.hear("cheap", Health.UP)
    await desk.look()
    stayed = desk.trunks_of(ref)
    desk.db.sync_tx(trunks.set_paused, "sure", paused=True)
    await desk.look()

    assert stayed == ["sure"]
    assert desk.trunks_of(ref) == ["cheap"], "but to wait for nothing is worse"


def test_a_copy_of_long_ago_waits_for_a_trunk_that_there_is(desk):
    ref = desk.order("+33972101010")
    desk.db.sync_tx(trunks.adopt, ["cheap"], lambda number, quality: "cheap")
    desk.db.sync_tx(lambda conn: conn.execute(update(fax).values(trunk="gone")))

    made = desk.db.sync_tx(operations.copy, ref, "COPY2345", now=desk.now)

    assert desk.trunks_of(made.ref) == ["cheap"]


async def test_what_has_no_other_way_waits(desk):
    await desk.look()
    ref = desk.order("+442079460000")

    desk.hear("sure", Health.REFUSED)
    await desk.look()

    assert desk.trunks_of(ref) == ["sure"]
    (found,) = desk.db.sync_read(trunk_health.listing)
    assert (found.trunk, found.state, found.detail) == ("sure", "refused", "x")


async def test_a_paused_trunk_loses_its_waiting_faxes(desk):
    await desk.look()
    ref = desk.order("+33972101010")
    desk.db.sync_tx(trunks.set_paused, "cheap", paused=True)

    await desk.look()

    assert desk.trunks_of(ref) == ["sure"]


async def test_what_comes_to_wait_for_a_closed_trunk_later_is_found(desk):
    desk.hear("cheap", Health.DOWN)
    await desk.look()
    ref = desk.order("+33972101010")
    desk.db.sync_tx(trunks.move, desk.db.sync_read(trunks.waiting, not_for=()),
                    lambda number, quality: "cheap")  # fmt: skip

    await desk.look()

    assert desk.trunks_of(ref) == ["sure"]


async def test_calls_that_fail_close_a_trunk_and_one_that_is_carried_opens_it(desk):
    await desk.look()
    for _ in range(3):
        desk.watch.called("cheap", Ending.TRUNK_FAULT, "503")
    await desk.look()
    assert desk.db.sync_read(trunks.closed) == {"cheap"}

    desk.now += timedelta(minutes=1)
    await desk.look()
    assert desk.db.sync_read(trunks.closed) == frozenset(), "another chance"

    desk.watch.called("cheap", Ending.BUSY, "486")
    await desk.look()
    (found,) = desk.db.sync_read(trunk_health.listing)
    assert (found.state, found.is_down) == ("up", False)


def test_a_single_fax_takes_a_free_trunk_when_its_own_is_full(desk):
    for n in range(3):
        desk.order(f"+3397210101{n}")
    assert [each.trunk for each in desk.claim()] == ["cheap", "cheap"]

    assert desk.db.sync_tx(overflow, ROUTING) == 1
    assert [each.trunk for each in desk.claim()] == ["sure"]
    assert desk.db.sync_tx(overflow, ROUTING) == 0


def test_a_campaign_waits_for_its_trunk(desk):
    desk.order(*(f"+3397210101{n}" for n in range(5)))
    desk.claim()

    assert desk.db.sync_tx(overflow, ROUTING) == 0


def test_nothing_overflows_where_its_route_does_not_lead(desk):
    for n in range(3):
        desk.order(f"+4420794600{n:02}")
    assert {each.trunk for each in desk.claim()} == {"sure"}

    assert desk.db.sync_tx(overflow, ROUTING) == 0
