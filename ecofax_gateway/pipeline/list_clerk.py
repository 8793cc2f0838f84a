"""
The list clerk: reads lists, writes the numbers of drafts, clears what was deleted.

I/O: the store, the process that reads a list.

All of it is work that may be done twice: leased row by row, begun again after a
restart, and stopped between two batches when somebody deletes or changes what it is
about.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import astuple
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..orders.list_reader import Batch, Head, ListReader, Total
from ..store import (
    drafts,
    kept,
    list_reading,
    recipient_choices,
    recipient_lists,
    recipients,
    sifting,
    trunks,
)
from ..store.campaigns import Campaign
from ..store.database import Database
from ..store.drafts import DraftAnswer
from ..store.list_reading import ToRead
from ..store.recipient_choices import ChoiceRow
from ..store.recipients import FaultRow, Placed, Row
from ..store.sifting import Sieve
from . import campaigns
from .recipients import sieve_of
from .routing import Plan, Routing

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Renewed with each batch, and longer than a reader may be silent."""


class ListClerk:
    """
    Does what people left to be done with lists.

    Args:
        db: The store.

        reader: Of lists.

        routing: By which trunks numbers leave.

        node: This one's name.

        clock: Aware UTC.
    """

    def __init__(
        self,
        *,
        db: Database,
        reader: ListReader,
        routing: Routing,
        node: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._db = db
        self._reader = reader
        self._routing = routing
        self._node = node
        self._clock = clock

    async def recover(self) -> None:
        """Offer again what this node had leased in an earlier life."""
        await self._db.tx(_give_back, self._node)

    async def step(self) -> bool:
        """Read one list, or write one draft's numbers, or clear some rows."""
        await self._give_up()
        to_read = await self._db.tx(
            list_reading.claim, node=self._node, now=self._clock(), lease=LEASE
        )
        if to_read is not None:
            await self._read(to_read)
            return True
        choice = await self._db.tx(
            recipient_choices.claim, node=self._node, now=self._clock(), lease=LEASE
        )
        if choice is not None:
            await self._settle(choice)
            return True
        return await self._db.tx(recipient_lists.clear_deleted) > 0

    async def _give_up(self) -> None:
        now = self._clock()
        for list_id in await self._db.read(list_reading.poisoned, now=now):
            await self._db.tx(list_reading.fail, list_id, *_GIVEN_UP, now=now)
        for tried in await self._db.read(recipient_choices.poisoned, now=now):
            await self._db.tx(recipient_choices.fail, tried, *_GIVEN_UP)

    async def _read(self, leased: ToRead) -> None:
        # What an earlier reading wrote.
        while await self._db.tx(recipients.clear, leased.id):
            pass
        content = await self._db.read(_content, leased)
        if content is None:
            return
        written = 0
        try:
            pieces = self._reader.read(content, column=leased.number_column)
            async with aclosing(pieces):
                async for piece in pieces:
                    if not await self._write(leased, piece, written):
                        return
                    if isinstance(piece, Batch):
                        written += len(piece.recipients)
        except OrderRefused as error:
            logger.info("list %d: %s", leased.id, error.code)
            await self._db.tx(
                list_reading.fail,
                leased.id,
                error.for_requester,
                error.code,
                now=self._clock(),
            )

    async def _write(
        self, leased: ToRead, piece: Head | Batch | Total, written: int
    ) -> bool:
        """Write a piece of a list; False: nobody wants it any more."""
        now = self._clock()
        match piece:
            case Head():
                return await self._db.tx(
                    list_reading.note_head,
                    leased,
                    columns=piece.columns,
                    preview=piece.preview,
                    number_column=piece.number_column,
                )
            case Batch():
                return await self._db.tx(
                    list_reading.add_batch,
                    leased,
                    [Row(r.number, r.restricted, r.fields) for r in piece.recipients],
                    first=written + 1,
                    until=now + LEASE,
                )
            case Total():
                logger.info("list %d: %d numbers", leased.id, piece.valid)
                return await self._db.tx(
                    list_reading.finish,
                    leased,
                    {
                        name: getattr(piece, name)
                        for name in ("entries", "valid", "restricted", "duplicates")
                    }
                    | {"invalid": piece.invalid, "reasons": dict(piece.reasons)},
                    [FaultRow(*astuple(fault)) for fault in piece.faults],
                    now=now,
                )

    async def _settle(self, choice: ChoiceRow) -> None:
        ref = choice.campaign
        try:
            draft = await self._db.read(campaigns.found, ref)
            await self._db.read(_ensure_readable, choice)
            sieve = sieve_of(draft, choice, self._clock())
            tally = await self._db.read(sifting.tally, choice, sieve)
            begun = await self._db.tx(
                recipient_choices.begin,
                choice,
                expected=tally.faxed,
                quality=draft.quality,
            )
            if not begun:
                return
            while await self._db.tx(recipient_choices.clear, choice):
                pass
            if await self._write_faxes(choice, draft, sieve):
                await self._db.tx(_finish, choice)
        except OrderRefused as error:
            logger.info("%s: recipients: %s", ref, error.code)
            await self._db.tx(
                recipient_choices.fail, choice, error.for_requester, error.code
            )

    async def _write_faxes(
        self, choice: ChoiceRow, draft: Campaign, sieve: Sieve
    ) -> bool:
        """Write a draft's faxes in batches; False: another choice was made meanwhile."""
        closed = await self._db.read(trunks.closed)
        written = 0
        for place in range(len(choice.lists)):
            after = 0
            while page := await self._db.read(
                sifting.numbers,
                choice,
                sieve,
                place=place,
                after=after,
                limit=drafts.BATCH,
            ):
                numbers = [each.number for each in page]
                plan = await asyncio.to_thread(
                    self._routing.plan, numbers, draft.quality, closed
                )
                now = self._clock()
                if not await self._db.tx(
                    _add_faxes, choice, page, plan, written=written, now=now
                ):
                    return False
                written += len(page)
                after = page[-1].position
        return True


_GIVEN_UP = (
    "Cette liste n'a pas pu être enregistrée : réessayez, ou enregistrez-la au format"
    " CSV.",
    "list-given-up",
)


def _add_faxes(
    conn: Connection,
    choice: ChoiceRow,
    page: Sequence[Placed],
    plan: Plan,
    *,
    written: int,
    now: datetime,
) -> bool:
    """Write some of a draft's faxes; False: another choice was made meanwhile."""
    until = now + LEASE
    is_draft = drafts.lock(conn, choice.campaign) is not None
    if not is_draft or not recipient_choices.hold(
        conn, choice, written=written + len(page), until=until
    ):
        return False
    answer = drafts.add_numbers(
        conn,
        choice.campaign,
        [each.number for each in page],
        trunk=plan.trunk,
        first=written + 1,
        other_trunks=plan.others,
        fields={each.number: each.fields for each in page if each.fields},
        now=now,
    )
    return answer is DraftAnswer.DONE


def _finish(conn: Connection, choice: ChoiceRow) -> None:
    if recipient_choices.finish(conn, choice):
        # What was deleted meanwhile may have been written by half.
        _ensure_readable(conn, choice)


def _ensure_readable(conn: Connection, choice: ChoiceRow) -> None:
    if not recipient_choices.is_readable(conn, choice):
        raise OrderRefused(
            "Une liste de destinataires n'a pas pu être lue, ou n'existe plus :"
            " retirez-la, ou donnez-la de nouveau.",
            code="list-unread",
        )


def _give_back(conn: Connection, node: str) -> None:
    list_reading.give_back(conn, node=node)
    recipient_choices.give_back(conn, node=node)


def _content(conn: Connection, leased: ToRead) -> bytes | None:
    return kept.load(conn, leased.content.inline, leased.content.spool)
