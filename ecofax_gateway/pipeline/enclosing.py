"""
What joins a reply when it is posted: the picture of page 1, the proof, the report.

I/O: reads the store.

It is made from what the store keeps, each time that the reply is tried: nothing heavy
is in the outbox, and none of it is drawn in the transaction that ends a call.
"""

import asyncio
import io
import logging
import zipfile
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.campaign import total
from ..domain.enclosure import Enclosure
from ..domain.errors import OrderRefused
from ..domain.language import Tongue
from ..domain.line import ProofFormat
from ..replies.envelope import REPLY_POLICY, set_boundaries
from ..replies.page import PICTURE_MARK, picture_tag
from ..store import campaigns, faxes, lines
from ..store.campaigns import Campaign
from ..store.database import Database
from ..store.replies import DueReply
from ..store.results import results
from . import proof, report_csv, report_pdf
from .picture import WIDTH, picture_of
from .preview import as_pdf, first_page
from .report_rows import Row, row_of, summary_of

logger = logging.getLogger(__name__)

MAX_REPORT_BYTES = 4_000_000
"""Larger files are packed: many servers take 10 MB, and base 64 adds a third."""

PICTURE_WORDS = {Tongue.FR: "Première page du fax", Tongue.EN: "First page of the fax"}


class Enclosing:
    """
    Completes replies.

    Args:
        db: The store.

        zone: In which people read times.

        max_report_bytes: Of a report's files, before they are packed.
    """

    def __init__(
        self,
        *,
        db: Database,
        zone: ZoneInfo,
        max_report_bytes: int = MAX_REPORT_BYTES,
    ) -> None:
        self._db = db
        self._zone = zone
        self._max_report_bytes = max_report_bytes

    async def complete(self, due: DueReply) -> bytes:
        """
        Add to a reply what it is to carry.

        What cannot be made any more (its pages were erased) is left out: the reply is
        worth more than what joins it.
        """
        if not due.enclosed or due.campaign is None:
            return due.message
        message = cast(
            EmailMessage, message_from_bytes(due.message, policy=REPLY_POLICY)
        )
        for each in due.enclosed:
            try:
                await self._add(message, each, due.campaign, at=due.created_at)
            except (LookupError, ValueError) as error:
                logger.warning("a reply goes without its %s: %s", each, error)
        set_boundaries(message)
        return message.as_bytes()

    async def _add(
        self, message: EmailMessage, what: Enclosure, ref: str, *, at: datetime
    ) -> None:
        match what:
            case Enclosure.PICTURE:
                first = await self._db.read(first_page, ref, at=at, zone=self._zone)
                png = await asyncio.to_thread(picture_of, first)
                _add_picture(message, png, ref)
            case Enclosure.PROOF:
                content, name = await self._db.read(_proof, ref, zone=self._zone)
                _attach(message, content, name)
            case Enclosure.PREVIEW:
                content = await self._db.read(_preview, ref, at=at, zone=self._zone)
                _attach(message, content, f"{ref}.pdf")
            case Enclosure.REPORT:
                campaign, rows = await self._db.read(_rows, ref)
                # Not in the transaction: of a long list it takes half a minute.
                files = await asyncio.to_thread(
                    _drawn, campaign, rows, zone=self._zone, at=at
                )
                if sum(map(len, files.values())) > self._max_report_bytes:
                    files = {"rapport.zip": await asyncio.to_thread(_packed, files)}
                for name, content in files.items():
                    _attach(message, content, name)


def _proof(conn: Connection, ref: str, *, zone: ZoneInfo) -> tuple[bytes, str]:
    """The proof of an order's only fax as its line wants it, and the file's name."""
    campaign = _found(conn, ref)
    [fax] = faxes.listing(conn, campaign_ref=ref, limit=1)
    line = lines.get(conn, campaign.line)
    if line is not None and line.proof_format is ProofFormat.TIFF:
        return proof.as_tiff(conn, fax, zone=zone), f"fax-{ref}.tif"
    tongue = line.language.tongues[0] if line else Tongue.FR
    return proof.as_pdf(conn, fax, tongue, zone=zone), f"fax-{ref}.pdf"


def _preview(conn: Connection, ref: str, *, at: datetime, zone: ZoneInfo) -> bytes:
    """The pages of a draft as its first recipient gets them, or as they are written."""
    first = 1 if total(_found(conn, ref).counts) else None
    try:
        return as_pdf(conn, ref, first, at=at, zone=zone)
    except OrderRefused as refusal:
        raise LookupError(f"{ref}: {refusal.code}") from refusal


def _rows(conn: Connection, ref: str) -> tuple[Campaign, list[Row]]:
    campaign = _found(conn, ref)
    return campaign, [row_of(campaign, result) for result in results(conn, ref)]


def _drawn(
    campaign: Campaign, rows: list[Row], *, zone: ZoneInfo, at: datetime
) -> dict[str, bytes]:
    """The files of a report."""
    return {
        "rapport.csv": b"".join(report_csv.spreadsheet(rows, zone=zone)),
        "rapport.pdf": report_pdf.pdf(summary_of(campaign), rows, zone=zone, at=at),
    }


def _packed(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            # Of a fixed date: the same report is the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _found(conn: Connection, ref: str) -> Campaign:
    campaign = campaigns.get(conn, ref)
    if campaign is None:
        raise LookupError(f"{ref} is not kept any more")
    return campaign


def _add_picture(message: EmailMessage, png: bytes, ref: str) -> None:
    page = message.get_body(("html",))
    if page is None:
        return
    tongue = (
        Tongue.EN if '<html lang="en">' in (text := page.get_content()) else Tongue.FR
    )
    cid = f"page1.{ref}@{str(message['Message-ID']).strip('<>').rpartition('@')[2]}"
    tag = picture_tag(cid, PICTURE_WORDS[tongue], WIDTH)
    page.set_content(text.replace(PICTURE_MARK, tag), subtype="html", charset="utf-8")
    page.add_related(
        png, "image", "png", cid=f"<{cid}>", filename="page1.png", disposition="inline"
    )


def _attach(message: EmailMessage, content: bytes, name: str) -> None:
    maintype, subtype = _TYPES[name.rpartition(".")[2]]
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)


_TYPES = {
    "csv": ("text", "csv"),
    "tif": ("image", "tiff"),
    "pdf": ("application", "pdf"),
    "zip": ("application", "zip"),
}
