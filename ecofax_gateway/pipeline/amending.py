"""
What the wishes of an answer do to an order: end it, send it again, change it.

I/O: the database, through the caller's transaction.

An order whose date or quality changes is ended and made anew from its own documents:
the way that every order goes, with its checks, its pages and its quota, and no second
way beside it. The new one says which one it replaces.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.campaign import Relation
from ..domain.errors import OrderRefused
from ..domain.fax import FINAL, FaxState
from ..orders.answering import Verb, Wishes
from ..orders.dates import NotADate, parse_due
from ..replies.answered import Done
from ..store import campaigns as store
from ..store import departures, faxes, repeats
from ..store.campaigns import Campaign
from ..store.drafts import Changes
from ..store.reference import reference
from . import campaigns
from .answer import Answer
from .routing import Routing


@dataclass(frozen=True, slots=True)
class Amender:
    """
    Changes orders as their requesters ask.

    Args:
        routing: By which trunk a fax leaves in another quality.

        zone: Of dates in mails.

        answer: Puts replies into the outbox.
    """

    routing: Routing
    zone: ZoneInfo
    answer: Answer

    def amend(
        self,
        conn: Connection,
        campaign: Campaign,
        wishes: Wishes,
        *,
        message_id: str | None,
        now: datetime,
    ) -> Done | None:
        """
        Do to an order what an answer asks for.

        Args:
            message_id: Of the answer: what is told of a new order goes under it.

        Returns:
            What it came to; None if another reply tells: the last one of an order that
            ended, or the acknowledgement of a new one.

        Raises:
            OrderRefused: If it cannot be; undo the transaction then.
        """
        if wishes.mistakes:
            raise OrderRefused("\n".join(wishes.mistakes), code="bad-answer")
        if wishes.is_empty:
            return Done.NOT_UNDERSTOOD
        if wishes.is_contradictory:
            return Done.CONTRADICTION
        if Verb.CANCEL in wishes.verbs:
            return self._cancel(conn, campaign, now)
        if Verb.RESUME in wishes.verbs:
            campaigns.resume(conn, campaign.ref, now=now)
            return Done.RESUMED
        changes = self._changes(wishes, message_id, now)
        if Verb.RESEND in wishes.verbs:
            self._resend(conn, campaign, changes, now)
            return None
        if wishes.repeats:
            return self._release(conn, campaign, now)
        return self._replace(conn, campaign, changes, now)

    def _changes(
        self, wishes: Wishes, message_id: str | None, now: datetime
    ) -> Changes:
        due_at = None
        if wishes.due is not None:
            try:
                due_at = parse_due(wishes.due, now=now, zone=self.zone).at_utc
            except NotADate as error:
                raise OrderRefused(str(error), code="bad-date") from None
        return Changes(
            quality=wishes.quality,
            # What was meant for a moment ago leaves at once.
            due_at=_still_to_come(due_at, now),
            is_at_once=due_at is not None and due_at <= now,
            message_id=message_id,
        )

    def _cancel(
        self, conn: Connection, campaign: Campaign, now: datetime
    ) -> Done | None:
        if campaign.finished_at is not None:
            return Done.OVER
        done = campaigns.stop(conn, campaign.ref, self.answer, now=now)
        return Done.HANGING_UP if done.hanging_up else None

    def _resend(
        self, conn: Connection, campaign: Campaign, changes: Changes, now: datetime
    ) -> None:
        # Who may have it already gets it again only if nobody else failed: a person
        # who answers « renvoie » to a broken call means that one.
        campaigns.resend(
            conn,
            campaign.ref,
            reference(secrets.randbits(64)),
            self.answer,
            with_unknown=not campaign.counts.get(FaxState.FAILED),
            changes=changes,
            routing=self.routing,
            now=now,
        )

    def _release(self, conn: Connection, campaign: Campaign, now: datetime) -> Done:
        found = repeats.release(conn, campaign.ref, now=now)
        for ref in sorted(found):
            departures.let_go(conn, ref, now=now)
        return Done.RELEASED if found else Done.NOTHING_HELD

    def _replace(
        self, conn: Connection, campaign: Campaign, changes: Changes, now: datetime
    ) -> Done | None:
        if campaign.finished_at is not None:
            return Done.OVER
        begun = any(campaign.counts.get(state) for state in {*FINAL, FaxState.DIALING})
        if begun or faxes.was_called(conn, campaign.ref):
            return Done.UNDER_WAY
        new = reference(secrets.randbits(64))
        campaigns.copy(conn, campaign.ref, new, relation=Relation.REPLACEMENT, now=now)
        # Nobody is told that it ended: the new one says so.
        store.cancel(conn, campaign.ref, now=now)
        store.finish_if_all_final(conn, campaign.ref, now=now)
        if changes.due_at is None and not changes.is_at_once:
            changes = replace(changes, due_at=_still_to_come(campaign.due_at, now))
        campaigns.edit(conn, new, changes, now=now)
        campaigns.reroute(conn, new, self.routing)
        campaigns.launch(conn, new, self.answer, now=now)
        return None


def _still_to_come(due_at: datetime | None, now: datetime) -> datetime | None:
    return due_at if due_at is not None and due_at > now else None
