"""
A draft as every step of a new campaign shows it.

I/O: the store.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from ...domain.principal import Principal
from ...pipeline import drafting
from ...pipeline.drafting import Lack, Step
from ...store import drafts
from ...store.campaigns import Campaign
from ...web.access import campaign_of
from ...web.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A campaign that is being put together, and what it lacks."""

    campaign: Campaign
    lacks: list[Lack]
    touched_at: datetime | None
    "When it was changed last; None: never since it was created."

    @property
    def version(self) -> str:
        """In addresses of its pictures: what changes has another address."""
        touched = int(self.touched_at.timestamp() * 1_000_000) if self.touched_at else 0
        return f"{self.campaign.edition}-{touched}"

    @property
    def ref(self) -> str:
        """The campaign's reference."""
        return self.campaign.ref

    @property
    def done(self) -> Collection[Step]:
        """The steps that lack nothing."""
        return set(Step) - {lack.step for lack in self.lacks} - {Step.CHECK}


async def draft_of(desk: Desk, principal: Principal, ref: str) -> Draft:
    """
    Give a draft of his.

    Raises:
        NotFound: If there is no such campaign, or it is another line's.
        OrderRefused: If it is no draft any more.
    """
    return await desk.db.read(look, principal, ref, now=desk.clock())


def look(conn: Connection, principal: Principal, ref: str, *, now: datetime) -> Draft:
    """Do `draft_of` in the caller's transaction."""
    campaign_of(conn, principal, ref)
    campaign = drafting.draft(conn, ref)
    return Draft(
        campaign=campaign,
        lacks=drafting.lacks(conn, campaign, now=now),
        touched_at=drafts.touched_at(conn, ref),
    )


def ensure(conn: Connection, principal: Principal, ref: str) -> Campaign:
    """Give the campaign of a draft of his that is about to be changed; see `draft_of`."""
    campaign_of(conn, principal, ref)
    return drafting.draft(conn, ref)


def address(ref: str, step: Step | str) -> str:
    """Where a step is shown."""
    return f"/campaigns/{ref}/edit/{step}"


def go(ref: str, step: Step | str, done: str = "") -> RedirectResponse:
    """Go to a step; it says in a sentence what was done."""
    query = f"?done={done}" if done else ""
    return RedirectResponse(address(ref, step) + query, 303)
