"""
Bytes to text, whatever the mail says they are.

Pure: no I/O, no clock, no randomness.

Declared charsets lie often: UTF-8 under "iso-8859-1", Windows letters under
"us-ascii". So a byte order mark wins, then UTF-8 where it fits and nothing more
particular is declared, then what is declared, then Windows-1252.
"""

import codecs
import re

_DOUBTFUL = frozenset(
    {"", "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "latin-1",
     "iso-8859-15", "windows-1252", "cp1252", "default", "unknown-8bit", "unknown"}
)  # fmt: skip
"""Names under which UTF-8 is really sent."""

_ALIASES = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz-gb-2312": "hz",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
    "mac-cyrillic": "mac_cyrillic",
    "mac-ce": "mac_latin2",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-8": "utf-8",
}

# Not every codec of Python is a charset: some run escapes (unicode_escape), some
# raise on anything (undefined), utf-7 hides text from whoever reads the mail.
_ALLOWED = re.compile(
    r"(?:iso-?8859-\d{1,2}|windows-\d{3,4}|cp-?\d{3,4}|koi8-[rut]|gb18030"
    r"|big5(?:-?hkscs)?|shift[_-]jis(?:x0213|_2004)?|euc-?(?:jp|kr)|iso-2022-(?:jp|kr)"
    r"|utf-?(?:8|16|32)(?:-?[lb]e)?|mac[_-](?:roman|cyrillic|latin2|turkish|greek)"
    r"|tis-?620|ptcp154|johab|hz)\Z"
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode_text(content: bytes, declared: str | None = None) -> str:
    """
    Read bytes as text; never raises.

    Args:
        content: As it is after the transfer encoding was undone.

        declared: The charset that the part names, or None.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    name = _canonical(declared or "")
    if name in _DOUBTFUL or not _ALLOWED.match(_ALIASES.get(name, name)):
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            name = "cp1252" if name in {"utf-8", "utf8"} else name
    encoding = _ALIASES.get(name, name)
    if encoding in {"utf-16", "utf16"}:
        encoding = _byte_order(content)
    if _ALLOWED.match(encoding):
        try:
            return content.decode(encoding, "replace")
        except (LookupError, ValueError):
            pass
    return content.decode("cp1252", "replace")


def _canonical(declared: str) -> str:
    name = declared.strip("\"' \t").lower().removeprefix("x-")
    # "iso8859-1", "ISO_8859-1", "win-1251", "ibm850": the names that people know.
    name = re.sub(r"\Aiso[-_ ]?8859[-_ ]", "iso-8859-", name)
    return re.sub(r"\A(?:win|ibm)-?(?=\d)", "cp", name)


def _byte_order(content: bytes) -> str:
    """
    Tell how UTF-16 without its mark is meant, by the zeros of its Latin letters.

    RFC 2781 (2000) §4.3 has the high byte first; what is sent comes from Windows.
    """
    high_first, low_first = content[0::2].count(0), content[1::2].count(0)
    return "utf-16-be" if high_first > low_first else "utf-16-le"
