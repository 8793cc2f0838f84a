"""
mail -> order -> documents -> pages -> faxes.

I/O: the store and the converters.

Two claims, so that a list of 2000 numbers is visible before its document is converted:
`Ordering` turns a mail into a campaign whose faxes wait; `Rendering` makes its pages
and lets them go. Either may die at any line and is done again from the start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from converters.contract import ConversionFailed, Rendered
from converters.workshop import Workshop

from ..domain.document import DocumentRole, Quality
from ..domain.errors import MalformedMessage, OrderRefused
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.order import Order, Requester, Source
from ..domain.trust import Network
from ..log import about
from ..mail.message import Mail
from ..mail.reader import ReaderUnavailable
from ..orders.opt_out import codes, is_opt_out
from ..orders.ordering import order_of, requester_of
from ..replies.facts import CampaignFacts
from ..store import (
    campaigns,
    covers,
    draft_documents,
    mails,
    objections,
    preparation,
    repeats,
    trunks,
)
from ..store.campaigns import Creation, NewCampaign, NewDocument
from ..store.database import Database
from ..store.draft_documents import Fault
from ..store.mails import MailRow
from ..store.preparation import DocumentRow, ToPrepare
from . import sheets
from .addressee import addressee, handover_of
from .answer import Answer, OnlyRestricted
from .answering import Answering
from .cover import covered
from .credentials import BAD_CREDENTIALS, Credentials
from .personal import check
from .routing import Routing, split_restricted
from .worker import Bell

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=30)
"Longer than the longest conversion; a restart of the node frees its leases at once."

OFFICE_PAUSES = (2.0, 10.0, 30.0)
"Seconds between tries when LibreOffice does not start: our fault, not the document's."

READER_PAUSE_S = 5.0
"Between two tries to have a process that reads mails: no mail's fault either."

POISONED = OrderRefused(
    "Votre message n'a pas pu être traité malgré plusieurs essais."
    " Renvoyez le document au format PDF.",
    code="poisoned",
)
UNREADABLE = OrderRefused(
    "Votre message n'a pas pu être lu : il est trop complexe ou endommagé."
    " Écrivez un nouveau message et joignez-y le document, de préférence en PDF.",
    code="unreadable",
)


class Ordering:
    """
    Turns accepted mails into campaigns, or into the answer that says why not.

    Args:
        db: The store.

        node: Holds the leases.

        read: Reads a mail's bytes; `MailReader.read`.

        credentials: Checks line and password.

        answered: Networks whose mail is answered though nothing proves its sender.

        routing: By which trunk each fax will leave.

        zone: Of dates in mails.

        own_domains: Mail from them is never answered: it would come back to us.

        answer: Puts replies into the outbox.

        clock: Aware UTC.

        bell: Rung when there is something to render.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        read: Callable[[bytes], Awaitable[Mail]],
        credentials: Credentials,
        answered: Sequence[Network] = (),
        routing: Routing,
        zone: ZoneInfo,
        own_domains: tuple[str, ...],
        answer: Answer,
        clock: Callable[[], datetime],
        bell: Bell,
    ) -> None:
        self._db = db
        self._node = node
        self._read = read
        self._credentials = credentials
        self._answered = answered
        self._routing = routing
        self._zone = zone
        self._own_domains = own_domains
        self._answer = answer
        self._clock = clock
        self._bell = bell
        self._answering = Answering(
            db=db, routing=routing, zone=zone, answer=answer, clock=clock
        )

    async def step(self) -> bool:
        """One mail."""
        now = self._clock()
        for ref in await self._db.read(mails.poisoned, now=now):
            logger.error("%s: given up after several tries", ref)
            lost = await self._db.read(mails.get, ref)
            assert lost is not None
            requester = Requester(address=lost.envelope_from or None)
            await self._refuse(ref, self._told(requester, lost), POISONED)
        mail = await self._db.tx(
            mails.claim_mail, node=self._node, now=now, lease=LEASE
        )
        if mail is None:
            return False
        with about(mail.ref):
            try:
                await self._order(mail)
            except ReaderUnavailable as error:
                logger.error("%s Mails wait until it does.", error)
                await self.recover()
                await asyncio.sleep(READER_PAUSE_S)
                return False
            if mail.spool is not None:
                await asyncio.to_thread(self._db.spool.remove, mail.spool)
        return True

    async def recover(self) -> None:
        """After a fault of the store: give back what was leased and not ordered."""
        await self._db.tx(mails.give_back, node=self._node)

    async def _order(self, mail: MailRow) -> None:
        requester = Requester(address=mail.envelope_from or None)
        try:
            parsed = await self._parse(mail)
            requester = requester_of(
                parsed, mail.envelope_from, own_domains=self._own_domains
            )
            if is_opt_out(mail.recipients):
                told = self._told(requester, mail)
                await self._opt_out(mail.ref, told, codes(parsed))
                return
            if await self._answering.take(mail, parsed, requester):
                self._bell.ring()
                return
            order = await asyncio.to_thread(
                order_of,
                parsed,
                recipients=mail.recipients,
                now=mail.received_at,
                zone=self._zone,
                has_login=mail.login is not None,
            )
            by = handover_of(mail, parsed)
            line = await self._credentials.line_of(order, by)
            await self._create(mail, self._told(requester, mail), order, line)
        except OrderRefused as refusal:
            await self._refuse(mail.ref, self._told(requester, mail), refusal)

    def _told(self, requester: Requester, mail: MailRow) -> Requester:
        told = addressee(requester, mail, answered=self._answered)
        if told.address is None and requester.address is not None:
            logger.info(
                "no reply by mail: nothing proves the sender; if it is a machine of the"
                " house, see trust.answer_networks"
            )
        return told

    async def _opt_out(self, ref: str, requester: Requester, found: list[str]) -> None:
        number = await self._db.tx(
            self._write_opt_out, ref, requester, found, now=self._clock()
        )
        logger.info("opt-out: %s", "done" if number else "no such code")
        self._answer.bell.ring()

    def _write_opt_out(
        self,
        conn: Connection,
        ref: str,
        requester: Requester,
        found: list[str],
        *,
        now: datetime,
    ) -> FaxNumber | None:
        if not mails.mark_refused(conn, ref, "opt-out", now=now):
            return None
        source = requester.address or "mail"
        for code in found:
            done = objections.opt_out(conn, code, source=source, now=now)
            if done is not None:
                number, line = FaxNumber(done[0]), FaxNumber(done[1])
                self._answer.opted_out(conn, ref, requester, number, line, now=now)
                return number
        self._answer.opted_out(conn, ref, requester, None, None, now=now)
        return None

    async def _parse(self, mail: MailRow) -> Mail:
        raw = await self._db.read(mails.body, mail.ref) or b""
        try:
            return await self._read(raw)
        except MalformedMessage as error:
            logger.warning("unreadable: %s", error)
            raise UNREADABLE from error

    async def _create(
        self, mail: MailRow, requester: Requester, order: Order, line: FaxLine
    ) -> None:
        quality = order.quality or line.default_quality
        allowed, restricted = split_restricted(order.numbers, quality)
        if not allowed:
            facts = CampaignFacts(
                reference=mail.ref,
                documents=tuple(document.name for document in order.documents),
                line=order.line_number,
                pages=0,
                quality=quality,
                zone=self._zone,
                lines=order.lines,
            )
            raise OnlyRestricted(facts, restricted)
        numbers, unserved = self._routing.served(allowed, quality)
        plan = self._routing.plan(numbers, quality, await self._db.read(trunks.closed))
        template = await self._db.read(covers.template_of, line.number)
        new = NewCampaign(
            ref=mail.ref,
            line=line.number,
            trunk=plan.trunk,
            other_trunks=plan.others,
            source=Source.MAIL,
            mail_ref=mail.ref,
            requester=requester,
            quality=quality,
            due_at=order.due_at,
            documents=tuple(
                [
                    NewDocument(
                        name=each.name,
                        role=each.role,
                        content=await self._db.keep(each.content),
                    )
                    for each in covered(order, line, template)
                ]
            ),
            numbers=tuple(numbers),
            fields=order.fields,
            cover=order.cover,
            page_choice=order.page_choice,
            warnings=(*order.warnings, *map(unserved_warning, unserved)),
            notes=notes_of(order, restricted),
        )
        created = await self._db.tx(self._write_campaign, new, now=self._clock())
        if created is Creation.LINE_GONE:
            raise BAD_CREDENTIALS
        logger.info(
            "order: %d documents to %d numbers, %s",
            len(new.documents),
            len(new.numbers),
            created,
        )
        self._bell.ring()
        self._answer.bell.ring()

    def _write_campaign(
        self, conn: Connection, new: NewCampaign, *, now: datetime
    ) -> Creation:
        created = campaigns.create(conn, new, now=now)
        if created is Creation.CREATED:
            self._answer.warn(conn, new, now=now)
        return created

    async def _refuse(
        self, ref: str, requester: Requester, refusal: OrderRefused
    ) -> None:
        logger.info("refused: %s", refusal.code)
        await self._db.tx(
            self._write_refusal, ref, requester, refusal, now=self._clock()
        )
        self._answer.bell.ring()

    def _write_refusal(
        self,
        conn: Connection,
        ref: str,
        requester: Requester,
        refusal: OrderRefused,
        *,
        now: datetime,
    ) -> None:
        if mails.mark_refused(conn, ref, refusal.code, now=now):
            self._answer.refuse(conn, ref, requester, refusal, now=now)


