"""
Whatever happens in whatever order, a fax is where the rules allow it to be.
"""

import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from ecofax_gateway.domain.dialling import Dialling
from ecofax_gateway.domain.fax import FINAL, TRANSITIONS, FaxState, Phase
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import RetryPolicy
from ecofax_gateway.domain.route import Carrier
from ecofax_gateway.engine.protocol import TrunkAddress
from ecofax_gateway.pipeline.answer import Answer
from ecofax_gateway.pipeline.load import Load, write_intents, write_progress
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.pipeline.settling import Settling
from ecofax_gateway.pipeline.way import Way
from ecofax_gateway.pipeline.worker import Bell
from ecofax_gateway.store import (
    campaigns,
    claims,
    departures,
    faxes,
    nodes,
    preparation,
    repeats,
    trunks,
)
from ecofax_gateway.store.database import Database
from ecofax_gateway.store.tables import fax

AGAIN = {repeats.ALLOWED: True}

WAY = Way(
    name="main",
    address=TrunkAddress(host="192.0.2.1"),
    dialling=Dialling(),
    policy=RetryPolicy(),
)

NUMBERS = [f"+3397210101{n}" for n in range(4)]


def reachable(state):
    """
    States that *state* may be in after one rule; a release is two steps.
    """
    through = TRANSITIONS[FaxState.WAITING] if state is FaxState.HELD else frozenset()
    return {state} | TRANSITIONS[state] | through


def holds_channel():
    """
    Faxes whose call counts for the caps.
    """
    query = select(fax.c.number, fax.c.line, fax.c.state)
    return query.where(fax.c.busy, fax.c.rides_with.is_(None))


