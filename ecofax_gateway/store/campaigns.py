"""
Campaigns: every order, from its documents to its last fax.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Integer,
    RowMapping,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from ..domain.campaign import Canary, CanaryState, Relation, SendType
from ..domain.document import DocumentRole, Quality
from ..domain.event import EventKind
from ..domain.fax import FINAL, FaxState, Phase
from ..domain.order import Cover, Requester, Source
from ..domain.outcome import Ending
from ..domain.page_choice import PageChoice
from ..domain.priority import priority_of
from . import events, mails, quotas, tallies
from .content import Content
from .numbers import insert_waiting
from .riders import SHARES_CALL
from .shared import Kind, Shared
from .states import CampaignState
from .tables import attempt, campaign, document, fax, line
from .types import PlainText, UtcTime

OPEN = sorted(set(FaxState) - FINAL)
"""Named one by one, so that an index finds them among 100 000 that came to their end."""

LIST_LIMIT = 200
"""Campaigns a listing gives at most: a page of the console, not the whole history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDocument:
    """One document of a campaign to be."""

    name: str
    content: Content
    role: DocumentRole = DocumentRole.ATTACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a campaign has beyond an order by mail."""

    name: str = ""
    "For the people who look after it."

    canary: Canary | None = None
    needs_proof: bool = False
    "It may be launched only after a proof of it has arrived."

    expected: int | None = None
    "How many numbers it will have, if they come in batches."

    origin: str | None = None
    "Reference of the campaign that it was made from."

    relation: Relation | None = None
    "What it is to its origin."

    overlay: tuple[Mapping[str, Any], ...] = ()
    "Places on its documents' pages; plain JSON values (`converters.place`)."

    @property
    def columns(self) -> dict[str, Any]:
        """As the table `campaign` names it."""
        return {
            "name": self.name,
            "needs_proof": self.needs_proof,
            "expected": self.expected,
            "origin": self.origin,
            "relation": self.relation,
            "overlay": list(self.overlay) or None,
            "canary_size": self.canary and self.canary.size,
            "canary_percent": self.canary and self.canary.percent,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCampaign:
    """An order that was understood and allowed."""

    ref: str
    "The mail's reference, or a fresh one for a command."

    line: str
    trunk: str
    "By which its faxes leave, but for those of *other_trunks*."

    other_trunks: Mapping[str, str] = field(default_factory=dict)
    "By number."

    source: Source
    mail_ref: str | None = None
    requester: Requester
    quality: Quality
    due_at: datetime | None = None
    priority: int | None = None
    "Lower overtakes; None: by how many numbers it has (`domain.priority`)."

    documents: tuple[NewDocument, ...]
    numbers: tuple[str, ...]
    "E.164, each once, in the order written."

    warnings: tuple[str, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    "What the replies will need (numbers left out, parts ignored): plain JSON values."

    draft: bool = False
    "Nothing leaves before it is launched."

    wishes: Wishes = Wishes()
    "What campaigns have beyond an order by mail."

    cover: Cover | None = None
    "None: no cover page."

    page_choice: PageChoice | None = None
    "Of the attached documents; None: every page."

    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    "By number: its row of the list, by the columns' names."


class Creation(StrEnum):
    """What became of a wish to create a campaign."""

    CREATED = "created"
    REPEATED = "repeated"
    "The mail became something before: another worker was quicker."

    LINE_GONE = "line-gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One campaign and how many of its faxes are in which state."""

    id: int
    ref: str
    line: str
    source: Source
    mail_ref: str | None
    requester: Requester
    quality: Quality
    due_at: datetime | None
    state: CampaignState
    warnings: tuple[str, ...]
    notes: dict[str, Any]
    pages: int | None
    "Pages of one fax; None until they are made."

    created_at: datetime
    finished_at: datetime | None
    names: tuple[str, ...]
    "Of its documents."

    counts: dict[FaxState, int]
    "Only states that occur."

    name: str
    launched_at: datetime | None
    "None: a draft."

    expected: int | None
    "Numbers that it will have; more than its faxes while they are being written."

    origin: str | None
    relation: Relation | None
    needs_proof: bool
    canary: Canary | None
    canary_state: CanaryState | None
    paused: bool
    pause_reason: str | None
    "Why it paused itself, in French; None: it did not."

    window: dict[str, Any] | None
    "As `domain.window.Window.as_json` gives it; None: whenever the line may."

    pace: float | None
    "Calls a minute at most."

    spread_s: float | None
    "The period that its first calls are drawn over, in seconds."

    purged_at: datetime | None
    "When its documents were erased."

    send_type: SendType | None
    "How a draft will be let go; None: nobody has said."

    edition: int
    "How often its pages were asked for anew."

    trouble: list[dict[str, str]] | None
    "Why the pages of a draft cannot be made; see `draft_documents.Fault`."


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What a cancellation came to."""

    cancelled: int
    "Faxes that will not be called any more."

    hanging_up: tuple[str, ...]
    "References of faxes whose call is under way: its owner will hang up."


_PLAIN = [
    campaign.c[name]
    for name in Campaign.__dataclass_fields__
    if name not in {"requester", "names", "counts", "canary"}
]


def create(conn: Connection, new: NewCampaign, *, now: datetime) -> Creation:
    """
    Make an order durable: the campaign, its documents, its faxes (waiting for pages).

    Together with the mail's own state, in one transaction: a mail is never ordered
    twice and never lost between the two.
    """
    # Held against `lines.remove` until the commit.
    gate = select(line.c.number).where(line.c.number == new.line)
    if conn.execute(gate.with_for_update(read=True)).scalar() is None:
        return Creation.LINE_GONE
    if new.mail_ref and not mails.mark_ordered(conn, new.mail_ref, now=now):
        return Creation.REPEATED
    inserted = insert(campaign).values(_row(new, now)).returning(campaign.c.id)
    campaign_id = conn.execute(inserted).scalar_one()
    for position, each in enumerate(new.documents, 1):
        conn.execute(
            insert(document).values(
                campaign_id=campaign_id,
                position=position,
                name=each.name,
                role=each.role,
                **each.content.columns,
            )
        )
    if new.numbers:
        insert_waiting(
            conn,
            new.numbers,
            ref=new.ref,
            campaign_id=campaign_id,
            line=new.line,
            trunk=new.trunk,
            priority=new.priority or priority_of(len(new.numbers)),
            first=1,
            of=new.wishes.expected or len(new.numbers),
            other_trunks=new.other_trunks,
            fields=new.fields,
            now=now,
        )
    return Creation.CREATED


def get(conn: Connection, ref: str) -> Campaign | None:
    """One campaign, or None."""
    row = conn.execute(_SELECT.where(campaign.c.ref == ref)).mappings().one_or_none()
    return None if row is None else _with_counts(conn, [row])[0]


def listing(
    conn: Connection,
    *,
    line: str | None = None,
    before: int | None = None,
    limit: int = LIST_LIMIT,
) -> list[Campaign]:
    """
    Campaigns, newest first.

    Args:
        line: Only of that line.

        before: Only with a smaller id: the next page.

        limit: At most `LIST_LIMIT`.
    """
    query = _SELECT.where(campaign.c.deleted_at.is_(None))
    query = query.order_by(campaign.c.id.desc()).limit(min(limit, LIST_LIMIT))
    if line is not None:
        query = query.where(campaign.c.line == line)
    if before is not None:
        query = query.where(campaign.c.id < before)
    return _with_counts(conn, list(conn.execute(query).mappings()))


def in_order(conn: Connection, ids: Sequence[int]) -> list[Campaign]:
    """Campaigns by their ids, in this order; at most `LIST_LIMIT`."""
    chosen = conn.execute(_SELECT.where(campaign.c.id.in_(ids))).mappings()
    by_id = {row["id"]: row for row in chosen}
    return _with_counts(conn, [by_id[each] for each in ids if each in by_id])


def finish_if_all_final(conn: Connection, ref: str, *, now: datetime) -> bool:
    """
    Finish a campaign whose last fax came to its end; settle the quota of those so far.

    Returns:
        True exactly once: who gets it writes the final report.
    """
    rows = _REST.run(conn, of_ref=ref)
    if not rows:
        return False
    [rest] = rows
    if conn.dialect.name == "postgresql":
        # Of two last faxes that end at the same time, neither sees the other's end: the
        # second must wait for the first one's commit, and look after that. While others
        # are still to be called, many may end together; whoever ends the last one waits
        # for them.
        if rest.more:
            _END_TOGETHER.run(conn, of_id=rest.id)
            [rest] = _REST.run(conn, of_ref=ref)
        if not rest.more:
            _END_ALONE.run(conn, of_id=rest.id)
    quotas.settle(conn, rest.id)
    if rest.more:
        return False
    return bool(_FINISH.run(conn, of_id=rest.id, moment=now))


def cancel(
    conn: Connection, ref: str, *, number: str | None = None, now: datetime
) -> Cancellation | None:
    """
    Cancel what can still be cancelled; None if there is no such campaign.

    Args:
        number: Only the fax to it, E.164; None: all.

    A fax whose INVITE may have left keeps its state until its owner has hung up
    (`calls.to_hang_up`); it is not called again after that. `finish_if_all_final`
    comes next.
    """
    lock = select(campaign.c.id).where(campaign.c.ref == ref)
    campaign_id = conn.execute(lock.with_for_update(key_share=True)).scalar()
    if campaign_id is None:
        return None
    open_faxes = [fax.c.campaign_id == campaign_id, fax.c.state.in_(OPEN)]
    if number is not None:
        open_faxes.append(fax.c.number == number)
    # First lock them all: a fax that goes from dialing to scheduled at this moment
    # would slip between two narrower updates. SQLite has one writer anyway.
    locked = select(fax.c.id).where(*open_faxes).with_for_update().subquery()
    conn.execute(select(func.count()).select_from(locked))
    alone = and_(fax.c.phase == Phase.CLAIMED, ~SHARES_CALL)
    not_left = (fax.c.state != FaxState.DIALING) | alone
    claimed = select(fax.c.id).where(*open_faxes, alone)
    conn.execute(
        delete(attempt).where(
            attempt.c.fax_id.in_(claimed), attempt.c.ended_at.is_(None)
        )
    )
    cancelled = conn.execute(
        update(fax)
        .where(*open_faxes, not_left)
        .values(
            state=FaxState.CANCELLED,
            phase=None,
            busy=False,
            cancel_requested=True,
            ending=Ending.CANCELLED,
            updated_at=now,
            finished_at=now,
        )
    ).rowcount
    conn.execute(update(fax).where(*open_faxes).values(cancel_requested=True))
    if number is None:
        events.record(conn, ref, EventKind.CAMPAIGN_STOPPED, now=now)
    under_way = select(fax.c.ref).where(*open_faxes).order_by(fax.c.id)
    return Cancellation(cancelled, tuple(conn.execute(under_way).scalars()))


_IDLE = ", ".join(repr(str(state)) for state in OPEN if state is not FaxState.DIALING)

_REST = Shared(
    f"""
    SELECT campaign.ref AS of_ref, campaign.id, EXISTS (
        SELECT 1 FROM fax WHERE campaign_id = campaign.id AND fax.state IN ({_IDLE})
    ) AS more
    FROM given JOIN campaign ON campaign.ref = given.of_ref
    """,  # noqa: S608 -- our own words
    given={"of_ref": PlainText()},
    key=["of_ref"],
    returns={"more": Boolean()},
    kind=Kind.READ,
)
_FINISH = Shared(
    f"""
    UPDATE campaign
    SET state = 'finished', finished_at = given.moment, lease_until = NULL, node = NULL,
        {tallies.COUNT_FINALS}
    FROM given
    WHERE id = given.of_id AND state IN ('preparing', 'ready') AND NOT EXISTS (
        SELECT 1 FROM fax
        WHERE campaign_id = campaign.id AND fax.state IN ('dialing', {_IDLE})
    )
    RETURNING id AS of_id
    """,  # noqa: S608 -- our own words
    given={"of_id": Integer(), "moment": UtcTime()},
    key=["of_id"],
    kind=Kind.ONCE,
)

_END_LOCKS = 0x65_6E_64_73
"""First key of PostgreSQL's advisory locks on ends: the letters "ends"."""

