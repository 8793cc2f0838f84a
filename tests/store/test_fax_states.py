"""
Whatever happens in whatever order, a fax is where the rules allow it to be.
"""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

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

from ecofax_gateway.domain.fax import FINAL, TRANSITIONS, FaxState, Phase
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import RetryPolicy, decide
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    faxes,
    nodes,
    preparation,
    trunks,
)
from ecofax_gateway.store.database import Database

LATE = {FaxState.UNKNOWN: {FaxState.SENT, FaxState.FAILED, FaxState.CANCELLED}}
"""What a late result may change, beyond `TRANSITIONS`."""

NUMBERS = [f"+3397210101{n}" for n in range(4)]


def reachable(state):
    """
    States that *state* may be in after one rule, which may be two steps.
    """
    one = TRANSITIONS[state] | LATE.get(state, set())
    return {state} | one


class Faxes(RuleBasedStateMachine):
    """
    Two lines, one trunk of three channels, two nodes that die and come back, or do not
    notice that the other one declared them dead.
    """

    make_office = None
    claimed = Bundle("claimed")

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
        # Work from the start: few random sequences would get as far as a call.
        self.refs = [
            self.office.queue(line, NUMBERS[n:] + NUMBERS[:n])
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
    )
    def order(self, line, count, delay):
        due_at = None if delay is None else self.office.now + timedelta(seconds=delay)
        self.refs.append(
            self.office.campaign(self.lines[line], NUMBERS[:count], due_at=due_at)
        )

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

    @rule(target=claimed, limit=st.integers(1, 4), node=st.sampled_from("ab"))
    def claim(self, limit, node):
        new = self.office.tx(
            claims.claim,
            node=node,
            epoch=self.epochs[node],
            limit=limit,
            now=self.office.now,
        )
        self.owners |= {(each.ref, each.attempt): node for each in new}
        return multiple(*new)

    @rule(claim=claimed)
    def intend(self, claim):
        if self.office.tx(calls.intend, claim, pages_sha256="x", now=self.office.now):
            key = (claim.ref, claim.attempt)
            assert key not in self.dialled, "two INVITEs for one attempt"
            assert self.states.get(claim.ref) is not FaxState.UNKNOWN
            self.dialled[key] = claim

    @rule(
        claim=claimed,
        phase=st.sampled_from(Phase),
        pages=st.integers(0, 3),
    )
    def progress(self, claim, phase, pages):
        before = self.office.fax(claim.ref)
        heard = self.office.tx(
            calls.progress, claim, phase, pages_confirmed=pages, now=self.office.now
        )
        assert self.office.fax(claim.ref).pages_confirmed >= before.pages_confirmed
        assert not heard or before.attempt == claim.attempt

    @rule(claim=claimed, ending=st.sampled_from(Ending), pages=st.booleans())
    def finish(self, claim, ending, pages):
        outcome = Outcome(ending=ending, pages_confirmed=int(pages), fax_met=pages)

        def conclude(conn):
            history = calls.history(conn, claim, outcome)
            decision = decide(
                outcome, history, policy=RetryPolicy(), now=self.office.now, draw=0.5
            )
            state = calls.finish(conn, claim, outcome, decision, now=self.office.now)
            campaigns.finish_if_all_final(conn, claim.campaign, now=self.office.now)
            return state

        before = self.office.fax(claim.ref)
        if not self.office.tx(faxes.attempts, claim.ref):
            return
        state = self.office.tx(conclude)
        assert not state or before.attempt == claim.attempt
        assert not before.cancel_requested or state is not FaxState.SCHEDULED

    @rule(claim=consumes(claimed))
    def give_back(self, claim):
        self.office.tx(claims.give_back, claim, now=self.office.now)

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
        for fax in self.office.tx(faxes.listing):
            before = self.states.get(fax.ref, FaxState.WAITING)
            assert fax.state in reachable(before), (fax.ref, before, fax.state)
            self.states[fax.ref] = fax.state

    @invariant()
    def caps_hold(self):
        if not hasattr(self, "office"):
            return
        dialing = self.office.tx(faxes.listing, state=FaxState.DIALING)
        assert len(dialing) <= 3
        assert len({fax.number for fax in dialing}) == len(dialing)
        for line in self.lines:
            assert sum(fax.line == line for fax in dialing) <= 2

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
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
