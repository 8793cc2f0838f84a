"""
What pages take on the wire in each coding of Group 3, so that a call can choose.

Pure: no I/O, no clock, no randomness.

Pages are kept in T.6. Where that makes them small they are text or drawings, and T.6 is
the best there is; only where it does not, as with screened photos, the other codings
are tried.

Standards:
    ITU-T T.4 (07/2003) §4.1, §4.2 -- MH, MR; ITU-T T.6 (11/1988) -- MMR
    TIFF 6.0 (06/1992) part 1 §11 -- compression 3 and 4, T4Options
"""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

DENSE = 0.25
"""Of the bitmap's octets. Text takes 3 to 22 % in T.6; where it takes more, rows are
unlike each other, and T.4 in one dimension may win."""

MR_OF_TEXT, MH_OF_TEXT = 1.3, 1.8
"""Times T.6, measured on letters and dense text: all that matters is the order."""

KEPT = 256
"""Documents remembered: a campaign's are measured once for its thousands of calls."""

_COMPRESSION, _STRIP_COUNTS, _T4_OPTIONS = 259, 279, 292
_T6 = 4
_TWO_DIMENSIONAL = 1


@dataclass(frozen=True, slots=True)
class CodedSize:
    """Octets in each coding."""

    mh: int
    mr: int
    mmr: int

    def __add__(self, other: "CodedSize") -> "CodedSize":
        return CodedSize(self.mh + other.mh, self.mr + other.mr, self.mmr + other.mmr)


def coded_size(documents: Iterable[bytes]) -> CodedSize:
    """What the pages of some TIFF files take together."""
    total = CodedSize(0, 0, 0)
    for document in documents:
        total += _of_document(_Document(document))
    return total


class _Document:
    """A file that is known by its hash: the cache shall not keep its octets."""

    def __init__(self, octets: bytes) -> None:
        self.octets: bytes | None = octets
        self._digest = hashlib.sha256(octets).digest()

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Document) and other._digest == self._digest


@lru_cache(maxsize=KEPT)
def _of_document(document: _Document) -> CodedSize:
    total = CodedSize(0, 0, 0)
    assert document.octets is not None
    with Image.open(io.BytesIO(document.octets)) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            total += _of_page(image)
    # The cache keeps this object as its key.
    document.octets = None
    return total


def _of_page(image: Image.Image) -> CodedSize:
    tags = image.tag_v2  # type: ignore[attr-defined]  # of TIFF images
    bitmap = image.width * image.height / 8
    if tags.get(_COMPRESSION) == _T6:
        mmr = sum(tags[_STRIP_COUNTS])
        if mmr <= DENSE * bitmap:
            return CodedSize(round(mmr * MH_OF_TEXT), round(mmr * MR_OF_TEXT), mmr)
    return CodedSize(
        _encoded(image, "group3"),
        _encoded(image, "group3", {_T4_OPTIONS: _TWO_DIMENSIONAL}),
        _encoded(image, "group4"),
    )


def _encoded(
    image: Image.Image, compression: str, tags: dict[int, int] | None = None
) -> int:
    coded = io.BytesIO()
    image.convert("1").save(coded, "TIFF", compression=compression, tiffinfo=tags or {})
    with Image.open(coded) as written:
        octets: int = sum(written.tag_v2[_STRIP_COUNTS])  # type: ignore[attr-defined]  # of TIFF images
    return octets