class Faxes(RuleBasedStateMachine):
    """
    Two lines, of which one combines, one trunk of three channels, two nodes that die
    and come back, or do not notice that the other one declared them dead.
    """

    make_office = None
    loads = Bundle("loads")

    @initialize()
    def open(self):
        self.folder = Path(tempfile.mkdtemp(prefix="ecofax-states-"))
        url = f"sqlite:///{self.folder}/store.db"
        self.db = Database.open(url, spool=self.folder / "spool")
        self.office = type(self).make_office(self.db)
        self.office.tx(trunks.put, "main", max_calls=3)
        self.lines = [
            self.office.line(f"+3310000000{n}", max_calls=2) for n in range(2)
        ]
        self.office.set_line(self.lines[0], combine=True)
        self.settling = Settling(
            answer=Answer(
                sender="Fax <fax@gateway.example>", zone=ZoneInfo("UTC"), bell=Bell()
            ),
            ways={"main": WAY},
            routing=Routing([Carrier(name="main")]),
            clock=lambda: self.office.now,
        )
        # Work from the start: few random sequences would get as far as a call.
        self.refs = [
            self.office.queue(line, NUMBERS[n:] + NUMBERS[:n], notes=AGAIN)
            for n, line in enumerate(self.lines * 2)
        ]
        begun = self.office.tx(nodes.begin, "b", now=self.office.now)
        self.epochs = {"a": self.office.epoch, "b": begun}
        self.owners = {}
        self.dialled = {}
        self.states = {}

    @rule(
        line=st.integers(0, 1),
        count=st.integers(1, 4),
        delay=st.sampled_from([None, 0, 60]),
        meant=st.booleans(),
    )
    def order(self, line, count, delay, meant):
        due_at = None if delay is None else self.office.now + timedelta(seconds=delay)
        notes = AGAIN if meant else {}
        self.refs.append(
            self.office.campaign(
                self.lines[line], NUMBERS[:count], due_at=due_at, notes=notes
            )
        )

    @rule(data=st.data(), is_meant=st.booleans())
    def decide_about_repeats(self, data, is_meant):
        if not is_meant:
            self.office.tx(repeats.expire, before=self.office.now, now=self.office.now)
            return
        ref = data.draw(st.sampled_from(self.refs))

        def release(conn):
            for each in repeats.release(conn, ref, now=self.office.now):
                departures.let_go(conn, each, now=self.office.now)

        self.office.tx(release)

    @rule(data=st.data(), fails=st.booleans())
    def prepare(self, data, fails):
        if self.refs:
            ref = data.draw(st.sampled_from(self.refs))
            if fails:
                fn, kwargs = preparation.fail_preparation, {"detail": "no pages"}
            else:
                fn, kwargs = preparation.release, {"page_count": 3}
            self.office.tx(fn, ref, now=self.office.now, **kwargs)

    @rule(data=st.data())
    def cancel(self, data):
        if self.refs:
            ref = data.draw(st.sampled_from(self.refs))
            self.office.tx(campaigns.cancel, ref, now=self.office.now)
            self.office.tx(campaigns.finish_if_all_final, ref, now=self.office.now)

    @rule(seconds=st.sampled_from([1, 60, 600]))
    def wait(self, seconds):
        self.office.later(seconds=seconds)
        self.office.tx(faxes.promote_due, now=self.office.now)

    @rule(target=loads, limit=st.integers(1, 4), node=st.sampled_from("ab"))
    def claim(self, limit, node):
        new = self.office.tx(
            claims.claim,
            node=node,
            epoch=self.epochs[node],
            limit=limit,
            now=self.office.now,
        )
        begun = [Load((each, *each.riders)) for each in new]
        for load in begun:
            assert len(load.faxes) == 1 or load.lead.line == self.lines[0]
            self.owners |= {(each.ref, each.attempt): node for each in load.faxes}
        return multiple(*begun)

    @rule(load=loads)
    def intend(self, load):
        """
        Who falls away leaves the load; the others may be called by the next intent.
        """
        if not load.faxes:
            return
        digests = ["x"] * len(load.faxes)
        obstacles = self.office.tx(write_intents, load, digests, now=self.office.now)
        if obstacles:
            self.office.tx(self.settling.write_drops, load, obstacles, draw=0.5)
            left = [each for each in load.faxes if each.ref not in obstacles]
            load.faxes = tuple(left)
            return
        for each in load.faxes:
            key = (each.ref, each.attempt)
            assert key not in self.dialled, "two INVITEs for one attempt"
            assert self.states.get(each.ref) is not FaxState.UNKNOWN
            self.dialled[key] = each

    @rule(
        load=loads,
        phase=st.sampled_from(Phase),
        pages=st.integers(0, 9),
    )
    def progress(self, load, phase, pages):
        before = {each.ref: self.office.fax(each.ref) for each in load.faxes}
        heard = self.office.tx(write_progress, load, phase, pages, now=self.office.now)
        for each in load.faxes:
            after = self.office.fax(each.ref)
            assert after.pages_confirmed >= before[each.ref].pages_confirmed
            assert after.pages_confirmed <= 3
            assert not heard or phase is Phase.SENDING or after.attempt == each.attempt

    @rule(
        load=loads,
        ending=st.sampled_from(Ending),
        pages=st.integers(0, 9),
        fax_met=st.booleans(),
    )
    def finish(self, load, ending, pages, fax_met):
        if not load.faxes:
            return
        pages = min(pages, sum(load.pages))
        if ending is Ending.DELIVERED:
            pages = sum(load.pages)
        outcome = Outcome(ending=ending, pages_confirmed=pages, fax_met=fax_met)
        before = {each.ref: self.office.fax(each.ref) for each in load.faxes}
        written = self.office.tx(self.settling.write_outcomes, load, outcome, draw=0.5)
        for each, (told, state) in zip(load.faxes, written, strict=True):
            was = before[each.ref]
            assert not state or was.attempt == each.attempt
            assert not was.cancel_requested or state is not FaxState.SCHEDULED
            assert (
                state is not FaxState.SENT or told.pages_confirmed == each.pages_to_send
            )
        if ending is not Ending.BROKEN_OFF:
            load.faxes = ()

    @rule(load=consumes(loads))
    def give_back(self, load):
        if load.faxes:
            lead, *others = load.faxes
            together = replace(lead, riders=tuple(others))
            self.office.tx(claims.give_back, together, now=self.office.now)

    @rule(node=st.sampled_from("ab"))
    def restart(self, node):
        self.epochs[node] = self.office.tx(nodes.begin, node, now=self.office.now)
        self.take_over(node, self.epochs[node])

    @rule(node=st.sampled_from("ab"), wakes=st.booleans())
    def fall_silent(self, node, wakes):
        """
        The other node fences it; it may wake and go on as if nothing had happened.
        """
        since = self.office.later(minutes=1)
        fenced = self.office.tx(
            nodes.fence, node, self.epochs[node], since=since, now=since
        )
        if fenced is not None:
            self.take_over(node, fenced)
        heard = self.office.tx(nodes.beat, node, self.epochs[node], now=since)
        assert not heard
        assert not self.office.tx(
            claims.claim, node=node, epoch=self.epochs[node], limit=9, now=since
        )
        if not wakes:
            self.restart(node)

    def take_over(self, node, epoch):
        dialing = self.office.tx(faxes.listing, state=FaxState.DIALING)
        theirs = [f for f in dialing if self.owners[f.ref, f.attempt] == node]
        lost = self.office.tx(
            claims.take_over, node=node, epoch=epoch, now=self.office.now
        )
        assert set(lost) == {f.ref for f in theirs if f.phase is not Phase.CLAIMED}
        left = self.office.tx(faxes.listing, state=FaxState.DIALING)
        assert {f.ref for f in left} == {f.ref for f in dialing} - {
            f.ref for f in theirs
        }

    @invariant()
    def every_fax_moved_by_the_rules(self):
        if not hasattr(self, "office"):
            return
        for each in self.office.tx(faxes.listing):
            before = self.states.get(each.ref, FaxState.WAITING)
            assert each.state in reachable(before), (each.ref, before, each.state)
            self.states[each.ref] = each.state

    @invariant()
    def caps_hold(self):
        if not hasattr(self, "office"):
            return
        busy = self.office.tx(lambda conn: conn.execute(holds_channel()).all())
        assert len(busy) <= 3
        assert len({each.number for each in busy}) == len(busy)
        for line in self.lines:
            assert sum(each.line == line for each in busy) <= 2

    @invariant()
    def who_rides_is_in_one_call(self):
        """
        With a fax that is in the same hands and holds the channel.
        """
        if not hasattr(self, "office"):
            return
        lead = fax.alias("lead")
        same = [
            fax.c[name] == lead.c[name]
            for name in ("number", "line", "trunk", "state", "node", "epoch")
        ]
        riding = select(func.count()).where(fax.c.rides_with.is_not(None))
        well = riding.join(lead, lead.c.id == fax.c.rides_with).where(
            *same, fax.c.busy, lead.c.busy, lead.c.rides_with.is_(None)
        )
        count = self.office.tx(lambda conn: conn.execute(riding).scalar())
        assert count == self.office.tx(lambda conn: conn.execute(well).scalar())

    @invariant()
    def finished_campaigns_have_no_open_fax(self):
        if not hasattr(self, "office"):
            return
        for campaign in self.office.tx(campaigns.listing):
            if campaign.finished_at:
                assert set(campaign.counts) <= FINAL

    def teardown(self):
        if hasattr(self, "db"):
            self.db.close()
            shutil.rmtree(self.folder)


def test_any_sequence_of_events_keeps_the_rules(make_office):
    Faxes.make_office = make_office

    run_state_machine_as_test(
        Faxes,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
