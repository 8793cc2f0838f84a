"""
What follows a call, written for each of its faxes: outcome, next state, replies.

I/O: the store, the clock it is given.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from ..domain import shares
from ..domain.fax import FaxState
from ..domain.mode import mode_that_worked
from ..domain.outcome import Ending, Outcome
from ..domain.retry import Ask, CallAgain, Decision, RetryPolicy, Stop, decide
from ..store import calls, claims, lines, memory, riders, trunks
from ..store.claims import ClaimedFax
from .answer import Answer
from .load import Load, mode_of, shares_of
from .routing import Routing
from .way import Way

SOUND = "G.711"
"""How the journal's word for a fax that travelled as sound begins."""


class Settling:
    """
    Settles faxes whose call is over or is not going to be placed.

    Args:
        answer: Puts replies into the outbox.

        ways: How calls leave by each trunk, by its name.

        routing: Which of them a fax may take.

        clock: Aware UTC.
    """

    def __init__(
        self,
        *,
        answer: Answer,
        ways: Mapping[str, Way],
        routing: Routing,
        clock: Callable[[], datetime],
    ) -> None:
        self._answer = answer
        self._ways = ways
        self._routing = routing
        self._clock = clock

    def way_of(self, claimed: ClaimedFax) -> Way:
        """The trunk's; that of the first one, if this node does not know the trunk."""
        return self._ways.get(claimed.trunk) or next(iter(self._ways.values()))

    def write_drops(
        self,
        conn: Connection,
        load: Load,
        obstacles: dict[str, Ending | None],
        *,
        draw: float,
    ) -> None:
        """Settle faxes of a load that must not be called; the first of the others leads."""
        now = self._clock()
        dropped = [each for each in load.faxes if each.ref in obstacles]
        left = [each for each in load.faxes if each.ref not in obstacles]
        if load.lead in dropped:
            _hand_on(conn, load, left)
        ended = []
        for each in dropped:
            obstacle = obstacles[each.ref]
            if obstacle is None:
                claims.give_back(conn, replace(each, riders=()), now=now)
                continue
            outcome = Outcome(ending=obstacle, detail="not called")
            decision = self._decide(conn, each, outcome, draw=draw, now=now)
            if calls.finish(conn, each, outcome, decision, now=now):
                ended.append(each.campaign)
        for campaign in sorted(set(ended)):
            self._answer.after_call(conn, campaign, now=now)

    def write_outcomes(
        self, conn: Connection, load: Load, outcome: Outcome, *, draw: float
    ) -> list[tuple[Outcome, FaxState | None]]:
        """
        Write what came of each fax of a call.

        Args:
            draw: The same for all: who fails together may be called together again.

        Returns:
            For each its outcome and its next state; None: it is not ours any more.
        """
        now = self._clock()
        told = shares.outcomes(outcome, shares_of(conn, load))
        mode = mode_of(conn, load, now=now)
        ends = [
            (each, its, self._decide(conn, each, its, draw=draw, now=now))
            for each, its in zip(load.faxes, told, strict=True)
        ]
        states: dict[str, FaxState | None] = {}
        # One that is unknown keeps the channel, which until now was its first fax's.
        keeper = next((fax for fax, _, how in ends if isinstance(how, Ask)), None)
        if keeper is not None and keeper is not load.lead:
            others = [fax for fax in load.faxes[1:] if fax is not keeper]
            _hand_on(conn, load, [keeper, *others])
        for each, its, decision in sorted(ends, key=lambda end: end[0] is keeper):
            states[each.ref] = calls.finish(
                conn, each, its, decision, keeps_channel=each is keeper, now=now
            )
        campaigns = {fax.campaign for fax in load.faxes if states[fax.ref]}
        if campaigns:
            for its in told:
                # A trunk that does without T.38 says nothing about the number.
                chosen = not self.way_of(load.lead).audio_only
                worked = mode_that_worked(mode, as_sound=chosen and _went_as_sound(its))
                if memory.remember(conn, load.lead.number, its, worked, now=now):
                    break
            campaigns |= {
                *memory.fail_waiting(conn, load.lead.number, outcome, now=now)
            }
        # In one order: two calls may end faxes of the same campaigns.
        for campaign in sorted(campaigns):
            self._answer.after_call(conn, campaign, now=now)
        return [
            (its, states[fax.ref]) for fax, its in zip(load.faxes, told, strict=True)
        ]

    def _decide(
        self,
        conn: Connection,
        claimed: ClaimedFax,
        outcome: Outcome,
        *,
        draw: float,
        now: datetime,
    ) -> Decision:
        history = calls.history(conn, claimed, outcome)
        if history is None:
            return Stop()
        number, quality = claimed.number, claimed.quality
        other = None
        if outcome.ending is Ending.TRUNK_FAULT and self._routing.has_choice:
            other = self._routing.after_fault(
                number, quality, history.failed_trunks, trunks.closed(conn)
            )
        decision = decide(
            outcome,
            history,
            policy=self._policy(conn, claimed, outcome),
            now=now,
            draw=draw,
            has_other_trunk=other is not None,
        )
        if isinstance(decision, CallAgain) and self._routing.has_choice:
            first = self._routing.choose(number, quality, trunks.closed(conn))
            return replace(
                decision, trunk=other or first, is_same_try=other is not None
            )
        return decision

    def _policy(
        self, conn: Connection, claimed: ClaimedFax, outcome: Outcome
    ) -> RetryPolicy:
        """The trunk's patience, and at most the line's."""
        policy = self.way_of(claimed).policy
        if outcome.ending is Ending.DELIVERED:
            return policy
        line = lines.get(conn, claimed.line)
        return policy.at_most(line.max_tries if line else None)


def _hand_on(conn: Connection, load: Load, left: list[ClaimedFax]) -> None:
    lead = load.lead
    ids = [each.id for each in left]
    riders.inherit(conn, lead.id, ids, node=lead.node, epoch=lead.epoch)


def _went_as_sound(outcome: Outcome) -> bool:
    return outcome.journal is not None and outcome.journal.media.startswith(SOUND)
