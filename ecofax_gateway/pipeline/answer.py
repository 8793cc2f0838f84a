"""
outcome -> reply: what is put into the outbox, and how it leaves.

I/O: the store, and the postman.

A reply is a row, written in the transaction of the event that it answers, under a key
of that event; so each event is answered, and only once. A mail server that takes a
reply in the moment we die may get it again; its Message-ID is then the same, and mail
programs show it once.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from .. import replies as letters
from ..domain.campaign import CanaryState, total
from ..domain.errors import OrderRefused
from ..domain.fax import FaxState
from ..domain.number import FaxNumber
from ..domain.order import BadNumber, Requester
from ..domain.outcome import Ending
from ..domain.quota import OVER_QUOTA
from ..log import about
from ..mail.postman import PostFailed, Postman
from ..replies.envelope import Letterhead, reply_message_id
from ..replies.facts import CampaignFacts, FaxFacts
from ..replies.wording import MAX_LISTED
from ..store import campaigns, canary, faxes, repeats, replies, schedules
from ..store.campaigns import Campaign, NewCampaign
from ..store.database import Database
from ..store.results import FaxResult, results
from .worker import Bell, insist

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"Longer than one try; a restart of the node frees its leases at once."

PATIENCE = timedelta(days=2)
"How long a reply is tried."

RETRY_DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180))
"After each failed try; the last goes on."


class Answer:
    """
    Puts replies into the outbox, in the transaction of what they answer.

    Args:
        sender: Whom replies are from, "Name <address>".

        zone: In which requesters read times.

        bell: Rung, after the commit, by whoever put something.

        repeat_patience: How long a repeat is held.
    """

    def __init__(
        self,
        *,
        sender: str,
        zone: ZoneInfo,
        bell: Bell,
        repeat_patience: timedelta = repeats.PATIENCE,
    ) -> None:
        self.bell = bell
        self._repeat_patience = repeat_patience
        self._name, self._address = parseaddr(sender)
        self._domain = self._address.rpartition("@")[2]
        self._zone = zone

    def refuse(
        self,
        conn: Connection,
        ref: str,
        requester: Requester,
        refusal: OrderRefused,
        *,
        now: datetime,
    ) -> None:
        """Tell why an order cannot be carried out."""
        if refusal.code == OVER_QUOTA:
            facts = self._facts(_campaign(conn, ref))
            self._put(
                conn,
                ref,
                letters.over_quota.KIND,
                requester,
                lambda head: letters.over_quota.over_quota(
                    head, facts, sentences=refusal.for_requester
                ),
                now=now,
            )
            return
        if isinstance(refusal, OnlyRestricted):
            self._put(
                conn,
                ref,
                letters.restricted.KIND,
                requester,
                lambda head: letters.restricted.restricted(
                    head, refusal.campaign, refusal.numbers, others=0
                ),
                now=now,
            )
            return
        self._put(
            conn,
            ref,
            letters.refused.KIND,
            requester,
            lambda head: letters.refused.refused(
                head,
                mistakes=refusal.for_requester,
                domain=self._domain,
                reference=ref,
            ),
            now=now,
        )

    def warn(self, conn: Connection, new: NewCampaign, *, now: datetime) -> None:
        """Name numbers that were written twice, and those that were left out."""
        facts = CampaignFacts(
            reference=new.ref,
            documents=tuple(document.name for document in new.documents),
            line=FaxNumber(new.line),
            pages=0,
            quality=new.quality,
            zone=self._zone,
        )
        duplicates = _numbers(new.notes, "duplicates")
        if duplicates:
            self._put(
                conn,
                new.ref,
                letters.duplicates.KIND,
                new.requester,
                lambda head: letters.duplicates.duplicates(head, facts, duplicates),
                now=now,
            )
        restricted = _numbers(new.notes, "restricted")
        if restricted:
            self._put(
                conn,
                new.ref,
                letters.restricted.KIND,
                new.requester,
                lambda head: letters.restricted.restricted(
                    head, facts, restricted, others=len(new.numbers)
                ),
                now=now,
            )

    def accept(self, conn: Connection, ref: str, *, now: datetime) -> None:
        """Acknowledge an order whose pages are made."""
        campaign = _campaign(conn, ref)
        held = campaign.counts.get(FaxState.HELD, 0)
        if total(campaign.counts) == held:
            return  # `ask_about_repeats` is all there is to tell
        shown = faxes.listing(conn, campaign_ref=ref, limit=MAX_LISTED)
        self._put(
            conn,
            ref,
            letters.accepted.KIND,
            campaign.requester,
            lambda head: letters.accepted.accepted(
                head,
                self._facts(campaign),
                numbers=[
                    FaxNumber(fax.number)
                    for fax in shown
                    if fax.state is not FaxState.HELD
                ],
                count=total(campaign.counts) - held,
                due_at=campaign.due_at,
                ignored=campaign.notes.get("ignored", ()),
                warnings=campaign.warnings,
                bad_numbers=[
                    BadNumber(**bad) for bad in campaign.notes.get("bad_numbers", ())
                ],
            ),
            now=now,
        )

    def ask_about_repeats(self, conn: Connection, ref: str, *, now: datetime) -> None:
        """Name the numbers that had these pages lately, and how to send all the same."""
        held = repeats.held(conn, ref)
        if not held:
            return
        campaign = _campaign(conn, ref)
        self._put(
            conn,
            ref,
            letters.repeated.KIND,
            campaign.requester,
            lambda head: letters.repeated.repeated(
                head,
                self._facts(campaign),
                [(FaxNumber(each.number), each.earlier_at) for each in held],
                others=total(campaign.counts) - len(held),
                until=now + self._repeat_patience,
            ),
            now=now,
        )

    def opted_out(
        self,
        conn: Connection,
        ref: str,
        requester: Requester,
        number: FaxNumber | None,
        line: FaxNumber | None,
        *,
        now: datetime,
    ) -> None:
        """Tell a recipient that he gets no more faxes; no number: his code is unknown."""
        self._put(
            conn,
            ref,
            letters.opted_out.KIND,
            requester,
            lambda head: letters.opted_out.opted_out(
                head, number=number, line=line, reference=ref
            ),
            now=now,
        )

    def after_call(self, conn: Connection, ref: str, *, now: datetime) -> None:
        """Finish an order whose last fax has come to its end, and tell how it went."""
        if not campaigns.finish_if_all_final(conn, ref, now=now):
            self._after_canary(conn, ref, now=now)
            return
        campaign = _campaign(conn, ref)
        if campaign.requester.address is None:
            return
        told = [_fax_facts(result) for result in results(conn, ref)]
        facts = self._facts(campaign)
        kind, write = _final_letter(facts, told)
        self._put(conn, ref, kind, campaign.requester, write, now=now)

    def _after_canary(self, conn: Connection, ref: str, *, now: datetime) -> None:
        """Pause a campaign of whose first numbers too many failed, and say why."""
        verdict = canary.settle(conn, ref, now=now)
        if verdict is None or verdict.state is not CanaryState.STOPPED:
            return
        schedules.set_paused(conn, ref, paused=True, now=now)
        reason = letters.paused.reason(
            verdict.failed, of=verdict.of, percent=verdict.percent
        )
        canary.explain(conn, ref, reason)
        logger.warning(
            "%s: paused, %d of the first %d numbers failed",
            ref,
            verdict.failed,
            verdict.of,
        )
        campaign = _campaign(conn, ref)
        facts = self._facts(campaign)
        self._put(
            conn,
            ref,
            letters.paused.KIND,
            campaign.requester,
            lambda head: letters.paused.paused(
                head,
                facts,
                failed=verdict.failed,
                of=verdict.of,
                percent=verdict.percent,
            ),
            now=now,
        )

    def _facts(self, campaign: Campaign) -> CampaignFacts:
        return CampaignFacts(
            reference=campaign.ref,
            documents=campaign.names,
            line=FaxNumber(campaign.line),
            pages=campaign.pages or 0,
            quality=campaign.quality,
            zone=self._zone,
        )

    def _put(
        self,
        conn: Connection,
        ref: str,
        kind: str,
        requester: Requester,
        write: Callable[[Letterhead], EmailMessage],
        *,
        now: datetime,
    ) -> None:
        if requester.address is None:
            return
        head = Letterhead(
            from_address=self._address,
            from_name=self._name or "Télécopie",
            requester=requester,
            date=now,
            message_id=reply_message_id(reference=ref, kind=kind, domain=self._domain),
        )
        new = replies.NewReply(
            event_key=f"{kind}:{ref}",
            kind=kind,
            campaign=ref,
            to_address=requester.address,
            message=write(head).as_bytes(),
        )
        replies.put(conn, new, now=now)


class OnlyRestricted(OrderRefused):
    """
    Every number of an order needs a better quality than it asked for.

    Args:
        campaign: What is known of the order.

        numbers: Those that were left out: all of them.
    """

    def __init__(self, campaign: CampaignFacts, numbers: Sequence[FaxNumber]) -> None:
        super().__init__(
            "Ces numéros demandent la qualité best.", code="restricted-numbers"
        )
        self.campaign = campaign
        self.numbers = tuple(numbers)


class Posting:
    """
    Hands replies to the postman until they are taken, for two days.

    Args:
        db: The store.

        node: Holds the leases.

        postman: Posts them.

        clock: Aware UTC.

        bell: Rung when there is something to post.
    """

    def __init__(
        self,
        *,
        db: Database,
        node: str,
        postman: Postman,
        clock: Callable[[], datetime],
        bell: Bell,
    ) -> None:
        self._db = db
        self._node = node
        self._postman = postman
        self._clock = clock
        self._bell = bell

    async def step(self) -> bool:
        """One reply."""
        now = self._clock()
        due = await self._db.tx(
            replies.claim_due, node=self._node, now=now, lease=LEASE
        )
        if due is None:
            return False
        with about(due.campaign or ""):
            try:
                await self._postman.post(due.message, due.to_address)
            except PostFailed as failure:
                await self._put_off(due, failure)
            else:
                # Not posted again only because the store was away for a moment.
                await insist(self._db, replies.sent, due.id, now=self._clock())
                logger.info("reply posted: %s", due.kind)
        return True

    async def recover(self) -> None:
        """After a fault of the store: give back what was leased and not posted."""
        await self._db.tx(replies.give_back, node=self._node)

    async def _put_off(self, due: replies.DueReply, failure: PostFailed) -> None:
        delay = RETRY_DELAYS[min(due.tries, len(RETRY_DELAYS)) - 1]
        at = self._clock() + delay
        if not failure.temporary or at - due.created_at > PATIENCE:
            logger.error("reply %s given up: %s", due.kind, failure.reply)
            await self._db.tx(replies.drop, due.id, failure.reply, now=self._clock())
            return
        logger.warning("reply %s put off: %s", due.kind, failure.reply)
        await self._db.tx(replies.postpone, due.id, at=at, error=failure.reply)


def _final_letter(
    campaign: CampaignFacts, told: list[FaxFacts]
) -> tuple[str, Callable[[Letterhead], EmailMessage]]:
    """The kind of the last reply to an order, and what writes it."""
    states = {fax.state for fax in told}
    # Repeats that nobody meant are no cancelled order, if the others went.
    stopped = [fax for fax in told if fax.state is FaxState.CANCELLED]
    is_rest = FaxState.SENT in states and all(_is_repeat(fax) for fax in stopped)
    if stopped and states <= {FaxState.CANCELLED, FaxState.SENT} and not is_rest:
        return letters.cancelled.KIND, lambda head: letters.cancelled.cancelled(
            head, campaign, told
        )
    if len(told) > 1:
        return letters.report.KIND, lambda head: letters.report.report(
            head, campaign, told
        )
    single = told[0]
    match single.state:
        case FaxState.SENT:
            return letters.sent.KIND, lambda head: letters.sent.sent(
                head, campaign, single
            )
        case FaxState.UNKNOWN:
            return letters.unknown.KIND, lambda head: letters.unknown.unknown(
                head, campaign, single
            )
    return letters.failed.KIND, lambda head: letters.failed.failed(
        head, campaign, single
    )


def _is_repeat(fax: FaxFacts) -> bool:
    return fax.outcome is not None and fax.outcome.ending is Ending.REPEAT


def _fax_facts(result: FaxResult) -> FaxFacts:
    return FaxFacts(
        number=FaxNumber(result.number),
        state=result.state,
        outcome=result.outcome,
        pages_confirmed=result.pages_confirmed,
        attempts=result.calls,
        ended_at=result.ended_at,
    )


def _campaign(conn: Connection, ref: str) -> Campaign:
    campaign = campaigns.get(conn, ref)
    assert campaign is not None, "its row is written before anything is told of it"
    return campaign


def _numbers(notes: Mapping[str, Any], key: str) -> list[FaxNumber]:
    return [FaxNumber(e164) for e164 in notes.get(key, ())]
