"""
outcome -> reply: what is put into the outbox; `posting` lets it leave.

I/O: the store.

A reply is a row, written in the transaction of the event that it answers, under a key
of that event; so each event is answered, and only once. What is heavy (pages, files with
every number) is only named there and joins it when it is posted.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from .. import replies as letters
from ..domain.answer_key import KEY_BYTES, AnswerKey, key_of
from ..domain.campaign import CanaryState, total
from ..domain.cost import floor_seconds
from ..domain.enclosure import Enclosure
from ..domain.errors import OrderRefused
from ..domain.fax import FaxState
from ..domain.language import Language
from ..domain.line import FaxLine, MailFormat
from ..domain.number import FaxNumber
from ..domain.order import BadNumber, Requester
from ..domain.quota import OVER_QUOTA
from ..orders.address import CAMPAIGN_NAME
from ..replies.answered import Done
from ..replies.envelope import Letterhead, reply_message_id
from ..replies.facts import CampaignFacts
from ..replies.wording import MAX_LISTED
from ..store import (
    answer_keys,
    campaigns,
    canary,
    faxes,
    lines,
    preparation,
    repeats,
    replies,
    schedules,
)
from ..store.campaigns import Campaign, NewCampaign
from ..store.results import results
from .final_letter import Write, fax_facts, final_letter
from .reply_cap import ReplyCap
from .worker import Bell

logger = logging.getLogger(__name__)

MAX_PROOF_PAGES = 60
"""Of a fax whose pages come with its confirmation: some 3 MB, and 3 s to put together."""


class Answer:
    """
    Puts replies into the outbox, in the transaction of what they answer.

    Args:
        sender: Whom replies are from, "Name <address>".

        zone: In which requesters read times.

        bell: Rung, after the commit, by whoever put something.

        repeat_patience: How long a repeat is held.

        answers_at: The domain whose mail reaches us; empty: that of *sender*.

        cap: Holds back what is too much for one address; None: nothing is.
    """

    def __init__(
        self,
        *,
        sender: str,
        zone: ZoneInfo,
        bell: Bell,
        repeat_patience: timedelta = repeats.PATIENCE,
        answers_at: str = "",
        cap: ReplyCap | None = None,
    ) -> None:
        self.bell = bell
        self._repeat_patience = repeat_patience
        self._name, self._address = parseaddr(sender)
        self.domain = self._address.rpartition("@")[2]
        "Of the identities of replies."

        self._answers_at = answers_at or self.domain
        self._cap = cap
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
                domain=self.domain,
                reference=ref,
                codes=refusal.codes,
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
            lines={
                each["number"]: each["lines"] for each in new.notes.get("lines", ())
            },
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
        pages = campaign.pages or 0
        each = preparation.octets_per_page(conn, ref, campaign.quality.vertical_dpi)
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
                call_seconds=floor_seconds(pages, round(8 * each * pages)),
                ignored=campaign.notes.get("ignored", ()),
                warnings=campaign.warnings,
                bad_numbers=[
                    BadNumber(**bad) for bad in campaign.notes.get("bad_numbers", ())
                ],
                origin=campaign.origin,
                relation=campaign.relation,
            ),
            enclosed=(Enclosure.PICTURE,),
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
        line = lines.get(conn, campaign.line)
        if campaign.requester.address is None and not (line and line.copies):
            return
        told = [fax_facts(result) for result in results(conn, ref)]
        final = final_letter(
            self._facts(campaign),
            told,
            has_proof=line is not None
            and line.proof
            and (campaign.pages or 0) <= MAX_PROOF_PAGES,
        )
        self._put(
            conn,
            ref,
            final.kind,
            campaign.requester,
            final.write,
            enclosed=final.enclosed,
            now=now,
        )

    def answered(
        self,
        conn: Connection,
        ref: str,
        mail_ref: str,
        requester: Requester,
        done: Done,
        *,
        sentences: str = "",
        now: datetime,
    ) -> None:
        """Tell what an answer to one of our replies came to."""
        facts = self._facts(_campaign(conn, ref))
        self._put(
            conn,
            ref,
            letters.answered.KIND,
            requester,
            lambda head: letters.answered.answered(
                head, facts, done, sentences=sentences
            ),
            event=mail_ref,
            now=now,
        )

    def show_draft(
        self, conn: Connection, ref: str, address: str, *, event: str, now: datetime
    ) -> None:
        """
        Mail the pages of a campaign that is not launched yet.

        Args:
            event: Another each time that it is asked for.
        """
        facts = self._facts(_campaign(conn, ref))
        self._put(
            conn,
            ref,
            letters.trial.KIND,
            Requester(address=address),
            lambda head: letters.trial.trial(head, facts),
            event=event,
            enclosed=(Enclosure.PREVIEW,),
            now=now,
        )

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
        write: Write,
        *,
        event: str = "",
        enclosed: Sequence[Enclosure] = (),
        now: datetime,
    ) -> None:
        """
        Write a reply about an order, or about a mail that came to none.

        Args:
            event: What tells two replies of one kind to one order apart.

            enclosed: What joins it when it is posted.
        """
        order = answer_keys.correspondence(
            conn, ref, fresh=key_of(secrets.token_bytes(KEY_BYTES))
        )
        key = order and AnswerKey(ref, order.key)
        line = order.line if order else None
        head = Letterhead(
            from_address=(line and line.from_email) or self._address,
            from_name=(line and line.from_name) or self._name or "Télécopie",
            requester=requester,
            date=now,
            message_id=reply_message_id(
                reference=ref,
                kind=f"{kind}-{event}" if event else kind,
                event=key.key if key else "",
                domain=self.domain,
            ),
            reply_to=f"{CAMPAIGN_NAME}+{key.tag}@{self._answers_at}" if key else None,
            language=order.language if order else Language.BOTH,
            has_html=line is None or line.mail_format is MailFormat.HTML,
        )
        for place, address in enumerate(_addressees(requester, line)):
            letter = write(replace(head, requester=replace(requester, address=address)))
            copy = f"copy{place}" if place else ""
            new = replies.NewReply(
                event_key=":".join(filter(None, (kind, ref, event, copy))),
                kind=kind,
                campaign=ref,
                to_address=address,
                message=letter.as_bytes(),
                enclosed=tuple(enclosed),
            )
            if self._cap is None or not self._cap.withholds(conn, new, letter, now=now):
                replies.put(conn, new, now=now)

    def send_summary(self, conn: Connection, *, now: datetime) -> bool:
        """Put replies that were held back into the outbox as one; False: none is due."""
        return self._cap is not None and self._cap.send_summary(conn, now=now)


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


def _campaign(conn: Connection, ref: str) -> Campaign:
    campaign = campaigns.get(conn, ref)
    assert campaign is not None, "its row is written before anything is told of it"
    return campaign


def _addressees(requester: Requester, line: FaxLine | None) -> list[str]:
    """Who asked, and whom the line wants to have copies; each once."""
    asked = [requester.address] if requester.address else []
    return list(dict.fromkeys([*asked, *(line.copies if line else ())]))


def _numbers(notes: Mapping[str, Any], key: str) -> list[FaxNumber]:
    return [FaxNumber(e164) for e164 in notes.get(key, ())]
