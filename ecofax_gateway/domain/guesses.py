"""
How often a password may be guessed.

Pure: no I/O, no clock, no randomness.

Failures are counted for a subject (`store.guesses` has them), and lock it when there are
too many. Each lock is twice as long as the one before, up to a day; a day without a
failure and all is forgotten.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network

from .trust import Level, parse_peer

LONGEST_LOCK = timedelta(hours=24)

FORGOTTEN_AFTER = timedelta(hours=24)
"""Without a failure, counted from the end of the last lock."""


@dataclass(frozen=True, slots=True)
class Rule:
    """So many failures within so long lock a subject, for as long at first."""

    failures: int
    within: timedelta


LINE_AND_SENDER = Rule(5, timedelta(minutes=15))
"""A person who mistypes has done so by then; facts/mail section 4.4."""

PEER = Rule(20, timedelta(hours=1))
"""A client's address, over all lines: for somebody who tries one after the other."""

LINE_AND_STRANGERS = Rule(50, timedelta(hours=1))
"""All senders of a line that nothing vouches for: they may write a new domain each
time. Wide, so that one who guesses does not shut out the others at once."""


IPV6_SITE = 64
"""Bits that stand for one client: whoever has one IPv6 address has 2**64."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose failures are counted together."""

    name: str
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """The failures of one subject."""

    failures: int = 0
    "Since `began_at`."

    began_at: datetime
    locks: int = 0
    "How often it was locked."

    locked_until: datetime | None = None
    failed_at: datetime

    def is_locked(self, now: datetime) -> bool:
        """Whether it may not try."""
        return self.locked_until is not None and now < self.locked_until


def after_failure(known: Guesses | None, rule: Rule, *, now: datetime) -> Guesses:
    """Count one more failure."""
    fresh = Guesses(began_at=now, failed_at=now)
    if known is None or _is_forgotten(known, now):
        known = fresh
    elif now - known.began_at >= rule.within:
        known = replace(known, failures=0, began_at=now)
    counted = replace(known, failures=known.failures + 1, failed_at=now)
    if counted.failures < rule.failures:
        return counted
    length = rule.within * 2 ** min(known.locks, 10)
    return replace(
        counted,
        failures=0,
        began_at=now,
        locks=known.locks + 1,
        locked_until=now + min(length, LONGEST_LOCK),
    )


def _is_forgotten(known: Guesses, now: datetime) -> bool:
    quiet_since = max(known.failed_at, known.locked_until or known.failed_at)
    return now - quiet_since >= FORGOTTEN_AFTER


def subjects_of_mail(
    line: str, *, sender: str, level: Level, peer: str | None
) -> tuple[Subject, ...]:
    """
    What a wrong password in a mail counts for.

    A sender that is proven is not the one who only writes his address: nobody can lock
    him out by guessing in his name.

    Args:
        line: As the mail names it, E.164; whether there is one does not matter.

        sender: The mail's address, or what it claims.

        peer: The client, an IP literal; None: a machine of ours, which hands in
            everybody's.
    """
    domain = sender.rpartition("@")[2].lower()
    is_claim = level is Level.CLAIMED
    found = [Subject(f"line {line} {'?' if is_claim else ''}{domain}", LINE_AND_SENDER)]
    if is_claim:
        found.append(Subject(f"line {line} ?", LINE_AND_STRANGERS))
    if peer is not None:
        found.append(Subject(f"peer {site_of(peer)}", PEER))
    return tuple(found)


def subjects_of_login(line: str, peer: str) -> tuple[Subject, ...]:
    """What a wrong password in a login counts for."""
    site = site_of(peer)
    return (
        Subject(f"login {line} {site}", LINE_AND_SENDER),
        Subject(f"peer {site}", PEER),
    )


def site_of(peer: str) -> str:
    """What stands for one client: its address, or the network of its IPv6 one."""
    address = parse_peer(peer)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, IPV6_SITE), strict=False))
    return str(address or peer)
