"""
The organisational domain: what somebody registered, above which all is public.

I/O: reads the public suffix list that its package ships; no network.

Standards:
    RFC 7489 (2015) §3.2 -- organisational domain
"""

from functools import cache

from publicsuffixlist import PublicSuffixList

MAX_DOMAIN_CHARS = 253


def organisation_of(domain: str) -> str:
    """The organisational domain, lower case; empty for a public suffix or nonsense."""
    if not 0 < len(domain) <= MAX_DOMAIN_CHARS:
        return ""
    found = _list().privatesuffix(domain.lower().rstrip("."))
    return str(found or "")


@cache
def _list() -> PublicSuffixList:
    """Made at the first need; it takes 60 ms."""
    return PublicSuffixList()
