"""
The address that a mail is sent to: a fax number, or `fax` for a campaign.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 3191 (2001) §2, RFC 3192 (2001) §3 -- FAX=+33972101010@
    RFC 5321 (2008) §4.1.2 -- quoted local parts
"""

import re
import unicodedata
from dataclasses import dataclass

from ..domain.number import FaxNumber, NotANumber, parse_number

CAMPAIGN_NAME = "fax"
"""`fax@`: the numbers are in numbers.txt."""

OPT_OUT_NAMES = frozenset({"stop", "desinscription", "désinscription"})
"""`stop@`: the mail has the code of a page and asks for no more faxes."""

MAX_LOCAL_CHARS = 64
"""RFC 5321 (2008) §4.5.3.1.1."""

_FAX_TAG = re.compile(r"fax=", re.IGNORECASE)
_EXTENSION = re.compile(r"[#x;]|ext", re.IGNORECASE)
_SIMPLE = re.compile(r"\"((?:[^\"\\]|\\.)*)\"\Z")


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_NAME = r"[A-Za-z0-9-]+"
_PLAIN_PATH = re.compile(
    rf"<((?:{_ATOM}(?:\.{_ATOM})*@{_NAME}(?:\.{_NAME})*)?)>[ \t]*([^(]*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """The mail is for the numbers in its numbers.txt."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """The mail is from a recipient of faxes who wants no more."""


def split_address(address: str) -> tuple[str, str]:
    """
    Cut an address at its last "@", out of its brackets.

    Returns:
        The local part without quotes, and the domain in lower case without a final
        dot; a missing one is empty.
    """
    local, _, domain = address.strip().strip("<>").rpartition("@")
    if quoted := _SIMPLE.match(local):
        local = re.sub(r"\\(.)", r"\1", quoted[1])
    return local, domain.lower().rstrip(".")


def plain_path(arg: str) -> tuple[str, str] | None:
    """
    Read what stands behind `MAIL FROM:` or `RCPT TO:`, if it is as simple as most.

    Returns:
        The address ("<>" for the null sender) and the parameters; None: quoted, with
        comments or a route, or malformed.
    """
    found = _PLAIN_PATH.fullmatch(arg)
    return (found[1] or "<>", found[2]) if found else None


def parse_recipient(local_part: str) -> FaxNumber | Campaign | OptOut:
    """
    Read what stands before the "@".

    Args:
        local_part: Without quotes.

    Raises:
        NotANumber: With the reason, in French.
    """
    text = unicodedata.normalize("NFKC", local_part).strip()
    if len(text) > MAX_LOCAL_CHARS:
        raise NotANumber("est trop long")
    name = _FAX_TAG.sub("", text, count=1) if _FAX_TAG.match(text) else text
    # "+tag" behind a number or a name is the mail user's own mark; a "+" in front is E.164.
    start, plus, _ = name[1:].partition("+")
    name = name[:1] + start if plus else name
    if name.lower() == CAMPAIGN_NAME:
        return Campaign()
    if name.lower() in OPT_OUT_NAMES:
        return OptOut()
    if name[:1].isdigit() and _EXTENSION.search(name):
        raise NotANumber("a un numéro de poste, ce qu'un fax ne peut pas composer")
    return parse_number(name)
