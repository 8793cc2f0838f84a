"""
Find out how far the sender of a mail can be believed.

I/O: DNS and the mail's file, in threads of its own; ten seconds at most.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .attestation import attested_checks
from .dkim_check import check_signatures
from .dmarc import PREFIX, Policy, ascii_domain, is_aligned, parse_policy
from .level import Evidence, Verdict, judge
from .name_server import Budget, NameServer, NameServerSilent
from .organisation import organisation_of
from .sender import from_address
from .spf_check import check_envelope

BUDGET_SECONDS = 10.0
"""For all questions about one mail: its sender waits for our answer to DATA."""

THREADS = 16
"""Mails looked into at the same time; the most of it is waiting for the DNS."""


class Assessor:
    """
    Looks into mails that nobody vouches for.

    Args:
        names: Who is asked.

        authserv_id: The name of our relay in Authentication-Results; empty: none.

        budget_seconds: For all questions about one mail.
    """

    def __init__(
        self,
        names: NameServer,
        *,
        authserv_id: str = "",
        budget_seconds: float = BUDGET_SECONDS,
    ) -> None:
        self._names = names
        self._authserv_id = authserv_id
        self._budget_seconds = budget_seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="trust")

    async def assess(
        self,
        content: bytes | Path,
        *,
        peer: str,
        envelope_from: str,
        helo: str,
        by_relay: bool,
    ) -> Verdict:
        """
        Look into one mail.

        Args:
            content: Its bytes, or the file it is in.

            peer: The client's address, an IP literal.

            by_relay: The client is a relay of ours: its address says nothing about the
                sender, and its Authentication-Results are believed.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._assess, content, peer, envelope_from, helo, by_relay
        )

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _assess(
        self,
        content: bytes | Path,
        peer: str,
        envelope_from: str,
        helo: str,
        by_relay: bool,
    ) -> Verdict:
        raw = content.read_bytes() if isinstance(content, Path) else content
        budget = Budget(self._budget_seconds)
        address = from_address(raw)
        domain = ascii_domain(address.rpartition("@")[2])
        if not domain:
            return judge(Evidence(from_address=""), organisation=organisation_of)
        policy, policy_failed = self._policy(domain, budget)

        def speaks(other: str) -> bool:
            return is_aligned(other, domain, strict=False, organisation=organisation_of)

        evidence = Evidence(
            from_address=address,
            dkim=check_signatures(raw, speaks=speaks, names=self._names, budget=budget),
            spf=None
            if by_relay
            else check_envelope(
                peer=peer,
                envelope_from=envelope_from,
                helo=helo,
                names=self._names,
                budget=budget,
            ),
            policy=policy,
            policy_failed=policy_failed,
            attested=attested_checks(raw, self._authserv_id) if by_relay else (),
        )
        return judge(evidence, organisation=organisation_of)

    def _policy(self, domain: str, budget: Budget) -> tuple[Policy | None, bool]:
        """(what the domain asks for, whether the DNS did not say)."""
        organisation = organisation_of(domain)
        try:
            for place in dict.fromkeys((domain, organisation)):
                if not place:
                    continue
                found = self._names.texts(PREFIX + place, budget)
                policy = parse_policy(
                    [text.decode("utf-8", "replace") for text in found],
                    of_organisation=place != domain,
                )
                if policy is not None:
                    return policy, False
        except NameServerSilent:
            return None, True
        return None, False
