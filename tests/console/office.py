"""
A gateway that calls when it is told to, behind the real site.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from converters.tiff_f import encode
from ecofax_gateway.domain.document import Document, Quality
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Ask, Decision, Done, GiveUp
from ecofax_gateway.pipeline.sending import Sending, send
from ecofax_gateway.store import calls, claims, faxes, preparation
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.faxes import Fax
from ecofax_gateway.web.desk import Desk
from tests.site import OURS

NUMBER = "+33972101010"
PAGES = 2

End = tuple[Outcome, Decision]
DELIVERED: End = (
    Outcome(
        ending=Ending.DELIVERED,
        pages_confirmed=PAGES,
        remote_id="+33 9 72 10 10 10",
        vertical_dpi=196,
    ),
    Done(),
)
BUSY: End = (Outcome(ending=Ending.BUSY, detail="486"), GiveUp(Ending.BUSY))
BROKEN_OFF: End = (Outcome(ending=Ending.BROKEN_OFF, pages_confirmed=1), Ask())


class Office:
    """
    Sends faxes of two pages, their left half black.

    Args:
        desk: Of the site.

        epoch: Of the node "a".
    """

    def __init__(self, desk: Desk, epoch: int) -> None:
        self.desk = desk
        self._epoch = epoch

    async def do(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await self.desk.db.tx(fn, *args, now=self.desk.clock(), **kwargs)

    async def ordered(self, *, line: str = OURS, number: str = NUMBER) -> str:
        """One whose pages are not made yet."""
        wanted = Sending(
            line=line,
            numbers=(FaxNumber(number),),
            documents=(Document(name="devis.pdf", content=number.encode()),),
            quality=Quality.PREMIUM,
            address="anne@example.net",
        )
        routing, now = self.desk.routing, self.desk.clock()
        return await send(self.desk.db, routing, wanted, now=now)

    async def queued(self, *, line: str = OURS, number: str = NUMBER) -> str:
        """One that may be called."""
        ref = await self.ordered(line=line, number=number)
        [document] = await self.desk.db.read(preparation.documents, ref)
        ink = np.zeros((2286, 1728), dtype=np.bool_)
        ink[200:, :864] = True
        tiff = Content.of(encode([ink] * PAGES, vertical_dpi=196))
        await self.do(preparation.rendered, document.sha256, 196, tiff, count=PAGES)
        await self.do(
            preparation.release,
            ref,
            page_count=PAGES,
            repeat_window=self.desk.repeat_window,
        )
        return ref

    async def called(self, end: End, *, line: str = OURS, number: str = NUMBER) -> str:
        """One whose only call ended so."""
        ref = await self.queued(line=line, number=number)
        [claimed] = await self.do(claims.claim, node="a", epoch=self._epoch, limit=1)
        assert claimed.ref == ref
        await self.do(calls.intend, claimed, pages_sha256="x")
        await self.do(calls.finish, claimed, *end)
        await self.do(self.desk.answer.after_call, ref)
        return ref

    async def fax(self, ref: str) -> Fax:
        found = await self.desk.db.read(faxes.get, ref)
        assert found is not None
        return found

    async def state(self, ref: str) -> FaxState:
        return (await self.fax(ref)).state

    async def after_the_call(self) -> None:
        """Until the channel of a lost call is free again."""
        self.desk.clock.forward(minutes=5)  # type: ignore[attr-defined]
