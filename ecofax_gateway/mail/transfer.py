"""
Undo a part's transfer encoding.

Pure: no I/O, no clock, no randomness.

The name is read with patience: `base64 ` with a space behind it, in quotes, or with
a comment is still base64; taken for something else, the code itself would be faxed.

Standards:
    RFC 2045 (1996) §6 -- base64, quoted-printable, 7bit, 8bit, binary
"""

import binascii
import quopri
import re

_NAME = re.compile(r"[A-Za-z0-9-]+")
MAX_PIECES = 100_000
"""Of base64 that was coded in pieces; four bytes may be one."""

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_NOT_A_LINE = re.compile(rb"[^A-Za-z0-9+/\r\n]")
_SPACED_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
_BLANKS = b" \t\r\n"


def decode_transfer(content: bytes, encoding: str) -> bytes:
    """
    Decode *content*; what cannot be decoded is returned as far as it goes.

    Args:
        content: As in the mail.

        encoding: The value of Content-Transfer-Encoding, as it came.
    """
    match = _NAME.search(encoding)
    match match[0].lower() if match else "":
        case "base64":
            return _from_base64(content)
        case "quoted-printable":
            # Relays put spaces behind lines; RFC 2045 §6.7 (3) has them deleted.
            return quopri.decodestring(_SPACED_BREAK.sub(b"=", content))
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return _from_uuencode(content)
    return content


def _from_base64(content: bytes) -> bytes:
    if b"=" not in content.rstrip(b"=" + _BLANKS):
        return _from_one_base64(content)
    # Some programs code a document in pieces, each with an end of its own; but a filter's
    # footer may stand behind the only one.
    first, *others = content.split(b"=", MAX_PIECES)
    decoded = [_from_one_base64(first)]
    for piece in (other.strip(_BLANKS) for other in others):
        if _NOT_A_LINE.search(piece):
            break
        decoded.append(_from_one_base64(piece))
    return b"".join(decoded)


def _from_one_base64(content: bytes) -> bytes:
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        pass
    # A wrong length: one character is no byte, so drop it and pad the rest.
    letters = _NOT_BASE64.sub(b"", content).split(b"=")[0]
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _from_uuencode(content: bytes) -> bytes:
    lines = iter(content.splitlines())
    for line in lines:
        if line.startswith(b"begin "):
            break
    decoded = bytearray()
    for line in lines:
        if line.strip() in {b"end", b"`", b""}:
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders pad the line: the first character says how long it is.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                decoded += binascii.a2b_uu(line[:length])
            except binascii.Error:
                break
    return bytes(decoded)
