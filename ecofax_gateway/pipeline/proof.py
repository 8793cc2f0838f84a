"""
The proof of a fax: the pages that the far end confirmed, as they were sent.

I/O: reads the store.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from converters.tiff_f import CodedPage, read, write

from ..domain.language import Tongue
from ..domain.number import FaxNumber
from ..replies.wording import Words
from ..store import campaigns, faxes
from ..store.faxes import Attempt, Fax
from . import sheets
from .proof_pdf import ProvedPage, proof_pdf


def as_pdf(conn: Connection, fax: Fax, tongue: Tongue, *, zone: ZoneInfo) -> bytes:
    """
    Put the confirmed pages into a PDF, each stamped with when, where and to whom.

    Raises:
        LookupError: If no page was confirmed, or they are not kept any more.
    """
    campaign = campaigns.get(conn, fax.campaign)
    if campaign is None:
        raise LookupError(f"{fax.campaign} is not kept any more")
    words = Words(tongue)
    whose = words.say(
        "proof",
        "fax",
        reference=fax.ref,
        line=FaxNumber(fax.line),
        number=FaxNumber(fax.number),
        confirmed=words.counted(fax.pages_confirmed, "confirmed"),
    )
    proved = [
        ProvedPage(
            page=page,
            stamp=(_how(words, call, number, campaign.pages, zone), whose),
        )
        for call, number, page in _confirmed(conn, fax, zone)
    ]
    if not proved:
        raise LookupError(f"{fax.ref}: no page was confirmed")
    return proof_pdf(proved, title=words.say("proof", "title", reference=fax.ref))


def as_tiff(conn: Connection, fax: Fax, *, zone: ZoneInfo) -> bytes:
    """
    Put the confirmed pages into a TIFF-F, as they were coded for the call.

    Raises:
        LookupError: See `as_pdf`.
    """
    pages = [page for _, _, page in _confirmed(conn, fax, zone)]
    if not pages:
        raise LookupError(f"{fax.ref}: no page was confirmed")
    return write(pages)


def _confirmed(
    conn: Connection, fax: Fax, zone: ZoneInfo
) -> Iterator[tuple[Attempt, int, CodedPage]]:
    """The pages of each call that were confirmed in it, with their numbers."""
    for call in faxes.attempts(conn, fax.ref):
        if not call.pages_confirmed or call.ended_at is None:
            continue
        sent = read(sheets.pages_of_attempt(conn, fax.ref, call.n, zone=zone))
        for number, page in enumerate(sent[: call.pages_confirmed], call.first_page):
            yield call, number, page


def _how(
    words: Words, call: Attempt, number: int, pages: int | None, zone: ZoneInfo
) -> str:
    """What is stamped under a page of the call that confirmed it."""
    assert call.ended_at is not None
    remote_id = " ".join((call.remote_id or "").split())
    return words.say(
        "proof",
        "page" if remote_id else "page-unnamed",
        page=number,
        pages=pages,
        remote_id=remote_id,
        time=words.local_time(call.ended_at, zone),
    )
