"""
One fax to a number, or to a few: an order as console and API take it, without steps.

I/O: the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..domain.document import Document, Quality
from ..domain.errors import OrderRefused
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.order import Cover, Order, Requester, Source
from ..store import campaigns, covers, lines, repeats, trunks
from ..store.campaigns import Creation, NewCampaign, NewDocument
from ..store.database import Database
from .cover import covered
from .drafting import fresh_reference
from .routing import Routing, split_restricted

MAX_NUMBERS = 20
"""More is a campaign, which is looked at before it leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is to be sent."""

    line: str
    "E.164."

    numbers: tuple[FaxNumber, ...]
    "Each once."

    documents: tuple[Document, ...]
    quality: Quality | None = None
    "None: the line's."

    due_at: datetime | None = None
    "None: at once."

    cover: Cover | None = None
    "None: no cover page."

    repeats_allowed: bool = False
    "Also if the same pages went there lately."

    address: str | None = None
    "Whom the replies go to; None: to nobody."


async def send(
    db: Database, routing: Routing, wanted: Sending, *, now: datetime
) -> str:
    """
    Put an order into the store; the running gateway does the rest.

    Returns:
        Its reference; that of a single fax is the same.

    Raises:
        OrderRefused: If something is missing, or the numbers cannot be called.
    """
    line = await db.read(lines.get, wanted.line)
    if line is None:
        raise OrderRefused(f"La ligne {wanted.line} n'existe plus.", code="no-line")
    quality = wanted.quality or line.default_quality
    ensure_sendable(wanted, quality)
    plan = routing.plan(
        [number.e164 for number in wanted.numbers],
        quality,
        await db.read(trunks.closed),
    )
    documents = await _documents(db, line, wanted)
    new = NewCampaign(
        ref=fresh_reference(),
        line=line.number,
        trunk=plan.trunk,
        other_trunks=plan.others,
        source=Source.COMMAND,
        requester=Requester(address=wanted.address),
        quality=quality,
        due_at=wanted.due_at,
        documents=tuple(
            [
                NewDocument(
                    name=each.name,
                    role=each.role,
                    content=await db.keep(each.content),
                )
                for each in documents
            ]
        ),
        numbers=tuple(number.e164 for number in wanted.numbers),
        cover=wanted.cover,
        notes={repeats.ALLOWED: wanted.repeats_allowed},
    )
    if await db.tx(campaigns.create, new, now=now) is Creation.LINE_GONE:
        raise OrderRefused(f"La ligne {wanted.line} n'existe plus.", code="no-line")
    return new.ref


def ensure_sendable(wanted: Sending, quality: Quality) -> None:
    """
    See that there is something to send, to somebody who may be called.

    Raises:
        OrderRefused: Naming what is missing, or the number that is restricted.
    """
    if not wanted.documents and wanted.cover is None:
        raise OrderRefused(
            "Il n'y a rien à faxer : joignez un document, de préférence en PDF.",
            code="no-document",
        )
    if not 0 < len(wanted.numbers) <= MAX_NUMBERS:
        raise OrderRefused(
            f"Un envoi simple va à un numéro, ou à {MAX_NUMBERS} au plus. Au-delà,"
            " créez une campagne.",
            code="how-many-numbers",
        )
    _, restricted = split_restricted(wanted.numbers, quality)
    if restricted:
        raise OrderRefused(
            f"Le numéro {restricted[0]} est surtaxé ou étranger : il demande la qualité"
            " « meilleure ».",
            code="restricted-numbers",
        )


async def _documents(
    db: Database, line: FaxLine, wanted: Sending
) -> Sequence[Document]:
    """What is printed, the cover page first."""
    if wanted.cover is None:
        return wanted.documents
    template = await db.read(covers.template_of, line.number)
    order = Order(
        line_number=FaxNumber(line.number),
        password="",
        numbers=wanted.numbers,
        documents=wanted.documents,
        cover=wanted.cover,
    )
    return covered(order, line, template)
