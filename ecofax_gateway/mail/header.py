"""
Header values: encoded words, parameters, file names.

Pure: no I/O, no clock, no randomness.

Standards:
    RFC 2047 (1996) §4, §6.2 -- encoded words, and no space between two of them
    RFC 2231 (1997) §3-4 -- parameters in pieces, with a charset
    RFC 2045 (1996) §5.1 -- parameters; read with more patience than it asks for
"""

import binascii
import quopri
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from .charset import decode_text

MAX_VALUE_CHARS = 16 * 1024
"""Longer values are cut before they are read: a subject of 100 000 words is no use."""

MAX_NAME_CHARS = 150
"""Of a file name; it is shown to people and never used on disk."""

_WORD = re.compile(r"=\?([^?\s]{1,75})\?([bBqQ])\?([^?]*)\?=")
_FOLD = re.compile(r"\r?\n[ \t]*|\r")
# A name starts where a word starts and is of bounded length: on 8 KiB of letters without
# "=" the search would else be quadratic, in each of a thousand parts.
_PARAMETER = re.compile(
    r"(?<![A-Za-z0-9!#$&+.^_~-])([A-Za-z0-9!#$&+.^_~-]{1,60})(?:\*(\d{1,3}))?(\*)?[ \t]*=[ \t]*"
    r'(?:"((?:[^"\\]|\\.)*)"?|([^;]*))'
)
_MAIN_VALUE = re.compile(r"[\s;]*\"?([^\s;\"]*)\"?")


def decode_header(raw: str) -> str:
    """
    Read a header's value as people see it; one line, never raises.

    Args:
        raw: As the `email` parser keeps it: bytes over 127 as surrogates.
    """
    text = _unfolded(raw)
    if "=?" in text:
        text = _without_words(text)
    return _one_line(text)


def parse_parameters(raw: str) -> tuple[str, dict[str, str]]:
    """
    Read "value; name=value ..." with the mistakes that programs make in it.

    A file name without quotes goes up to the next semicolon, a missing semicolon
    after the value is forgiven, a backslash only escapes a quote or a backslash.

    Returns:
        The value in lower case, and the parameters by lower-case name, decoded.
    """
    text = _unfolded(raw)
    main = _MAIN_VALUE.match(text)
    assert main is not None  # every part of the pattern may be empty
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(text, main.end()):
        name, index, coded, quoted, bare = match.groups()
        value = bare.strip() if quoted is None else re.sub(r'\\(["\\])', r"\1", quoted)
        numbered = pieces.setdefault(name.lower(), {})
        # A coded form (name*=) is put in for programs that know it: it wins.
        if coded or int(index or 0) not in numbered:
            numbered[int(index or 0)] = (value, coded is not None)
    return main[1].lower(), {name: _joined(found) for name, found in pieces.items()}


def clean_name(name: str) -> str:
    """Reduce a file name to what may be shown: no folder, no controls, 150 characters."""
    text = unicodedata.normalize("NFC", _one_line(name))
    text = re.split(r"[/\\]", text)[-1].strip(" .\"'")
    if len(text) <= MAX_NAME_CHARS:
        return text
    stem, dot, suffix = text.rpartition(".")
    if not dot or len(suffix) > 10:
        return text[:MAX_NAME_CHARS]
    return stem[: MAX_NAME_CHARS - len(suffix) - 1] + dot + suffix


def _unfolded(raw: str) -> str:
    text = _FOLD.sub(" ", raw[:MAX_VALUE_CHARS])
    if text.isascii():
        return text
    content = text.encode("utf-8", "surrogateescape")
    return decode_text(content)


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    ordered = [pieces[index] for index in sorted(pieces)]
    if not any(coded for _, coded in ordered):
        value = "".join(text for text, _ in ordered)
        return decode_header(value) if "=?" in value else value
    charset, content = "", b""
    for place, (text, coded) in enumerate(ordered):
        if place == 0 and coded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        content += unquote_to_bytes(text) if coded else text.encode("utf-8", "replace")
    return decode_text(content, charset)


def _without_words(text: str) -> str:
    """Replace runs of encoded words; bytes of one charset are joined before decoding."""
    result: list[str] = []
    position, pending, pending_charset = 0, b"", ""
    for match in _WORD.finditer(text):
        charset = match[1].split("*")[0].lower()
        between = text[position : match.start()]
        if between.strip() or not position or charset != pending_charset:
            result.append(decode_text(pending, pending_charset) if pending else "")
            pending = b""
            result.append(between if between.strip() or not position else "")
        pending, pending_charset = pending + _word(match[2], match[3]), charset
        position = match.end()
    if pending:
        result.append(decode_text(pending, pending_charset))
    result.append(text[position:])
    return "".join(result)


def _word(encoding: str, text: str) -> bytes:
    content = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(content, header=True)
    try:
        return binascii.a2b_base64(content + b"=" * (-len(content) % 4))
    except binascii.Error:
        return b"?"


def _one_line(text: str) -> str:
    """No controls, no invisible or direction marks, no lone surrogates; single spaces."""
    kept = (
        " " if character.isspace() or unicodedata.category(character) == "Cc"
        else "" if unicodedata.category(character) in {"Cf", "Cs"}
        else character
        for character in text
    )  # fmt: skip
    return " ".join("".join(kept).split())
