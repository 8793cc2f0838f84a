"""
Look into a compound file (the container of .doc, .xls, .ppt) just far enough to name it.

Pure: no I/O, no clock, no randomness.

Standards:
    [MS-CFB] v20180912 §2.2 header, §2.3 FAT, §2.6 directory
    [MS-DOC] v20190319 §2.5.1 FibBase
"""

import struct
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MAX_DIRECTORY_SECTORS = 1024
"Bounds a chain that runs in a circle; honest files have a handful."


@dataclass(frozen=True, slots=True)
class WordHeader:
    """The first words of a WordDocument stream."""

    version: int
    "nFib: 193 and more is Word 97, below is Word 6 or 95."

    is_encrypted: bool


def stream_starts(content: bytes) -> dict[str, int]:
    """
    List streams and storages by name, with the offset of their first byte.

    Names are unique only within their storage; where two are alike the first counts,
    which is the nearer to the root.

    Raises:
        ValueError: If it is no compound file, or broken.
    """
    if content[:8] != MAGIC:
        raise ValueError("no compound file")
    try:
        return _stream_starts(content)
    except struct.error as error:
        raise ValueError("a broken compound file") from error


def word_header(content: bytes, start: int) -> WordHeader:
    """
    Read the header of a WordDocument stream.

    Raises:
        ValueError: If there is none.
    """
    try:
        ident, version = struct.unpack_from("<HH", content, start)
        (flags,) = struct.unpack_from("<H", content, start + 10)
    except struct.error as error:
        raise ValueError("a broken WordDocument stream") from error
    # 0xA5EC is Word 97's and Word 6's own number, 0xA5DC Word 95's.
    if ident not in (0xA5EC, 0xA5DC):
        raise ValueError("no WordDocument stream")
    return WordHeader(version=version, is_encrypted=bool(flags & 0x0100))


def is_encrypted_workbook(content: bytes, start: int) -> bool:
    """
    Tell whether a Workbook or Book stream has a password.

    Standards:
        [MS-XLS] v20190319 §2.4.117 FilePass, right after the first record or two
    """
    try:
        for _ in range(_FIRST_RECORDS):
            kind, length = struct.unpack_from("<HH", content, start)
            if kind == _FILE_PASS:
                return True
            start += 4 + int(length)
    except struct.error:
        return False
    return False


_FILE_PASS, _FIRST_RECORDS = 0x002F, 6


class _Sectors:
    """The sectors of a compound file and which follows which."""

    def __init__(self, content: bytes) -> None:
        shift = int(struct.unpack_from("<H", content, 0x1E)[0])
        if shift not in (9, 12):
            raise ValueError("sectors of an unknown size")
        self.size = 1 << shift
        self._content = content
        self._tables = struct.unpack_from("<109I", content, 0x4C)

    def offset(self, sector: int) -> int:
        return (sector + 1) * self.size

    def following(self, sector: int) -> int:
        # Files over 7 MB have more tables than the 109 the header lists; their
        # directory and short streams were seen at the front, where these reach.
        which, entry = divmod(sector, self.size // 4)
        if which >= len(self._tables) or self._tables[which] >= _NO_SECTOR:
            return _NO_SECTOR
        at = self.offset(self._tables[which]) + 4 * entry
        return int(struct.unpack_from("<I", self._content, at)[0])

    def nth(self, sector: int, steps: int) -> int:
        for _ in range(steps):
            if sector >= _NO_SECTOR:
                break
            sector = self.following(sector)
        return sector


_NO_SECTOR = 0xFFFFFFFA
_SHORT_STREAM, _SHORT_SECTOR = 4096, 64


def _stream_starts(content: bytes) -> dict[str, int]:
    sectors = _Sectors(content)
    sector = struct.unpack_from("<I", content, 0x30)[0]
    entries: list[tuple[str, int, int]] = []
    for _ in range(MAX_DIRECTORY_SECTORS):
        if sector >= _NO_SECTOR:
            break
        base = sectors.offset(sector)
        for at in range(base, base + sectors.size, 128):
            length = struct.unpack_from("<H", content, at + 64)[0]
            start, size = struct.unpack_from("<II", content, at + 116)
            label = content[at : at + max(0, min(length, 64) - 2)]
            if length:
                entries.append((label.decode("utf-16-le", "replace"), start, size))
        sector = sectors.following(sector)
    if not entries:
        raise ValueError("no directory")
    # The first entry is the root; its stream holds all short ones.
    short_streams = entries[0][1]
    found: dict[str, int] = {}
    for name, start, size in entries[1:]:
        at = sectors.offset(start)
        if size < _SHORT_STREAM:
            steps, rest = divmod(start * _SHORT_SECTOR, sectors.size)
            steps = min(steps, MAX_DIRECTORY_SECTORS)
            at = sectors.offset(sectors.nth(short_streams, steps)) + rest
        found.setdefault(name, at)
    return found
