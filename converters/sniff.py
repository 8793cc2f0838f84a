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
    head = content[:1024]
    for start, found in _STARTS:
        if head.startswith(start):
            return found
    if head.startswith(ole.MAGIC):
        return _compound(content)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(content)
    # A PDF may have a few lines of mail before it; a PostScript program must not
    # call itself one.
    if b"%PDF-" in head and not head.lstrip().startswith(b"%!PS"):
        return formats.PDF
    return _text(content, name)


_STARTS: tuple[tuple[bytes, Format], ...] = (
    (b"%PDF-", formats.PDF),
    (b"\xff\xd8\xff", formats.JPEG),
    (b"\x89PNG\r\n\x1a\n", formats.PNG),
    (b"II*\0", formats.TIFF),
    (b"MM\0*", formats.TIFF),
    (b"II+\0", formats.TIFF),
    (b"MM\0+", formats.TIFF),
)


def _compound(content: bytes) -> Format:
    try:
        starts = ole.stream_starts(content)
    except ValueError:
        raise DAMAGED.failure() from None
    if "EncryptedPackage" in starts:
        raise ENCRYPTED.failure()
    if "WordDocument" not in starts:
        raise formats.unsupported()
    if {"Workbook", "Book", "PowerPoint Document"} & set(starts):
        # A Word document with a sheet inside, or a sheet with a letter inside?
        seen = magic.from_buffer(content[:_MAGIC_BYTES], mime=True)
        if seen in ("application/vnd.ms-excel", "application/vnd.ms-powerpoint"):
            raise formats.unsupported()
    try:
        header = ole.word_header(content, starts["WordDocument"])
    except ValueError:
        raise DAMAGED.failure() from None
    if header.is_encrypted:
        raise ENCRYPTED.failure()
    return formats.DOC if header.version >= 193 else formats.DOC_95


def _zipped(content: bytes) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _check_size(members)
            names = {member.filename for member in members}
            if "mimetype" in names:
                return _open_document(archive)
            if "[Content_Types].xml" in names and any(
                name.lower().startswith("word/") for name in names
            ):
                return formats.DOCX
    except _BROKEN_ZIP:
        raise DAMAGED.failure() from None
    raise formats.unsupported()


_BROKEN_ZIP = (
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
    if not kind.startswith("application/vnd.oasis.opendocument.text"):
        raise formats.unsupported()
    try:
        manifest = archive.open("META-INF/manifest.xml").read(_MANIFEST_BYTES)
    except KeyError:
        manifest = b""
    if b"encryption-data" in manifest:
        raise ENCRYPTED.failure()
    return formats.ODT


_MAGIC_BYTES = 1024**2
"What libmagic is shown: enough for every rule it has."

_MANIFEST_BYTES = 4 * 1024**2

_OTHER_LANGUAGES = re.compile(
    rb"\s*(?:\{\\rtf|%!PS|<\?xml|<!doctype|<html|<svg|BEGIN:V|From: |Return-Path:)",
    re.I,
)
"""Text that is written for a program: printed as it stands it would be pages of
codes. With a name that says text it is what the requester wants to see."""


def _text(content: bytes, name: str) -> Format:
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    try:
        decode_text(content)
    except NotText:
        raise formats.unsupported() from None
    if suffix in formats.TXT.suffixes:
        return formats.TXT
    if suffix in _OTHER_SUFFIXES or _OTHER_LANGUAGES.match(
        content.lstrip(b"\xef\xbb\xbf")
    ):
        raise formats.unsupported()
    seen = magic.from_buffer(content[:_MAGIC_BYTES], mime=True)
    if seen.startswith("text/") or seen in (
        "application/json",
        "application/octet-stream",
    ):
        return formats.TXT
    raise formats.unsupported()


_OTHER_SUFFIXES = frozenset(
    (
        *(".csv", ".eml", ".eps", ".htm", ".html", ".ps", ".rtf", ".svg", ".tsv"),
        *(".wiki", ".xml"),
        *(".doc", ".docx", ".jpeg", ".jpg", ".odt", ".pdf", ".png", ".tif", ".tiff"),
    )
)
"""Names of formats that are text, or that promise another content: a page of their
inside is not what was meant."""
