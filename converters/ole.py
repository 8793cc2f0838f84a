"""
Look into a compound file (the container of .doc) just far enough to name it.

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
    List streams and storages by name, with the offset of their first sector.

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


def _stream_starts(content: bytes) -> dict[str, int]:
    shift = struct.unpack_from("<H", content, 0x1E)[0]
    if shift not in (9, 12):
        raise ValueError("sectors of an unknown size")
    size = 1 << shift
    fat = struct.unpack_from("<109I", content, 0x4C)
    sector = struct.unpack_from("<I", content, 0x30)[0]
    found: dict[str, int] = {}
    for _ in range(MAX_DIRECTORY_SECTORS):
        if sector >= 0xFFFFFFFA:
            break
        base = (sector + 1) * size
        for at in range(base, base + size, 128):
            length = struct.unpack_from("<H", content, at + 64)[0]
            name = content[at : at + max(0, min(length, 64) - 2)]
            start = struct.unpack_from("<I", content, at + 116)[0]
            label = name.decode("utf-16-le", "replace")
            if length:
                found.setdefault(label, (start + 1) * size)
        # The sector's successor is in the FAT; files large enough to need more
        # than 109 FAT sectors (7 MB) keep their directory in the first ones or are
        # named by what was read so far.
        table = fat[min(108, sector // (size // 4))]
        if table >= 0xFFFFFFFA:
            break
        entry = (table + 1) * size + 4 * (sector % (size // 4))
        sector = struct.unpack_from("<I", content, entry)[0]
    return found
