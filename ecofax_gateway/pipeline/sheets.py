"""
Pages as they leave: the documents of a fax in one file, a tag line on every page.

I/O: reads the store. What is composed depends on the arguments alone, so that the
pages of any call can be made again, bit for bit, to prove what was sent.
"""

import functools
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from converters import fax_file

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.page_choice import NotAChoice, chosen_pages
from ..store import campaigns, covers, faxes, lines, opt_outs, preparation
from .personal import Personal, personal

MAX_DOTS = 100
"""More attempts than that look like the hundredth."""

MAX_NAME_BESIDE_CODE = 25
"""Characters of a line's name where an opt-out code stands too: the whole tag line then
fits, and the code, without which it is worth nothing, is never shortened."""


def tag_line(
    line: FaxLine,
    at: datetime,
    zone: ZoneInfo,
    *,
    page: int,
    of: int,
    first_page: int,
    opt_out: str | None = None,
) -> str:
    """
    What stands on top of a page: when, from whom, which page.

    Args:
        at: When the call got its channel; shown in *zone*.

        first_page: Of this call; above 1 the pages continue an earlier one, which the
            reader is told.

        opt_out: The recipient's code, with which he asks for no more faxes.

    Standards:
        47 CFR 68.318(d), and French usage: date and time, sender, number on each page
    """
    name = line.printed_name
    if opt_out and len(name) > MAX_NAME_BESIDE_CODE:
        name = name[: MAX_NAME_BESIDE_CODE - 1] + "…"
    sender = f"{name} {FaxNumber(line.number)}".strip()
    continued = "(suite) " if first_page > 1 else ""
    code = f" Ne plus recevoir: {opt_out}" if opt_out else ""
    when = f"{at.astimezone(zone):%d/%m/%Y %H:%M}"
    return f"{when} {sender} {continued}p. {page}/{of}{code}"


def compose(
    documents: list[bytes],
    *,
    line: FaxLine,
    at: datetime,
    zone: ZoneInfo,
    first_page: int,
    vertical_dpi: int,
    opt_out: str | None = None,
    attempt: int = 1,
    drawn: Personal | None = None,
) -> bytes:
    """
    The file that a call sends: pages *first_page* to the last, tag lines stamped.

    Each attempt after the first has a dot more in the first row of its pages.
    libspandsp loses a page of exactly k * 65536 coded octets, which is seen and tried
    again; the dot makes sure that it has another length then.

    Args:
        drawn: What its recipient alone reads; None: nothing.
    """
    return fax_file.compose(
        documents,
        tag=lambda page, of: tag_line(
            line,
            at,
            zone,
            page=page,
            of=of,
            first_page=first_page,
            opt_out=opt_out,
        ),
        first_page=first_page,
        vertical_dpi=vertical_dpi,
        dots=min(attempt - 1, MAX_DOTS),
        draw=None
        if drawn is None
        else functools.partial(drawn.draw, at=at, zone=zone, vertical_dpi=vertical_dpi),
    )


def document_pages(conn: Connection, campaign: str, quality: Quality) -> list[bytes]:
    """The pages of each document of a campaign, in order, without tag lines."""
    made = []
    for document in preparation.documents(conn, campaign):
        found = preparation.find_pages(conn, document.sha256, quality.vertical_dpi)
        if found is None:
            raise LookupError(f"{campaign}: pages of {document.name!r} are not kept")
        made.append((document.role, found))
    counts = [(role, pages.count) for role, pages in made]
    chosen = chosen_pages(counts, preparation.page_choice(conn, campaign))
    return [
        pages.tiff
        if len(numbers) == pages.count
        else fax_file.only(pages.tiff, numbers)
        for (_, pages), numbers in zip(made, chosen, strict=True)
        if numbers
    ]


def page_count(conn: Connection, campaign: str, counts: Sequence[int]) -> int:
    """
    How many pages a campaign sends of its documents.

    Args:
        counts: Pages of each document, in order.

    Raises:
        OrderRefused: If a page was asked for that none of them has.
    """
    roles = [document.role for document in preparation.documents(conn, campaign)]
    choice = preparation.page_choice(conn, campaign)
    try:
        chosen = chosen_pages(list(zip(roles, counts, strict=True)), choice)
    except NotAChoice as error:
        raise OrderRefused(
            f"La ligne « pages:{choice} » de votre message {error}. Corrigez-la, ou"
            " retirez-la pour envoyer toutes les pages.",
            code="no-such-page",
        ) from error
    return sum(len(numbers) for numbers in chosen)


def personal_of(
    conn: Connection, fax_ref: str, line: FaxLine, quality: Quality
) -> Personal | None:
    """
    What is drawn on the pages of one fax; None if they are everybody's.

    Raises:
        LookupError: If there is no such fax, or its cover page is not kept.
    """
    recipient = covers.drawn_on(conn, fax_ref)
    if recipient is None:
        raise LookupError(f"no fax {fax_ref}")
    return personal(conn, recipient, line, quality)


def coarser(documents: list[bytes], quality: Quality) -> list[tuple[int, list[bytes]]]:
    """
    The documents in every resolution that a far end may ask for, finest first.

    A machine that cannot print what was asked gets rows joined two by two, the dark
    one winning, rather than a second call.
    """
    ladder = [(quality.vertical_dpi, documents)]
    for dpi in (196, 98):
        if dpi < quality.vertical_dpi:
            joined = [fax_file.coarser(each, vertical_dpi=dpi) for each in documents]
            ladder.append((dpi, joined))
    return ladder


def pages_of_attempt(
    conn: Connection, fax_ref: str, n: int, *, zone: ZoneInfo
) -> bytes:
    """
    Make the pages of one call again, as they were sent.

    Raises:
        LookupError: If there is no such call, or retention has taken its pages.
    """
    fax = faxes.get(conn, fax_ref)
    attempt = {each.n: each for each in faxes.attempts(conn, fax_ref)}.get(n)
    if fax is None or attempt is None or attempt.started_at is None:
        raise LookupError(f"{fax_ref}: no call number {n}")
    campaign = campaigns.get(conn, fax.campaign)
    line = lines.as_of(conn, fax.line, attempt.claimed_at)
    if campaign is None or line is None:
        raise LookupError(f"{fax_ref}: its line is gone")
    documents = document_pages(conn, fax.campaign, campaign.quality)
    sent_dpi = attempt.vertical_dpi or campaign.quality.vertical_dpi
    ladder = dict(coarser(documents, campaign.quality))
    return compose(
        ladder[sent_dpi],
        line=line,
        at=attempt.claimed_at,
        zone=zone,
        first_page=attempt.first_page,
        vertical_dpi=sent_dpi,
        opt_out=opt_outs.code_of(conn, fax_ref),
        attempt=n,
        drawn=personal_of(conn, fax_ref, line, campaign.quality),
    )