@dataclass(frozen=True, slots=True)
class Made:
    """One document's pages."""

    name: str
    count: int
    warnings: tuple[str, ...]


class Rendering:
    """
    Makes the pages of campaigns and lets their faxes go.

    Args:
        db: The store.

        node: Holds the leases.

        workshop: Turns documents into pages.

        answer: Puts replies into the outbox.

        repeat_window: How long ago the same pages may have gone to the same number
            for a fax to be held; nought: none is.

        clock: Aware UTC.

        bell: Rung when faxes may be due.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        workshop: Workshop,
        answer: Answer,
        repeat_window: timedelta = repeats.WINDOW,
        clock: Callable[[], datetime],
        bell: Bell,
    ) -> None:
        self._db = db
        self._repeat_window = repeat_window
        self._node = node
        self._workshop = workshop
        self._answer = answer
        self._clock = clock
        self._bell = bell
        self._under_way: set[str] = set()

    async def step(self) -> bool:
        """One campaign."""
        now = self._clock()
        for ref in await self._db.read(preparation.poisoned, now=now):
            await self._fail(ref, [fault_of(POISONED)])
        todo = await self._db.tx(
            preparation.claim_preparation, node=self._node, now=now, lease=LEASE
        )
        if todo is None:
            return False
        self._under_way.add(todo.ref)
        try:
            with about(todo.ref):
                await self._render(todo)
        finally:
            self._under_way.discard(todo.ref)
        return True

    async def recover(self) -> None:
        """After a fault of the store: give back what was leased and is not rendered."""
        known = frozenset(self._under_way)
        await self._db.tx(preparation.give_back, node=self._node, known=known)

    async def _render(self, todo: ToPrepare) -> None:
        results = await asyncio.gather(
            *(self._pages(document, todo.quality) for document in todo.documents)
        )
        made = [one for one in results if isinstance(one, Made)]
        refused = [one for one in results if isinstance(one, Fault)]
        if refused:
            await self._fail(todo.ref, refused, edition=todo.edition)
            return
        try:
            released = await self._db.tx(
                self._write_release, todo, made, now=self._clock()
            )
        except OrderRefused as refusal:
            logger.info("refused: %s", refusal.code)
            await self._fail(todo.ref, [fault_of(refusal)], edition=todo.edition)
            return
        if released is None:
            # Old pages of the same document, which retention took in this moment.
            logger.info("pages were forgotten meanwhile; they are made again")
            await self._db.tx(preparation.offer_again, todo.ref, node=self._node)
            return
        logger.info("%d pages, %d faxes", sum(one.count for one in made), released)
        self._bell.ring()
        self._answer.bell.ring()

    async def _pages(self, document: DocumentRow, quality: Quality) -> Made | Fault:
        """The pages of one document: those that were made before, or new ones."""
        dpi = quality.vertical_dpi
        known = await self._db.read(preparation.find_pages, document.sha256, dpi)
        if known is not None:
            return Made(document.name, known.count, known.warnings)
        content = await self._db.read(preparation.document_bytes, document.id)
        if content is None:
            # Taken out of its draft meanwhile: nobody listens to this edition any more.
            return fault_of(POISONED)
        try:
            if document.role is DocumentRole.COVER:
                rendered = await self._workshop.render_cover(content, vertical_dpi=dpi)
            else:
                rendered = await self._patiently_render(content, document.name, dpi)
        except ConversionFailed as failure:
            logger.info("a document cannot be converted: %s", failure.code)
            return Fault(
                document=document.name,
                code=failure.code,
                sentence=failure.for_requester,
            )
        await self._db.tx(
            preparation.rendered,
            document.sha256,
            dpi,
            await self._db.keep(rendered.tiff),
            count=rendered.pages,
            warnings=rendered.warnings,
            places=[place.as_json for place in rendered.places],
            now=self._clock(),
        )
        return Made(document.name, rendered.pages, rendered.warnings)

    async def _patiently_render(self, content: bytes, name: str, dpi: int) -> Rendered:
        """Give our own converters time to come back before a requester is bothered."""
        for pause in OFFICE_PAUSES:
            try:
                return await self._workshop.render(content, name, vertical_dpi=dpi)
            except ConversionFailed as failure:
                if failure.code != "office-unavailable":
                    raise
            await asyncio.sleep(pause)
        return await self._workshop.render(content, name, vertical_dpi=dpi)

    def _write_release(
        self, conn: Connection, todo: ToPrepare, made: list[Made], *, now: datetime
    ) -> int | None:
        """How many faxes went; None: some of the pages are not kept any more."""
        ref = todo.ref
        if not preparation.is_edition(conn, ref, todo.edition):
            return 0
        if not preparation.holds_pages(conn, ref, todo.quality.vertical_dpi):
            return None
        check(conn, ref)
        released = preparation.release(
            conn,
            ref,
            page_count=sheets.page_count(conn, ref, [one.count for one in made]),
            warnings=[
                f"« {one.name} » : {warning}"
                for one in made
                for warning in one.warnings
            ],
            now=now,
            repeat_window=self._repeat_window,
        )
        if released:
            self._answer.accept(conn, ref, now=now)
        self._answer.ask_about_repeats(conn, ref, now=now)
        return released

    async def _fail(
        self, ref: str, faults: list[Fault], *, edition: int | None = None
    ) -> None:
        await self._db.tx(
            self._write_failure, ref, faults, edition=edition, now=self._clock()
        )
        self._answer.bell.ring()

    def _write_failure(
        self,
        conn: Connection,
        ref: str,
        faults: list[Fault],
        *,
        edition: int | None,
        now: datetime,
    ) -> None:
        if edition is not None and not preparation.is_edition(conn, ref, edition):
            return
        if draft_documents.note_faults(conn, ref, faults):
            return
        campaign = campaigns.get(conn, ref)
        sentences = [
            f"« {one.document} » : {one.sentence}" if one.document else one.sentence
            for one in faults
        ]
        if campaign and preparation.fail_preparation(
            conn, ref, " ".join(sentences).replace("\n", " "), now=now
        ):
            refusal = OrderRefused("\n".join(sentences), code=faults[0].code)
            self._answer.refuse(conn, ref, campaign.requester, refusal, now=now)


def fault_of(refusal: OrderRefused) -> Fault:
    """What is wrong with an order as a whole, as a fault of its documents."""
    return Fault(document="", code=refusal.code, sentence=refusal.for_requester)


def unserved_warning(number: FaxNumber) -> str:
    """What is said of a number of an order that no trunk serves."""
    return (
        f"Le numéro {number} est laissé de côté : aucun opérateur téléphonique n'est"
        " prévu pour cette destination dans cette qualité."
    )


def notes_of(order: Order, restricted: list[FaxNumber]) -> dict[str, Any]:
    """What the replies will have to name, as plain values for the store."""
    named = dict.fromkeys([*order.duplicates, *restricted])
    return {
        "ignored": list(order.ignored),
        "duplicates": [number.e164 for number in order.duplicates],
        "restricted": [number.e164 for number in restricted],
        "bad_numbers": [asdict(bad) for bad in order.bad_numbers],
        "lines": [
            {"number": number.e164, "lines": list(order.lines[number.e164])}
            for number in named
            if number.e164 in order.lines
        ],
        repeats.ALLOWED: order.repeats_allowed,
    }
