"""
Faxes, each to one number of a campaign, and every call of theirs.

Pure: no I/O, no clock, no randomness.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    false,
)

from ...domain.fax import FINAL, FaxState, Phase
from ...domain.outcome import Ending
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

_FINAL = one_of("state", sorted(FINAL))

fax = Table(
    "fax",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ref", PlainText, nullable=False, unique=True),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("line", PlainText, nullable=False),
    Column("trunk", PlainText, nullable=False),
    Column("number", PlainText, nullable=False),
    Column("state", Word(FaxState), nullable=False),
    Column("phase", Word(Phase)),
    Column("busy", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("vrank", Float, nullable=False),
    Column("due_at", UtcTime),
    Column("attempt", Integer, nullable=False),
    Column("node", PlainText),
    Column("epoch", Integer),
    Column("pages_confirmed", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("ending", Word(Ending)),
    Column("detail", PlainText, nullable=False),
    Column("slot_until", UtcTime),
    Column("updated_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    # Its campaign's id where that is gated, else 0: only the line's own rules count.
    Column("gate", Integer, nullable=False, server_default="0"),
    # Behind a gate, how often it was tried: nothing is retried before all is tried.
    Column("round", Integer, nullable=False, server_default="0"),
    # Protection: why it is held (Hold), and what it was charged.
    Column("held_for", PlainText),
    Column("opt_out_code", PlainText),
    Column("quota_pages", Integer, nullable=False, server_default="0"),
    Column("quota_day", PlainText),
    Column("quota_credit", Boolean, nullable=False, server_default=false()),
    Column("quota_open", Boolean, nullable=False, server_default=false()),
    # While it is in another fax's call: that fax's id. It has no channel of its own.
    Column("rides_with", Integer),
    # Its row in the list: {column: value}; for the cover page and for merging.
    Column("fields", JSON(none_as_null=True)),
    partial(
        "ix_fax_opt_out_code",
        "opt_out_code",
        where="opt_out_code IS NOT NULL",
        unique=True,
    ),
    partial("ix_fax_unsettled", "campaign_id", where=f"quota_open AND {_FINAL}"),
    UniqueConstraint("campaign_id", "position"),
    CheckConstraint(one_of("state", FaxState), name="state"),
    CheckConstraint(one_of("phase", Phase), name="phase"),
    CheckConstraint(f"(finished_at IS NOT NULL) = ({_FINAL})", name="finished"),
    CheckConstraint("(phase IS NOT NULL) = (state = 'dialing')", name="phase_dialing"),
    CheckConstraint(
        "(state <> 'dialing' OR busy) AND"
        " (NOT busy OR state IN ('dialing', 'unknown'))",
        name="busy",
    ),
    CheckConstraint(
        "(slot_until IS NOT NULL) = (busy AND state = 'unknown')", name="slot"
    ),
    CheckConstraint(
        "state NOT IN ('dialing', 'unknown') OR"
        " (node IS NOT NULL AND epoch IS NOT NULL AND attempt > 0)",
        name="owner",
    ),
    CheckConstraint("state <> 'scheduled' OR due_at IS NOT NULL", name="due"),
    CheckConstraint(
        "state NOT IN ('failed', 'unknown') OR ending IS NOT NULL", name="ending"
    ),
    partial(
        "ix_fax_lane",
        "line",
        "trunk",
        "gate",
        "priority",
        "round",
        "vrank",
        "id",
        where="state = 'queued'",
    ),
    partial("ix_fax_untried", "gate", where="state = 'scheduled' AND round = 0"),
    partial("ix_fax_open_number", "number", where="state IN ('queued', 'scheduled')"),
    partial("ix_fax_due", "due_at", where="state = 'scheduled'"),
    partial("ix_fax_held", "updated_at", where="state = 'held'"),
    # One call at a time to one destination: the index makes it a law.
    partial(
        "ix_fax_busy_number",
        "number",
        where="busy AND rides_with IS NULL",
        unique=True,
    ),
    partial("ix_fax_rides_with", "rides_with", where="rides_with IS NOT NULL"),
    partial("ix_fax_busy", "trunk", "line", "node", where="busy"),
    Index("ix_fax_campaign_id_state", "campaign_id", "state"),
    Index("ix_fax_campaign_id_number", "campaign_id", "number"),
    Index("ix_fax_line_id", "line", "id"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("fax_id", ForeignKey("fax.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("node", PlainText, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("phase", Word(Phase), nullable=False),
    Column("first_page", Integer, nullable=False),
    Column("pages_confirmed", Integer, nullable=False),
    Column("claimed_at", UtcTime, nullable=False),
    Column("started_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("ending", Word(Ending)),
    Column("detail", PlainText, nullable=False),
    Column("remote_id", PlainText),
    Column("bit_rate", Integer),
    Column("ecm", Boolean),
    Column("vertical_dpi", Integer),
    Column("fax_met", Boolean, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("pages_sha256", PlainText),
    # `domain.journal.Journal.as_json`; nothing asks for what is in it.
    Column("journal", JSON(none_as_null=True)),
    # The fax whose call this was, where several shared one; a reference, for people.
    Column("rode_with", PlainText),
    Column("trunk", PlainText, nullable=False, server_default=""),
    Index("ix_attempt_trunk_claimed_at", "trunk", "claimed_at"),
    CheckConstraint(one_of("phase", Phase), name="phase"),
    CheckConstraint("(ended_at IS NOT NULL) = (ending IS NOT NULL)", name="ended"),
    CheckConstraint("(started_at IS NOT NULL) = (phase <> 'claimed')", name="started"),
)
