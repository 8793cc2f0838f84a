"""
DKIM: which signatures of a mail hold.

I/O: DNS, through `name_server`; blocking, so call it in a thread.

dkimpy looks at the first signature only, takes one that covers the first bytes of the
body for the whole, and tells a key that cannot be fetched like one that is wrong. Here
each one is looked at that could speak for the sender, and told apart.

Standards:
    RFC 6376 (2011) §3.5, §6.1 -- signatures, and how they are verified
    RFC 8301 (2018) §3.2 -- no key under 1 024 bits, no SHA-1
    RFC 8463 (2018) -- Ed25519, whose keys have 256 bits and are strong enough
"""

import logging
from collections.abc import Callable

from dkim import DKIM, DKIMException, KeyFormatError, ValidationError
from dkim.util import InvalidTagValueList, parse_tag_value

from .dmarc import ascii_domain
from .level import Check, Result
from .name_server import Budget, NameServer, NameServerSilent
from .sender import field_values

MAX_SIGNATURES = 5
"""Of a mail; each costs a question and a pass over the body."""

MIN_KEY_BITS = 1024

_FIELD = b"dkim-signature"

_silent = logging.Logger(  # noqa: LOG001 -- its own, so that no setting makes it speak
    "dkimpy", level=logging.CRITICAL + 1
)
"""dkimpy logs what it reads at debug level; a password may be in it."""


def check_signatures(
    raw: bytes, *, speaks: Callable[[str], bool], names: NameServer, budget: Budget
) -> tuple[Check, ...]:
    """
    Verify the signatures of a mail, until one holds.

    Args:
        raw: As it came.

        speaks: Whether a domain could speak for the sender; others are not verified.
    """
    if not field_values(raw, _FIELD):
        return ()
    try:
        mail = DKIM(raw, logger=_silent, minkey=MIN_KEY_BITS)
    except DKIMException:
        return (Check("", Result.PERMERROR, "unreadable header"),)
    # Its own reading of the header, for `verify` counts by it.
    fields = [value for name, value in mail.headers if name.lower() == _FIELD]
    checks: list[Check] = []
    for index, field in enumerate(fields[:MAX_SIGNATURES]):
        check = _check(mail, index, field, speaks, names, budget)
        checks.append(check)
        if check.result is Result.PASS:
            break
    return tuple(checks)


def _check(
    mail: DKIM,
    index: int,
    field: bytes,
    speaks: Callable[[str], bool],
    names: NameServer,
    budget: Budget,
) -> Check:
    try:
        tags = parse_tag_value(field)
    except InvalidTagValueList:
        return Check("", Result.PERMERROR, "unreadable signature")
    domain = ascii_domain(tags.get(b"d", b"").decode("utf-8", "replace"))
    if not speaks(domain):
        return Check(domain, Result.NEUTRAL, "another domain")
    if b"l" in tags:
        return Check(domain, Result.POLICY, "l= leaves room for other text")
    if tags.get(b"a", b"").endswith(b"-sha1"):
        return Check(domain, Result.POLICY, "SHA-1")

    keys: list[bytes] = []

    def key(name: bytes, timeout: float) -> bytes:
        keys.extend(names.texts(name.decode("ascii", "replace"), budget))
        # §3.6.2.2: with more than one the result is undefined.
        return keys[0] if len(keys) == 1 else b""

    try:
        holds = mail.verify(idx=index, dnsfunc=key)
    except NameServerSilent:
        return Check(domain, Result.TEMPERROR, "no key: the DNS does not answer")
    except ValidationError as error:
        is_altered = "body hash" in str(error)
        reason = "the text was changed" if is_altered else "not valid"
        return Check(domain, Result.FAIL, reason)
    except KeyFormatError:
        return Check(domain, Result.PERMERROR, "no usable key")
    except DKIMException as error:
        return Check(domain, Result.PERMERROR, type(error).__name__)
    except Exception as error:  # noqa: BLE001 -- a stranger wrote what the library reads
        return Check(domain, Result.PERMERROR, type(error).__name__)
    if len(keys) != 1:
        return Check(domain, Result.PERMERROR, f"{len(keys) or 'no'} keys published")
    return Check(domain, Result.PASS if holds else Result.FAIL)