_END_TOGETHER, _END_ALONE = (
    Shared(
        f"""
        SELECT given.of_id, CAST({lock}({_END_LOCKS}, given.of_id) AS text) FROM given
        ORDER BY given.of_id
        """,  # noqa: S608 -- our own words
        given={"of_id": Integer()},
        key=["of_id"],
        kind=Kind.READ,
    )
    for lock in ("pg_advisory_xact_lock_shared", "pg_advisory_xact_lock")
)

_SELECT = select(
    *_PLAIN,
    campaign.c.address,
    campaign.c.message_id,
    campaign.c.subject,
    campaign.c.canary_size,
    campaign.c.canary_percent,
)


def _row(new: NewCampaign, now: datetime) -> dict[str, Any]:
    return {
        "ref": new.ref,
        "line": new.line,
        "source": new.source,
        "mail_ref": new.mail_ref,
        "address": new.requester.address,
        "message_id": new.requester.message_id,
        "subject": new.requester.subject,
        "quality": new.quality,
        "due_at": new.due_at,
        "state": CampaignState.PREPARING,
        "tries": 0,
        "warnings": list(new.warnings),
        "notes": dict(new.notes),
        "created_at": now,
        "launched_at": None if new.draft else now,
        "cover": new.cover and new.cover.as_json,
        "page_choice": new.page_choice and str(new.page_choice),
        **new.wishes.columns,
    }


def _with_counts(conn: Connection, rows: list[RowMapping]) -> list[Campaign]:
    ids = [row["id"] for row in rows]
    counts = tallies.by_state(conn, ids)
    names: dict[int, list[str]] = {each: [] for each in ids}
    naming = select(document.c.campaign_id, document.c.name)
    for row in conn.execute(
        naming.where(
            document.c.campaign_id.in_(ids), document.c.role != DocumentRole.COVER
        ).order_by(document.c.position)
    ):
        names[row.campaign_id].append(row.name)
    return [_campaign(row, names[row["id"]], counts[row["id"]]) for row in rows]


def _campaign(
    row: RowMapping, names: list[str], counts: dict[FaxState, int]
) -> Campaign:
    values = dict(row)
    requester = Requester(
        address=values.pop("address"),
        message_id=values.pop("message_id"),
        subject=values.pop("subject"),
    )
    values["warnings"] = tuple(values["warnings"])
    size, percent = values.pop("canary_size"), values.pop("canary_percent")
    return Campaign(
        requester=requester,
        names=tuple(names),
        counts=counts,
        canary=None if size is None else Canary(size, percent),
        **values,
    )
