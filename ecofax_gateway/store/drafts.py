"""
Drafts: campaigns that are put together, changed and looked at before they leave.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Connection,
    delete,
    exists,
    func,
    insert,
    null,
    select,
    update,
)

from ..domain.campaign import Canary, Relation, SendType
from ..domain.document import DocumentRole, Quality
from ..domain.priority import CAMPAIGN
from . import nodes, opt_outs, proofs, repeats
from .campaigns import NewDocument
from .departures import let_go
from .numbers import insert_waiting
from .states import CampaignState
from .tables import campaign, document, fax, line

BATCH = 5000
"""Numbers written in one transaction: some 150 ms, which everybody else waits."""

KEPT = timedelta(days=90)
"""That a draft is kept without a change: a quarter, so that what is prepared in one is
still there in the next. It holds names and numbers of people, and is of no use to them."""

ABANDONED_BATCH = 20
"""Drafts that are deleted in one transaction, with all their numbers."""


class DraftAnswer(StrEnum):
    """What became of a wish about a draft."""

    DONE = "done"
    ABSENT = "absent"
    NOT_A_DRAFT = "not-a-draft"
    "It was launched, or came to its end."

    NO_DOCUMENT = "no-document"
    "There is nothing to fax."

    TROUBLE = "unprintable"
    "One of its documents cannot be made into pages."

    INCOMPLETE = "incomplete"
    "Some of its numbers were never written: whoever wrote them was interrupted."

    SETTLING = "recipients-settling"
    "Its numbers are being written at this moment."

    NO_PROOF = "no-proof"
    "It wants a proof first, and none has arrived."

    NO_LINE = "no-line"
    "The line that is to send it does not exist."


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to become of a draft; None: as it was."""

    name: str | None = None
    line: str | None = None
    "E.164; its quality stays as it is."

    address: str | None = None
    "Where replies go."

    no_address: bool = False
    "Nobody gets replies."

    message_id: str | None = None
    "Of the mail that replies stand under."

    quality: Quality | None = None
    due_at: datetime | None = None
    is_at_once: bool = False
    "Forget the time it was planned for."

    canary: Canary | None = None
    no_canary: bool = False
    needs_proof: bool | None = None
    documents: tuple[NewDocument, ...] | None = None
    "All of them, in place of those it has."

    send_type: SendType | None = None
    is_proof: bool | None = None
    "It is itself a proof, to a few numbers, that may have the same pages again."

    expected: int | None = None
    "It gets new numbers, this many; those it has are forgotten."

    overlay: tuple[Mapping[str, Any], ...] | None = None
    "All places that it draws into, as plain JSON values; empty: none."

    wants_codes: bool = False
    "Its recipients get opt-out codes from now on."


ANEW: Mapping[str, Any] = {
    "state": CampaignState.PREPARING,
    "pages": None,
    "edition": campaign.c.edition + 1,
    "tries": 0,
    "lease_until": None,
    "node": None,
    # Of the pages that are thrown away.
    "warnings": [],
    "trouble": null(),
}
"""What a draft has whose pages are to be made again. Whoever is making them now makes
them of an older edition, and is not listened to."""


def lock(conn: Connection, ref: str) -> int | None:
    """
    Let nobody else change or launch a draft before the commit: it is about to change.

    Returns:
        Its id, or None: it is no draft.
    """
    touched = update(campaign).where(campaign.c.ref == ref, IS_DRAFT)
    touched = touched.values(touched_at=nodes.clock(conn))
    return conn.execute(touched.returning(campaign.c.id)).scalar()


def touched_at(conn: Connection, ref: str) -> datetime | None:
    """When a draft was changed last; None: never since it was created."""
    query = select(campaign.c.touched_at).where(campaign.c.ref == ref)
    return conn.execute(query).scalar()


def abandoned(conn: Connection, *, now: datetime) -> list[str]:
    """
    References of drafts that nobody has changed for `KEPT`; some, the oldest first.

    They are locked until the commit; those that somebody is changing are none of them.
    """
    last = func.coalesce(campaign.c.touched_at, campaign.c.created_at)
    query = select(campaign.c.ref).where(IS_DRAFT, last < now - KEPT)
    some = query.order_by(campaign.c.id).limit(ABANDONED_BATCH)
    return list(conn.execute(some.with_for_update(skip_locked=True)).scalars())


def add_numbers(
    conn: Connection,
    ref: str,
    numbers: Sequence[str],
    *,
    trunk: str,
    first: int,
    priority: int = CAMPAIGN,
    other_trunks: Mapping[str, str] | None = None,
    fields: Mapping[str, Mapping[str, str]] | None = None,
    now: datetime,
) -> DraftAnswer:
    """
    Write a batch of numbers of a draft.

    Args:
        numbers: E.164, each once in the whole campaign; at most `BATCH`.

        first: The first one's position, from 1.

        other_trunks: By number, for those that leave by another one.

        fields: By number: its row of the list, by the columns' names.
    """
    query = select(campaign.c.id, campaign.c.line, campaign.c.expected)
    # Locked as `lock` does it: nobody deletes it with half of its numbers.
    row = conn.execute(
        query.where(campaign.c.ref == ref, IS_DRAFT).with_for_update()
    ).one_or_none()
    if row is None:
        return DraftAnswer.NOT_A_DRAFT
    of = row.expected or len(numbers)
    insert_waiting(
        conn,
        numbers,
        ref=ref,
        campaign_id=row.id,
        line=row.line,
        trunk=trunk,
        priority=priority,
        first=first,
        of=of,
        other_trunks=other_trunks,
        fields=fields,
        now=now,
    )
    return DraftAnswer.DONE


