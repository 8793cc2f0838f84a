"""
From what was found out about a mail to the level of its sender.

Pure: no I/O, no clock, no randomness; `assessor` finds it out.

Standards:
    RFC 6376 (2011) §3.5, §8.2 -- DKIM; why a signature with `l=` proves nothing
    RFC 7208 (2014) §2.6 -- SPF's results
    RFC 7489 (2015) §3.1, §6.6.2 -- DMARC: what passed has to be aligned with From
    RFC 8601 (2019) §5 -- whose Authentication-Results count
"""

from dataclasses import dataclass
from enum import StrEnum

from ..domain.trust import Level, Trust
from .dmarc import Organisation, Policy, is_aligned


class Result(StrEnum):
    """What a check came to, in the words of RFC 8601 §2.7."""

    PASS = "pass"  # noqa: S105 -- no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"
    POLICY = "policy"
    "It may be right, and we do not take it."


@dataclass(frozen=True, slots=True)
class Check:
    """One signature, or the envelope's sender."""

    domain: str
    "In whose name it speaks; lower case."

    result: Result
    reason: str = ""
    "For the operator."

    def __str__(self) -> str:
        told = f"={self.result}"
        if self.domain:
            told += f" {self.domain}"
        return f"{told} ({self.reason})" if self.reason else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is known of a mail that was not handed in by a trusted machine."""

    from_address: str
    "Of From, see `sender.from_address`; empty: unclear, and then nothing helps."

    dkim: tuple[Check, ...] = ()
    spf: Check | None = None
    "None: the mail came through a relay, whose address says nothing."

    policy: Policy | None = None
    "Of the domain in From; None: it has none."

    policy_failed: bool = False
    "The DNS did not answer when asked for it."

    attested: tuple[Check, ...] = ()
    """What a relay of ours says in its Authentication-Results: checks that passed, by
    the domain that they speak for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to do with a mail."""

    trust: Trust

    is_temporary: bool = False
    "The level might be better if the DNS answered: ask for the mail once more."

    is_forbidden: bool = False
    "The owner of its domain asks to reject such mail."


def judge(evidence: Evidence, *, organisation: Organisation) -> Verdict:
    """Weigh what was found."""
    domain = evidence.from_address.rpartition("@")[2]
    policy = evidence.policy or Policy(wish="none")

    def speaks(check: Check, *, strict: bool) -> bool:
        return is_aligned(
            check.domain, domain, strict=strict, organisation=organisation
        )

    signed = [each for each in evidence.dkim if speaks(each, strict=policy.strict_dkim)]
    sent = [
        each
        for each in (evidence.spf,)
        if each is not None and speaks(each, strict=policy.strict_spf)
    ]
    attested = [each for each in evidence.attested if speaks(each, strict=False)]
    results = {each.result for each in (*signed, *sent)}
    if Result.PASS in results:
        level = Level.PROVEN
    elif any(each.result is Result.PASS for each in attested):
        level = Level.ATTESTED
    else:
        level = Level.CLAIMED
    is_unproven = bool(domain) and level is Level.CLAIMED
    return Verdict(
        trust=Trust(
            level=level, address=evidence.from_address, detail=_detail(evidence)
        ),
        is_temporary=is_unproven
        and (Result.TEMPERROR in results or evidence.policy_failed),
        is_forbidden=is_unproven and policy.wish == "reject",
    )


def answer_address(
    trust: Trust, envelope_from: str, *, organisation: Organisation
) -> str:
    """
    Whom an answer reaches without hurting a stranger.

    Trusted machines vouch for the envelope. Else the envelope's domain has to belong to
    the one in From, which is what was proven: a mail can be signed by one domain and
    name somebody of another as the one to answer. Bulk mailers do (their envelope is a
    counter of bounces); then the answer goes to the address in From.

    Returns:
        Empty: nobody may be answered.
    """
    if trust.level is Level.HANDED_IN:
        return envelope_from
    if trust.level is Level.CLAIMED or not envelope_from:
        return ""
    envelope, proven = (
        address.rpartition("@")[2] for address in (envelope_from, trust.address)
    )
    if is_aligned(envelope, proven, strict=False, organisation=organisation):
        return envelope_from
    return trust.address


def _detail(evidence: Evidence) -> str:
    told = [f"dkim{each}" for each in evidence.dkim] or ["dkim=none"]
    if evidence.spf is not None:
        told.append(f"spf{evidence.spf}")
    if not evidence.from_address:
        told.append("From unclear")
    elif evidence.policy_failed:
        told.append("dmarc=temperror")
    elif evidence.policy is not None:
        told.append(f"dmarc p={evidence.policy.wish}")
    told += [f"relay{each}" for each in evidence.attested]
    return "; ".join(told)
