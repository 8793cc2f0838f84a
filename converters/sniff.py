"""
What a document really is: by its content; its name only breaks a tie.

Pure: no I/O, no clock, no randomness.

libmagic runs over the bytes: called only inside the worker's sandbox.
"""

import io
import lzma
import re
import zipfile
import zlib
from pathlib import PurePosixPath

import magic

from . import formats, ole
from .contract import Cause
from .formats import Format
from .text import NotText, decode_text

MAX_UNPACKED_BYTES = 200 * 1024**2
"Of a zipped document; the heaviest honest one measured had 90 MB."

MAX_RATIO = 200
"Of a member over 1 MB; honest XML was seen at 98."

MAX_MEMBERS = 5_000

ENCRYPTED = Cause(
    for_requester="Le document est protégé par un mot de passe. Enregistrez-le sans mot de passe puis"
    " renvoyez-le.",
    code="encrypted",
)
EMPTY = Cause(
    for_requester="Le fichier est vide. Vérifiez-le puis renvoyez-le.", code="empty"
)
DAMAGED = Cause(
    for_requester="Le document est endommagé. Ouvrez-le, enregistrez-le à nouveau puis renvoyez-le,"
    " ou envoyez-le en PDF.",
    code="damaged",
)
BOMB = Cause(
    for_requester="Le document est anormalement volumineux une fois décompressé. Enregistrez-le en"
    " PDF puis renvoyez-le.",
    code="too-large",
)
OUTLOOK = Cause(
    for_requester="C’est un message enregistré par Outlook (.msg). Transférez le message"
    " lui-même, ou enregistrez-le en PDF.",
    code="unsupported",
)
TNEF = Cause(
    for_requester="C’est une enveloppe d’Outlook (winmail.dat) qui cache les documents."
    " Envoyez le message au format HTML ou texte, ou le document en PDF.",
    code="unsupported",
)


def recognise(content: bytes, name: str) -> Format:
    """
    Name the format of a document.

    Args:
        name: As the requester wrote it.

    Raises:
        ConversionFailed: If it is empty, protected, a bomb or of no known format.
    """
    if not content.strip(b"\0 \t\r\n\f"):
        raise EMPTY.failure()
    if (known := formats.of_start(content)) is not None:
        return known
    head = content[:1024]
    if head.startswith(_TNEF_START):
        raise TNEF.failure()
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return formats.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return formats.HEIC
    if head.startswith(ole.MAGIC):
        return _compound(content)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(content)
    # A PDF may have a few lines of mail before it; a PostScript program must not
    # call itself one.
    if b"%PDF-" in head and not head.lstrip(b"\x04 \r\n").startswith(b"%!PS"):
        return formats.PDF
    return _text(content, name)


_TNEF_START = b"\x78\x9f\x3e\x22"
"[MS-OXTNEF] v20191119 §2.1.3.1"

_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif")
"""ISO/IEC 23008-12 (2017) §10: what phones and editors write."""


def _compound(content: bytes) -> Format:
    try:
        starts = ole.stream_starts(content)
    except ValueError:
        raise DAMAGED.failure() from None
    if "EncryptedPackage" in starts:
        raise ENCRYPTED.failure()
    if "__properties_version1.0" in starts:
        raise OUTLOOK.failure()
    kinds = {_STREAMS[name] for name in _STREAMS if name in starts}
    if len(kinds) > 1:
        # A Word document with a sheet inside, or a sheet with a letter inside?
        seen = magic.from_buffer(content[:_MAGIC_BYTES], mime=True)
        kinds &= {_BY_MAGIC.get(seen, formats.DOC)}
    if not kinds:
        raise formats.unsupported()
    (found,) = kinds
    if found in (formats.XLS, formats.XLS_95):
        stream = starts.get("Workbook", starts.get("Book", 0))
        if ole.is_encrypted_workbook(content, stream):
            raise ENCRYPTED.failure()
    if found is formats.PPT and "Text_Content" in starts:
        return formats.PPT_95
    if found is not formats.DOC:
        return found
    try:
        header = ole.word_header(content, starts["WordDocument"])
    except ValueError:
        raise DAMAGED.failure() from None
    if header.is_encrypted:
        raise ENCRYPTED.failure()
    return formats.DOC if header.version >= 193 else formats.DOC_95


_STREAMS = {
    "WordDocument": formats.DOC,
    "Workbook": formats.XLS,
    "Book": formats.XLS_95,
    "PowerPoint Document": formats.PPT,
}
_BY_MAGIC = {
    "application/vnd.ms-excel": formats.XLS,
    "application/vnd.ms-powerpoint": formats.PPT,
}


