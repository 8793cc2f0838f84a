"""
Whoever watches a simulation and believes nothing that the store says.

Pure: no I/O, no clock, no randomness.

It hears of every call that begins and ends, and counts by itself.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import PERMANENT, RetryPolicy
from ecofax_gateway.domain.window import Window, is_open
from ecofax_gateway.store.claims import ClaimedFax


class RuleBroken(Exception):
    """The gateway did what it must not do."""


@dataclass(kw_only=True)
class Witness:
    """
    Watches calls.

    Args:
        trunk_caps, line_caps: Most calls at once.

        policy: Patience with a number.
    """

    trunk_caps: dict[str, int]
    line_caps: dict[str, int]
    policy: RetryPolicy
    windows: dict[str, tuple[Window, ...]] = field(default_factory=dict)
    "By campaign: every one that must be open."

    sizes: dict[str, int] = field(default_factory=dict)
    "By campaign: how many numbers."

    begun: int = 0
    peaks: Counter[str] = field(default_factory=Counter)
    "Most calls at once, by trunk and by line."

    _calls: dict[str, list[tuple[datetime, Outcome]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _first_at: dict[str, datetime] = field(default_factory=dict)
    _tried: Counter[str] = field(default_factory=Counter)
    _under_way: Counter[str] = field(default_factory=Counter)
    _numbers: set[str] = field(default_factory=set)

    def begin(self, claimed: list[ClaimedFax], now: datetime) -> None:
        """
        Hear of calls that begin together.

        Raises:
            RuleBroken: If one of them must not.
        """
        for each in claimed:
            self._may_begin(each, now)
            self.begun += 1
            self._under_way.update((each.trunk, each.line))
            if each.ref not in self._first_at:
                self._first_at[each.ref] = now
                self._tried[each.campaign] += 1
        for each in claimed:
            tried, of = self._tried[each.campaign], self.sizes[each.campaign]
            if self._calls[each.ref] and tried < of:
                raise RuleBroken(f"{each.ref}: again after {tried} of {of}")
        for caps in (self.trunk_caps, self.line_caps):
            for name, most in caps.items():
                self.peaks[name] = max(self.peaks[name], self._under_way[name])
                if self._under_way[name] > most:
                    raise RuleBroken(f"{name}: {self._under_way[name]} calls")

    def end(self, claimed: ClaimedFax, outcome: Outcome, at: datetime) -> None:
        """Hear of a call that ended."""
        self._calls[claimed.ref].append((at, outcome))
        self._under_way.subtract((claimed.trunk, claimed.line))
        self._numbers.remove(claimed.number)

    def used(self) -> dict[str, int]:
        """Channels in use, by trunk and by line."""
        return {
            name: self._under_way[name] for name in (*self.trunk_caps, *self.line_caps)
        }

    def endings(self) -> Counter[Ending]:
        """How the last call of each fax ended."""
        return Counter(calls[-1][1].ending for calls in self._calls.values() if calls)

    def check_final(self) -> None:
        """
        Hold every fax's last call against the policy.

        Raises:
            RuleBroken: If one was given up early, or never called.
        """
        for campaign, size in self.sizes.items():
            if self._tried[campaign] != size:
                raise RuleBroken(
                    f"{campaign}: {self._tried[campaign]} of {size} called"
                )
        for ref, calls in self._calls.items():
            at, last = calls[-1]
            if last.ending is Ending.DELIVERED or last.ending in PERMANENT:
                continue
            longest = self.policy.delays[last.ending] * (1 + self.policy.jitter)
            is_late = at + longest - self._first_at[ref] > self.policy.give_up_after
            if not (is_late or self._is_spent(calls)):
                raise RuleBroken(f"{ref}: given up early after {last.ending}")

    def _may_begin(self, claimed: ClaimedFax, now: datetime) -> None:
        if claimed.number in self._numbers:
            raise RuleBroken(f"{claimed.number}: two calls at once")
        self._numbers.add(claimed.number)
        for window in self.windows[claimed.campaign]:
            if not is_open(window, now):
                raise RuleBroken(f"{claimed.ref}: called at {now}, shut")
        calls = self._calls[claimed.ref]
        if not calls:
            return
        at, last = calls[-1]
        if last.ending is Ending.DELIVERED or last.ending in PERMANENT:
            raise RuleBroken(f"{claimed.ref}: called after {last.ending}")
        if self._is_spent(calls):
            raise RuleBroken(f"{claimed.ref}: called too often")
        shortest = self.policy.delays[last.ending] * (1 - self.policy.jitter)
        if now - at < shortest - timedelta(milliseconds=1):
            raise RuleBroken(f"{claimed.ref}: again after {now - at}")

    def _is_spent(self, calls: list[tuple[datetime, Outcome]]) -> bool:
        policy = self.policy
        return (
            len(calls) >= policy.max_dials
            or sum(each.fax_met for _, each in calls) >= policy.max_with_carrier
            or sum(each.ending is Ending.NOT_A_FAX for _, each in calls)
            >= policy.max_not_a_fax
        )
