"""
DMARC: what a domain asks of mail in its name.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 7489 (2015) §6.3 -- the record's tags; §6.6.3 -- where it is, and what is none
    §3.1 -- alignment
    RFC 5890 (2010) §2.3.2.1 -- A-labels
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PREFIX = "_dmarc."

_VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|\Z)")
_TAG = re.compile(r"\s*([a-z]{1,10})\s*=\s*([^;\s]*)\s*(?:;|\Z)")
_POLICIES = frozenset({"none", "quarantine", "reject"})

Organisation = Callable[[str], str]
"""The organisational domain of a domain (§3.2): what a customer registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the owner of a domain asks for."""

    wish: str
    'For mail that fails: "none", "quarantine" or "reject".'

    strict_dkim: bool = False
    strict_spf: bool = False


def parse_policy(records: Sequence[str], *, of_organisation: bool) -> Policy | None:
    """
    Read what was found under `_dmarc.`.

    Args:
        of_organisation: It was found at the organisational domain of a subdomain, so
            that `sp` counts.

    Returns:
        None: no record, or more than one (§6.6.3).
    """
    found = [text for text in records if _VERSION.match(text)]
    if len(found) != 1:
        return None
    tags = {match[1]: match[2].lower() for match in _TAG.finditer(found[0])}
    wish = tags.get("p", "")
    if of_organisation:
        wish = tags.get("sp", wish)
    return Policy(
        wish=wish if wish in _POLICIES else "none",
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
    )


def is_aligned(
    domain: str, with_: str, *, strict: bool, organisation: Organisation
) -> bool:
    """Whether a domain that passed speaks for the one in From."""
    one, other = ascii_domain(domain), ascii_domain(with_)
    if not one or not other:
        return False
    if one == other:
        return True
    return not strict and organisation(one) == organisation(other) != ""


def ascii_domain(domain: str) -> str:
    """
    A domain as the DNS has it: lower case, A-labels, no final dot.

    Returns:
        Empty: it cannot be one.
    """
    text = domain.lower().rstrip(".")
    if text.isascii():
        return text
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