def _zipped(content: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_size(members)
            names = {member.filename for member in members}
            if "mimetype" in names:
                return _open_document(archive)
            if "[Content_Types].xml" in names:
                folders = {name.lower().partition("/")[0] for name in names}
                for folder, found in _OOXML.items():
                    if folder in folders:
                        return found
                raise formats.unsupported()
            if "content.xml" in names:
                return _star_office(archive)
    except BROKEN_ZIP:
        raise DAMAGED.failure() from None
    return formats.ZIP


_OOXML = {"word": formats.DOCX, "xl": formats.XLSX, "ppt": formats.PPTX}


def _star_office(archive: zipfile.ZipFile) -> Format:
    """OpenOffice 1 wrote no type of its own; its manifest and its root say it."""
    said = archive.open("content.xml").read(4096)
    if "META-INF/manifest.xml" in archive.namelist():
        said += archive.open("META-INF/manifest.xml").read(4096)
    for kind, found in _OPEN_DOCUMENT.items():
        if kind.encode() in said:
            return found
    for root, found in _STAR_CLASSES.items():
        if b'office:class="%s"' % root in said:
            return found
    raise formats.unsupported()


_STAR_CLASSES = {
    b"text": formats.SXW,
    b"spreadsheet": formats.SXC,
    b"presentation": formats.SXI,
}


BROKEN_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,  # an unknown compression
    RuntimeError,  # an encrypted member
    EOFError,
    OSError,
    ValueError,
)
"""All that zipfile was seen to raise on archives that lie."""


def _check_size(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise BOMB.failure()
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise BOMB.failure()
    for member in members:
        packed = max(1, member.compress_size)
        if member.file_size > 1024**2 and member.file_size > MAX_RATIO * packed:
            raise BOMB.failure()


def _open_document(archive: zipfile.ZipFile) -> Format:
    kind = archive.open("mimetype").read(200).decode("ascii", "replace").strip()
    found = next(
        (row for start, row in _OPEN_DOCUMENT.items() if kind.startswith(start)), None
    )
    if found is None:
        raise formats.unsupported()
    try:
        manifest = archive.open("META-INF/manifest.xml").read(_MANIFEST_BYTES)
    except KeyError:
        manifest = b""
    if b"encryption-data" in manifest:
        raise ENCRYPTED.failure()
    return found


_OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": formats.ODT,
    "application/vnd.oasis.opendocument.spreadsheet": formats.ODS,
    "application/vnd.oasis.opendocument.presentation": formats.ODP,
    "application/vnd.oasis.opendocument.graphics": formats.ODG,
    "application/vnd.sun.xml.writer": formats.SXW,
    "application/vnd.sun.xml.calc": formats.SXC,
    "application/vnd.sun.xml.impress": formats.SXI,
}


_MAGIC_BYTES = 1024**2
"What libmagic is shown: enough for every rule it has."

_MANIFEST_BYTES = 4 * 1024**2


def _text(content: bytes, name: str) -> Format:
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if suffix in formats.WPD.suffixes:
        return formats.WPD  # before version 5 it has no mark of its own
    try:
        start = decode_text(content)[:_LOOKED_AT]
    except NotText:
        raise formats.unsupported() from None
    if suffix in formats.TXT.suffixes:
        return formats.TXT
    for pattern, found in _LANGUAGES:
        if pattern.match(start):
            return found
    for found in (formats.CSV, formats.TSV, formats.WIKI, formats.HTML, formats.EML):
        if suffix in found.suffixes:
            return found
    if suffix in _OTHER_SUFFIXES or _PROGRAMS.match(start):
        raise formats.unsupported()
    seen = magic.from_buffer(content[:_MAGIC_BYTES], mime=True)
    if seen.startswith("text/") or seen in (
        "application/json",
        "application/octet-stream",
    ):
        return formats.TXT
    raise formats.unsupported()


_LOOKED_AT = 4096
"Characters at the start of a text that tell its language."

_PROLOGUE = r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>\s*)*"

_LANGUAGES: tuple[tuple[re.Pattern[str], Format], ...] = (
    (re.compile(_PROLOGUE + r"<(?:svg:)?svg[\s>]", re.I | re.S), formats.SVG),
    (
        re.compile(r"\s*<!doctype html|" + _PROLOGUE + r"<html[\s>]", re.I | re.S),
        formats.HTML,
    ),
    (re.compile(r"\s*%!PS-Adobe-\S+ EPSF"), formats.EPS),
    (re.compile(r"\s*%!"), formats.PS),
    (re.compile(r"\s*\{\\rtf"), formats.RTF),
    (
        re.compile(
            r"(?:From .*\n)?(?:[A-Za-z][\w-]*:.*\n(?:[ \t].*\n)*)*?"
            r"(?:Received|Return-Path|Message-ID|MIME-Version|Delivered-To):",
            re.I,
        ),
        formats.EML,
    ),
)
"""Text that is written for a program: printed as it stands it would be pages of
codes. With a name that says text it is what the requester wants to see."""

_PROGRAMS = re.compile(r"\s*(?:<\?xml|BEGIN:V|<\w+[^>]*>)", re.I)
"""Languages that we do not print."""

_OTHER_SUFFIXES = frozenset(
    suffix
    for found in formats.FORMATS
    for suffix in found.suffixes
    if found is not formats.TXT
) | {".xml", ".ics", ".vcf"}
"""Names that promise another content: a page of their inside is not what was meant."""
