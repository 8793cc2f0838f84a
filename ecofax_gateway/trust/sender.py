"""
Whom a mail is from: the one mailbox of its From field, or nobody.

Pure: no I/O, no clock, no randomness.

Strict where the rest of this package is patient: two programs that read one From field
differently are how a forged mail gets past one of them.

Standards:
    RFC 5322 (2008) §3.6.2, §3.4 -- one From field; mailboxes
    RFC 7489 (2015) §6.6.1 -- more than one author, or none: no DMARC
"""

import re
from collections.abc import Iterator, Sequence

MAX_HEADER_BYTES = 256 * 1024
"""As `prescan` has it."""

MAX_FROM_BYTES = 4 * 1024

_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(
    rb"^([!-9;-~]{1,100})[ \t]{0,8}:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u0080-\U0010ffff]+"
_ADDRESS = (
    rf"({_ATOM}(?:\.{_ATOM})*)"
    r"@((?:[A-Za-z0-9\-_\u0080-\U0010ffff]{1,63}\.)+[A-Za-z0-9\-\u0080-\U0010ffff]{2,63})"
)
_ASIDE = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()<>@\\]*\)')
"""A quoted name or a comment: no part of the address."""

_BARE = re.compile(rf"{_ADDRESS}\Z")
_NAMED = re.compile(rf"[^\"<>@,;:()\\]*<[ \t]*{_ADDRESS}[ \t]*>\Z")


def from_address(raw: bytes) -> str:
    """
    The address that a mail is from, its domain in lower case.

    Args:
        raw: The mail, or as much as its header.

    Returns:
        Empty: there is not exactly one From field with exactly one mailbox.
    """
    return only_mailbox(field_values(raw, b"from"))


def only_mailbox(values: Sequence[bytes]) -> str:
    """The address in the only one of these From fields; empty as in `from_address`."""
    if len(values) != 1 or len(values[0]) > MAX_FROM_BYTES:
        return ""
    text = re.sub(rb"\r?\n", b"", values[0]).decode("utf-8", "replace")
    if "\ufffd" in text or any(
        ord(sign) < 32 and sign not in "\t\r\n" for sign in text
    ):
        return ""
    plain = _ASIDE.sub(lambda aside: " " if aside[0][0] == "(" else "name ", text)
    plain = plain.strip()
    found = _BARE.match(plain) or _NAMED.match(plain)
    return f"{found[1]}@{found[2].lower()}" if found else ""


def field_values(raw: bytes, name: bytes) -> list[bytes]:
    """Every value under a name of the mail's own header, in order, unfolded."""
    return [value for found, value in header_fields(raw) if found == name.lower()]


def header_fields(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The fields of the mail's own header: name in lower case, and value unfolded."""
    if raw.startswith((b"\n", b"\r\n")):
        return  # no header at all; what follows is text
    end = _END_OF_HEADER.search(raw, 0, MAX_HEADER_BYTES)
    header = raw[: end.start() if end else MAX_HEADER_BYTES]
    for field in _FIELD.finditer(header):
        value = field[2].replace(b"\r\n", b"").replace(b"\n", b"")
        yield field[1].lower(), value.rstrip(b"\r").strip()
