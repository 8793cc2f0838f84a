"""
What the gateway may ask of a converter, and what it gets.

Pure: no I/O, no clock, no randomness.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from .place import Place

if TYPE_CHECKING:
    from .formats import Format
    from .raster import Sheet

VERTICAL_DPI = (98, 196, 391)
"""The three resolutions a page is printed in; ITU-T T.4 (07/2003) §2.1."""


class ConversionFailed(Exception):
    """
    A document cannot be turned into fax pages.

    Args:
        for_requester: French sentences that name the cause and the remedy; no path,
            no host. The caller adds the name of the file.

        code: One word for logs and statistics, e.g. "encrypted".
    """

    def __init__(self, for_requester: str, *, code: str) -> None:
        super().__init__(code)
        self.for_requester = for_requester
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """
    Why documents fail, to raise any number of times.

    An exception object is raised once: a shared one would collect tracebacks, and
    with them the documents they failed on.
    """

    for_requester: str
    code: str

    def failure(self) -> ConversionFailed:
        """A new exception that says so."""
        return ConversionFailed(self.for_requester, code=self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One document as fax pages."""

    tiff: bytes
    """TIFF-F, T.6 coded, one strip a page, 1728 px wide, every page of one height and
    resolution, the top band of each page blank (see `sheet.BAND_ROWS`)."""

    pages: int

    warnings: tuple[str, ...] = ()
    "French sentences about legibility, for the acknowledgement."

    places: tuple[Place, ...] = ()
    "Of a cover page: where something is drawn for each recipient."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost."""

    seconds: float = 55.0
    """Of work on it, wall-clock, and a minute with what it takes to end a child; the
    slowest honest document measured needed 44 s."""

    memory_bytes: int = 1536 * 1024**2
    """Of all processes that work on it, and their files in memory; the heaviest honest
    one measured needed 0.8 GB."""

    max_pages: int = 200
    "An hour and a half on the line at premium quality: surely a mistake."

    file_bytes: int = 50 * 1024**2
    "Of one document; mail systems seldom let more than 25 MB pass."

    result_bytes: int = 256 * 1024**2
    "Of what a child may answer: 200 pages of the worst picture stay below."

    @property
    def heap_bytes(self) -> int:
        """Of one process at its own: the other third is its files and its parent."""
        return self.memory_bytes * 2 // 3

    @property
    def address_bytes(self) -> int:
        """Of one process with all it maps, which memory need not stand behind."""
        return self.memory_bytes * 2

    def __post_init__(self) -> None:
        assert self.seconds > 0
        assert self.max_pages > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A document as a family of formats is given it."""

    content: bytes

    name: str
    "As the requester wrote it."

    found: "Format"
    "What it was recognised as."

    limits: Limits


@dataclass(frozen=True, slots=True)
class Drawn:
    """It can be drawn: here are its pages, one after the other."""

    sheets: "Iterator[Sheet]"


@dataclass(frozen=True, slots=True)
class ForOffice:
    """LibreOffice sets it: the pages come out of the PDF that it makes."""

    content: bytes
    office_filter: str
    "LibreOffice's name of the import filter; always forced, see `formats`."


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a bundle."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Bundled:
    """It holds documents, each of which is converted by itself."""

    parts: list[Part]


Opened: TypeAlias = Drawn | ForOffice | Bundled


class Family(Protocol):
    """
    What a module must have to stand in `formats.Format.family`.

    It runs in the sandbox, in a process that ends with the document.
    """

    def open_document(self, given: Given) -> Opened:
        """
        Look into a document and say what becomes of it.

        Raises:
            ConversionFailed: If nothing does; says why and what would help.
        """