def edit(conn: Connection, ref: str, changes: Changes, *, now: datetime) -> DraftAnswer:
    """
    Change a draft.

    Other documents or another quality make it go through rendering again. New numbers
    are added by `add_numbers` afterwards.
    """
    if changes.line is not None:
        # Held against `lines.remove` until the commit.
        gate = select(line.c.number).where(line.c.number == changes.line)
        if conn.execute(gate.with_for_update(read=True)).scalar() is None:
            return DraftAnswer.NO_LINE
    known = (campaign.c.quality, campaign.c.relation, campaign.c.notes)
    query = select(campaign.c.id, *known)
    row = conn.execute(
        query.where(campaign.c.ref == ref, IS_DRAFT).with_for_update()
    ).one_or_none()
    if row is None:
        return DraftAnswer.NOT_A_DRAFT
    again = changes.documents is not None or (changes.quality or row.quality) != (
        row.quality
    )
    values = {"touched_at": nodes.clock(conn), **_values(changes)}
    notes = dict(row.notes)
    if changes.wants_codes:
        notes[opt_outs.WANTED] = True
    if changes.is_proof is not None and changes.is_proof != (
        row.relation is Relation.PROOF
    ):
        # It is its own then: it proves nothing of the campaign that it was made from.
        relation = Relation.PROOF if changes.is_proof else null()
        values |= {"relation": relation, "origin": null()}
        notes[repeats.ALLOWED] = changes.is_proof
    if notes != row.notes:
        values["notes"] = notes
    if again:
        values |= ANEW
    conn.execute(update(campaign).where(campaign.c.id == row.id).values(values))
    if changes.line is not None:
        its_faxes = update(fax).where(fax.c.campaign_id == row.id)
        conn.execute(its_faxes.values(line=changes.line))
    if changes.documents is not None:
        its = document.c.campaign_id == row.id
        # The cover page stays, in the first place.
        conn.execute(delete(document).where(its, document.c.role != DocumentRole.COVER))
        covers = conn.execute(select(func.count()).where(its)).scalar_one()
        for position, each in enumerate(changes.documents, covers + 1):
            conn.execute(
                insert(document).values(
                    campaign_id=row.id,
                    position=position,
                    name=each.name,
                    role=each.role,
                    **each.content.columns,
                )
            )
    if changes.expected is not None:
        conn.execute(delete(fax).where(fax.c.campaign_id == row.id))
    return DraftAnswer.DONE


def launch(
    conn: Connection,
    ref: str,
    *,
    due_at: datetime | None = None,
    repeat_window: timedelta = repeats.WINDOW,
    now: datetime,
) -> DraftAnswer:
    """
    Let a draft leave: at once, when its pages are made, or when it is due.

    Args:
        due_at: In place of the time that it was planned for.

        repeat_window: See `departures.let_go`.
    """
    names = ("id", "expected", "needs_proof", "due_at", "trouble")
    query = select(*(campaign.c[name] for name in names))
    row = conn.execute(
        query.where(campaign.c.ref == ref, IS_DRAFT).with_for_update()
    ).one_or_none()
    if row is None:
        return DraftAnswer.NOT_A_DRAFT
    counting = select(func.count()).where(fax.c.campaign_id == row.id)
    written = conn.execute(counting).scalar_one()
    if written != (row.expected or written) or not written:
        return DraftAnswer.INCOMPLETE
    if row.trouble:
        return DraftAnswer.TROUBLE
    if not conn.execute(
        select(exists().where(document.c.campaign_id == row.id))
    ).scalar():
        return DraftAnswer.NO_DOCUMENT
    if row.needs_proof and not proofs.has_arrived(conn, ref):
        return DraftAnswer.NO_PROOF
    conn.execute(
        update(campaign)
        .where(campaign.c.id == row.id)
        .values(launched_at=now, due_at=due_at or row.due_at)
    )
    let_go(conn, ref, now=now, repeat_window=repeat_window)
    return DraftAnswer.DONE


def hide(conn: Connection, ref: str, *, now: datetime) -> bool:
    """
    Take a campaign that is over out of the lists; retention erases it in its time.

    Returns:
        False: there is none, or it is not over.
    """
    hidden = conn.execute(
        update(campaign)
        .where(campaign.c.ref == ref, campaign.c.finished_at.is_not(None))
        .values(deleted_at=func.coalesce(campaign.c.deleted_at, now))
    )
    return hidden.rowcount == 1


IS_DRAFT = campaign.c.launched_at.is_(None) & campaign.c.state.in_(
    [CampaignState.PREPARING, CampaignState.READY]
)


_PLAIN = (
    "name",
    "line",
    "address",
    "message_id",
    "quality",
    "due_at",
    "needs_proof",
    "send_type",
    "expected",
)


def _values(changes: Changes) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: value for name in _PLAIN if (value := getattr(changes, name)) is not None
    }
    if changes.no_address:
        values["address"] = null()
    if changes.is_at_once:
        values["due_at"] = null()
    if changes.overlay is not None:
        values["overlay"] = list(changes.overlay) or null()
    if changes.documents is not None:
        values["page_choice"] = null()  # it speaks of the documents that go
    if changes.canary or changes.no_canary:
        values["canary_size"] = changes.canary and changes.canary.size
        values["canary_percent"] = changes.canary and changes.canary.percent
    return values
