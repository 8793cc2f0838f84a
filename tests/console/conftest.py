"""
Campaigns to look at, in every stage, behind the real site.
"""

from dataclasses import dataclass

import pytest

from bench.past import Counts, write_campaign
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.pipeline import campaigns as operations
from ecofax_gateway.store import campaigns, nodes, preparation
from ecofax_gateway.store.campaigns import Campaign, NewCampaign, NewDocument, Wishes
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.reference import reference
from ecofax_gateway.web.desk import Desk
from tests.console.office import Office
from tests.site import OURS


@dataclass
class Shelf:
    """Puts campaigns into the store of the site."""

    desk: Desk
    made: int = 0

    def ref(self) -> str:
        self.made += 1
        return reference(self.made * 7919)

    async def put(self, name: str, counts: Counts, *, line: str = OURS) -> str:
        """A campaign that was launched, with so many faxes in each state."""
        ref, at = self.ref(), self.desk.clock()
        await self.desk.db.tx(write_campaign, ref, line, name, counts, at=at)
        return ref

    async def draft(
        self, name: str, numbers: int, *, line: str = OURS, **wishes: object
    ) -> str:
        """A draft whose pages are made."""
        ref, now = self.ref(), self.desk.clock()
        new = NewCampaign(
            ref=ref,
            line=line,
            trunk="main",
            source=Source.COMMAND,
            requester=Requester(address="anne@example.net"),
            quality=Quality.PREMIUM,
            documents=(NewDocument(name="a.pdf", content=Content.of(b"a document")),),
            numbers=tuple(f"+3397210{n:04}" for n in range(numbers)),
            draft=True,
            wishes=Wishes(name=name, expected=numbers, **wishes),  # type: ignore[arg-type]
        )
        await self.desk.db.tx(campaigns.create, new, now=now)
        await self.desk.db.tx(preparation.release, ref, page_count=3, now=now)
        return ref

    async def get(self, ref: str) -> Campaign:
        return await self.desk.db.read(operations.found, ref)


@pytest.fixture
def shelf(desk) -> Shelf:
    return Shelf(desk)


@pytest.fixture
async def office(desk) -> Office:
    epoch = await desk.db.tx(nodes.begin, "a", now=desk.clock())
    return Office(desk, epoch)
