"""
The pages of a call, in the files that the engine sends.

I/O: the store, and the folder of the page files.
"""

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from converters import fax_file

from ..domain.line import FaxLine
from ..engine.protocol import PageFile
from ..store import lines, opt_outs
from ..store.database import Database
from . import sheets
from .coded_size import coded_size
from .load import Load
from .personal import Personal


async def pack(
    db: Database, load: Load, *, at: datetime, zone: ZoneInfo, folder: Path
) -> tuple[tuple[PageFile, ...], list[str]]:
    """
    Write the pages of a load, once in each resolution that a far end may ask for.

    Args:
        at, zone: Of the tag lines.

    Returns:
        The files, finest first, and for each fax the hash of its finest pages.

    Raises:
        StoreUnavailable: If they cannot be read.

        LookupError: If they are not kept.
    """
    line, documents, codes, drawn = await db.read(_contents, load, at=at)
    return await asyncio.to_thread(
        _write, load, line, documents, codes, drawn, at=at, zone=zone, folder=folder
    )


def remove(files: tuple[PageFile, ...]) -> None:
    """Remove what `pack` wrote."""
    for file in files:
        Path(file.path).unlink(missing_ok=True)


def _contents(
    conn: Connection, load: Load, *, at: datetime
) -> tuple[FaxLine, list[list[bytes]], list[str | None], list[Personal | None]]:
    line = lines.as_of(conn, load.lead.line, at)
    assert line is not None, "a line whose faxes are not all final cannot be removed"
    documents = [
        sheets.document_pages(conn, each.campaign, each.quality) for each in load.faxes
    ]
    codes = [opt_outs.code_of(conn, each.ref) for each in load.faxes]
    drawn = [
        sheets.personal_of(conn, each.ref, line, each.quality) for each in load.faxes
    ]
    return line, documents, codes, drawn


def _write(
    load: Load,
    line: FaxLine,
    documents: list[list[bytes]],
    codes: list[str | None],
    drawn: list[Personal | None],
    *,
    at: datetime,
    zone: ZoneInfo,
    folder: Path,
) -> tuple[tuple[PageFile, ...], list[str]]:
    lead = load.lead
    ladders = [sheets.coarser(its, lead.quality) for its in documents]
    files, digests = [], []
    for rungs in zip(*ladders, strict=True):
        dpi = rungs[0][0]
        composed = [
            sheets.compose(
                tiffs,
                line=line,
                at=at,
                zone=zone,
                first_page=each.first_page,
                vertical_dpi=dpi,
                opt_out=code,
                attempt=each.attempt,
                drawn=its,
            )
            for each, (_, tiffs), code, its in zip(
                load.faxes, rungs, codes, drawn, strict=True
            )
        ]
        path = folder / f"{lead.ref}-{lead.attempt}-{dpi}.tif"
        path.write_bytes(fax_file.join(composed))
        size = coded_size(tiff for _, tiffs in rungs for tiff in tiffs)
        files.append(
            PageFile(
                path=str(path),
                vertical_dpi=dpi,
                mh_octets=size.mh,
                mr_octets=size.mr,
                mmr_octets=size.mmr,
            )
        )
        digests.append([hashlib.sha256(each).hexdigest() for each in composed])
    return tuple(files), digests[0]
