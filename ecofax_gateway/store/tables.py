"""
The schema: tables, the rules that rows keep, and the indexes of the hot paths.

Pure: no I/O, no clock, no randomness.

CHECK constraints repeat the rules of the code on purpose: a bug then fails loudly in
one transaction instead of leaving a row that no rule knows. A change here needs a
migration beside it; a test compares both.
"""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
    true,
)

from ..domain.campaign import CanaryState, Relation, SendType
from ..domain.document import DocumentRole, Quality
from ..domain.fax import FINAL, FaxState, Phase
from ..domain.language import Language, Tongue
from ..domain.line import MailFormat, Plan, ProofFormat
from ..domain.order import Source
from ..domain.outcome import Ending
from .states import (
    CampaignState,
    ChoiceState,
    DeliveryState,
    LedgerAction,
    ListSource,
    ListState,
    MailState,
    ReplyState,
)
from .types import PlainText, UtcTime, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, words: Iterable[StrEnum]) -> str:
    return f"{column} IN ({', '.join(repr(word.value) for word in words)})"


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(
        name,
        *columns,
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


_FINAL = _one_of("state", sorted(FINAL))

mail = Table(
    "mail",
    metadata,
    Column("ref", PlainText, primary_key=True),
    Column("envelope_from", PlainText, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("peer", PlainText, nullable=False),
    Column("sha256", PlainText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    Column("state", Word(MailState), nullable=False),
    Column("code", PlainText),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    # Who handed it in, where he logged in (a line's number).
    Column("login", PlainText),
    # How far its sender is believed (domain.trust.Trust), who that is, and why.
    Column("trust", PlainText),
    Column("sender", PlainText, nullable=False, server_default=""),
    Column("trust_detail", PlainText, nullable=False, server_default=""),
    CheckConstraint(_one_of("state", MailState), name="state"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state <> 'accepted')", name="finished"
    ),
    CheckConstraint("(code IS NOT NULL) = (state = 'refused')", name="code"),
    CheckConstraint("inline IS NULL OR spool IS NULL", name="one_place"),
    CheckConstraint(
        "state <> 'accepted' OR inline IS NOT NULL OR spool IS NOT NULL",
        name="has_content",
    ),
    _partial("ix_mail_todo", "received_at", where="state = 'accepted'"),
    Index("ix_mail_finished_at", "finished_at"),
    _partial("ix_mail_refused", "finished_at", where="state = 'refused'"),
)

mail_key = Table(
    "mail_key",
    metadata,
    Column("key", PlainText, primary_key=True),
    Column("ref", PlainText, nullable=False),
    Column("received_at", UtcTime, nullable=False, index=True),
)

line = Table(
    "line",
    metadata,
    Column("number", PlainText, primary_key=True),
    Column("plan", Word(Plan), nullable=False),
    Column("name", PlainText, nullable=False),
    Column("password_hash", PlainText, nullable=False),
    Column("max_calls", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("weight", Float, nullable=False),
    Column("vtime", Float, nullable=False),
    Column("last_claim", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("window", JSON(none_as_null=True)),
    Column("is_open", Boolean, nullable=False, server_default=true()),
    Column("edge_at", UtcTime),
    # Several faxes to one number may share a call (store/riders.py).
    Column("combine", Boolean, nullable=False, server_default=false()),
    # What its requesters' replies are in, and whether the pages come with them.
    Column("language", Word(Language), nullable=False, server_default="both"),
    Column("proof", Boolean, nullable=False, server_default=false()),
    # What it sets for itself (domain/line.py); null: the gateway's or the plan's.
    Column("tag_line", PlainText),
    Column("quality", Word(Quality)),
    Column("max_tries", Integer),
    Column("from_name", PlainText),
    Column("from_email", PlainText),
    Column("copies", JSON(none_as_null=True)),
    Column("mail_format", Word(MailFormat), nullable=False, server_default="html"),
    Column("proof_format", Word(ProofFormat), nullable=False, server_default="pdf"),
    CheckConstraint(_one_of("plan", Plan), name="plan"),
    CheckConstraint("max_calls >= 0", name="max_calls"),
    CheckConstraint("weight > 0", name="weight"),
    _partial("ix_line_edge", "edge_at", where="edge_at IS NOT NULL"),
)

# Every tag line that a line ever had: the pages of any call can be made again.
tag_line = Table(
    "tag_line",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("since", UtcTime, primary_key=True),
    Column("text", PlainText),
)

# Apart from the line: its row is written at every claim, and this may be long.
line_cover = Table(
    "line_cover",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("template", PlainText, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

trunk = Table(
    "trunk",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("max_calls", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    # Every node that looks after it says so (store/trunk_health.py).
    Column("is_down", Boolean, nullable=False, server_default=false()),
    Column("calls_per_second", Float),
    Column("next_call_at", UtcTime),
    # How many calls its pace allows in the claim that is being made; null: any number.
    Column("slots", Integer),
    CheckConstraint("max_calls >= 0", name="max_calls"),
)

trunk_health = Table(
    "trunk_health",
    metadata,
    Column("trunk", PlainText, primary_key=True),
    Column("node", PlainText, primary_key=True),
    Column("state", PlainText, nullable=False),
    Column("is_down", Boolean, nullable=False),
    Column("detail", PlainText, nullable=False),
    Column("since", UtcTime, nullable=False),
)

node = Table(
    "node",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("home", PlainText),
    Column("left_at", UtcTime),
    # What it does of the path (domain/role.py); null: it began before this was kept.
    Column("roles", JSON(none_as_null=True)),
)

campaign = Table(
    "campaign",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ref", PlainText, nullable=False, unique=True),
    Column("line", PlainText, nullable=False),
    Column("source", Word(Source), nullable=False),
    Column("mail_ref", PlainText, ForeignKey("mail.ref"), unique=True),
    Column("address", PlainText),
    Column("message_id", PlainText),
    Column("subject", PlainText, nullable=False),
    Column("quality", Word(Quality), nullable=False),
    Column("due_at", UtcTime),
    Column("state", Word(CampaignState), nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("pages", Integer),
    Column("created_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("purged_at", UtcTime),
    Column("window", JSON(none_as_null=True)),
    Column("is_open", Boolean, nullable=False, server_default=true()),
    Column("edge_at", UtcTime),
    # Its faxes queue apart, behind its own gate: pause, window and pace are one row.
    Column("gated", Boolean, nullable=False, server_default=false()),
    Column("paused", Boolean, nullable=False, server_default=false()),
    Column("vtime", Float, nullable=False, server_default="0"),
    Column("pace", Float),
    Column("next_call_at", UtcTime),
    Column("spread_s", Float),
    # Operations (store/drafts.py, store/canary.py).
    Column("name", PlainText, nullable=False, server_default=""),
    Column("launched_at", UtcTime),
    Column("expected", Integer),
    Column("origin", PlainText),
    Column("relation", Word(Relation)),
    Column("needs_proof", Boolean, nullable=False, server_default=false()),
    Column("canary_size", Integer),
    Column("canary_percent", Integer),
    Column("canary_state", Word(CanaryState)),
    Column("pause_reason", PlainText),
    Column("deleted_at", UtcTime),
    # Whoever has it may answer the replies (store/answer_keys.py).
    Column("answer_key", PlainText),
    CheckConstraint(_one_of("state", CampaignState), name="state"),
    CheckConstraint(_one_of("source", Source), name="source"),
    CheckConstraint(_one_of("quality", Quality), name="quality"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state IN ('failed', 'finished'))", name="finished"
    ),
    CheckConstraint("state <> 'ready' OR pages > 0", name="pages"),
    CheckConstraint("purged_at IS NULL OR finished_at IS NOT NULL", name="purged"),
    Column("content_key", PlainText),
    # Which pages of the attached documents are sent (`domain.page_choice`); null: all.
    Column("page_choice", PlainText),
    # `converters.place.Place.as_json` of each: what is drawn on its documents' pages.
    Column("overlay", JSON(none_as_null=True)),
    # `domain.order.Cover.as_json`; null: no cover page was asked for.
    Column("cover", JSON(none_as_null=True)),
    # A draft as the steps of the console keep it (store/drafts.py): how it will be let
    # go; how often its pages were asked for anew; why they cannot be made; when it was
    # changed last (null: never since it was created).
    Column("send_type", Word(SendType)),
    Column("edition", Integer, nullable=False, server_default="0"),
    Column("trouble", JSON(none_as_null=True)),
    Column("touched_at", UtcTime),
    # How its faxes ended, written when the last one did (store/tallies.py); null: before.
    Column("final_total", Integer),
    Column("final_sent", Integer),
    Column("final_failed", Integer),
    Column("final_cancelled", Integer),
    _partial("ix_campaign_todo", "id", where="state = 'preparing'"),
    _partial("ix_campaign_edge", "edge_at", where="edge_at IS NOT NULL"),
    _partial(
        "ix_campaign_gate",
        "line",
        where="gated AND is_open AND NOT paused AND state = 'ready'",
    ),
    _partial(
        "ix_campaign_content",
        "line",
        "content_key",
        "created_at",
        where="content_key IS NOT NULL",
    ),
    Index("ix_campaign_line_id", "line", "id"),
    Index("ix_campaign_origin", "origin"),
    _partial(
        "ix_campaign_unpurged",
        "finished_at",
        where="purged_at IS NULL AND finished_at IS NOT NULL",
    ),
)

document = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("role", Word(DocumentRole), nullable=False, server_default="attached"),
    Column("sha256", PlainText, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    UniqueConstraint("campaign_id", "position"),
    CheckConstraint("inline IS NULL OR spool IS NULL", name="one_place"),
)

pages = Table(
    "pages",
    metadata,
    Column("sha256", PlainText, primary_key=True),
    Column("vertical_dpi", Integer, primary_key=True),
    Column("tiff_sha256", PlainText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    Column("count", Integer, nullable=False),
    Column("warnings", JSON, nullable=False),
    # Of a cover page, `converters.place.Place.as_json` of each of its places.
    Column("places", JSON(none_as_null=True)),
    Column("created_at", UtcTime, nullable=False),
    CheckConstraint("vertical_dpi IN (98, 196, 391)", name="vertical_dpi"),
    CheckConstraint("count > 0", name="count"),
    CheckConstraint("(inline IS NULL) <> (spool IS NULL)", name="one_place"),
)

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
    _partial(
        "ix_fax_opt_out_code",
        "opt_out_code",
        where="opt_out_code IS NOT NULL",
        unique=True,
    ),
    _partial("ix_fax_unsettled", "campaign_id", where=f"quota_open AND {_FINAL}"),
    UniqueConstraint("campaign_id", "position"),
    CheckConstraint(_one_of("state", FaxState), name="state"),
    CheckConstraint(_one_of("phase", Phase), name="phase"),
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
    _partial(
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
    _partial("ix_fax_untried", "gate", where="state = 'scheduled' AND round = 0"),
    _partial("ix_fax_open_number", "number", where="state IN ('queued', 'scheduled')"),
    _partial("ix_fax_due", "due_at", where="state = 'scheduled'"),
    _partial("ix_fax_held", "updated_at", where="state = 'held'"),
    # One call at a time to one destination: the index makes it a law.
    _partial(
        "ix_fax_busy_number",
        "number",
        where="busy AND rides_with IS NULL",
        unique=True,
    ),
    _partial("ix_fax_rides_with", "rides_with", where="rides_with IS NOT NULL"),
    _partial("ix_fax_busy", "trunk", "line", "node", where="busy"),
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
    CheckConstraint(_one_of("phase", Phase), name="phase"),
    CheckConstraint("(ended_at IS NOT NULL) = (ending IS NOT NULL)", name="ended"),
    CheckConstraint("(started_at IS NOT NULL) = (phase <> 'claimed')", name="started"),
)

reply = Table(
    "reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_key", PlainText, nullable=False, unique=True),
    Column("kind", PlainText, nullable=False),
    Column("campaign", PlainText),
    Column("to_address", PlainText, nullable=False),
    Column("message", LargeBinary),
    Column("state", Word(ReplyState), nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcTime, nullable=False),
    Column("last_error", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime, index=True),
    # What joins it when it is posted (domain/enclosure.py).
    Column("enclosed", JSON(none_as_null=True)),
    CheckConstraint(_one_of("state", ReplyState), name="state"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state <> 'pending')", name="finished"
    ),
    CheckConstraint("state <> 'pending' OR message IS NOT NULL", name="message"),
    _partial("ix_reply_due", "next_try_at", where="state = 'pending'"),
    Index("ix_reply_campaign", "campaign"),
    Index("ix_reply_to_address_created_at", "to_address", "created_at"),
)

# Protection: who must not be faxed, and what a line may send.

objection = Table(
    "objection",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", PlainText, nullable=False),
    Column("number", PlainText),
    Column("fingerprint", PlainText),
    Column("source", PlainText, nullable=False),
    Column("note", PlainText, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    CheckConstraint("(number IS NULL) <> (fingerprint IS NULL)", name="who"),
    _partial(
        "ix_objection_number",
        "number",
        "scope",
        where="number IS NOT NULL",
        unique=True,
    ),
    _partial(
        "ix_objection_fingerprint",
        "fingerprint",
        "scope",
        where="fingerprint IS NOT NULL",
        unique=True,
    ),
)

# Triggers of the migration keep its rows as they were written.
objection_ledger = Table(
    "objection_ledger",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("action", Word(LedgerAction), nullable=False),
    Column("scope", PlainText, nullable=False),
    Column("number", PlainText),
    Column("fingerprint", PlainText),
    Column("source", PlainText, nullable=False),
    Column("note", PlainText, nullable=False),
    CheckConstraint(_one_of("action", LedgerAction), name="action"),
    CheckConstraint("(number IS NULL) <> (fingerprint IS NULL)", name="who"),
)

quota = Table(
    "quota",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("pages_per_day", Integer),
    Column("pages_per_month", Integer),
    Column("credit", Integer),
    Column("zone", PlainText, nullable=False),
    CheckConstraint("pages_per_day >= 0", name="pages_per_day"),
    CheckConstraint("pages_per_month >= 0", name="pages_per_month"),
    CheckConstraint("credit >= 0", name="credit"),
)

quota_use = Table(
    "quota_use",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("period", PlainText, primary_key=True),
    Column("pages", Integer, nullable=False),
    CheckConstraint("pages >= 0", name="pages"),
)

# Scheduling: what calls to a number have taught.

number_memory = Table(
    "number_memory",
    metadata,
    Column("number", PlainText, primary_key=True),
    Column("ending", Word(Ending), nullable=False),
    Column("detail", PlainText, nullable=False),
    Column("mode", PlainText),
    Column("bit_rate", Integer),
    Column("since", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

# Trust: who may send for a line, who guesses passwords, who had too many replies.

line_sender = Table(
    "line_sender",
    metadata,
    Column("line", PlainText, primary_key=True),
    # An address, or a domain.
    Column("entry", PlainText, primary_key=True),
)

line_network = Table(
    "line_network",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("network", PlainText, primary_key=True),
)

guessing = Table(
    "guessing",
    metadata,
    # Who guesses what; see store/guesses.py.
    Column("subject", PlainText, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("locks", Integer, nullable=False),
    Column("locked_until", UtcTime),
    Column("failed_at", UtcTime, nullable=False, index=True),
)

# Mails that were asked to come again because the DNS did not answer.
mail_deferral = Table(
    "mail_deferral",
    metadata,
    Column("sha256", PlainText, primary_key=True),
    Column("deferred_at", UtcTime, nullable=False, index=True),
)

withheld_reply = Table(
    "withheld_reply",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_key", PlainText, nullable=False, unique=True),
    Column("to_address", PlainText, nullable=False),
    Column("campaign", PlainText),
    Column("subject", PlainText, nullable=False),
    Column("body", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_withheld_reply_to_address_created_at", "to_address", "created_at"),
)

# Lists of recipients, and which of them a draft goes to.

recipient_list = Table(
    "recipient_list",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    # Null: it belongs to the draft alone that it was read for.
    Column("name", PlainText),
    Column("campaign", PlainText, index=True),
    # Where it came from, and what people know it by: a file's name, a server's.
    Column("source", Word(ListSource), nullable=False),
    Column("origin", PlainText, nullable=False),
    Column("state", Word(ListState), nullable=False),
    # A French sentence, and its code.
    Column("failure", PlainText),
    Column("failure_code", PlainText),
    # What it was read from; null as soon as nobody may need to read it again.
    Column("sha256", PlainText),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    # Of a table: names of its columns, its first rows, the column of the numbers.
    Column("columns", JSON, nullable=False),
    Column("preview", JSON, nullable=False),
    Column("number_column", Integer),
    Column("entries", Integer, nullable=False),
    Column("valid", Integer, nullable=False),
    Column("restricted", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # Its rows go in batches; nobody sees it any more.
    Column("deleted_at", UtcTime),
    CheckConstraint(_one_of("source", ListSource), name="source"),
    CheckConstraint(_one_of("state", ListState), name="state"),
    CheckConstraint("name IS NOT NULL OR campaign IS NOT NULL", name="owner"),
    CheckConstraint("inline IS NULL OR spool IS NULL", name="one_place"),
    _partial(
        "ix_recipient_list_name",
        "line",
        "name",
        where="name IS NOT NULL AND deleted_at IS NULL",
        unique=True,
    ),
    _partial(
        "ix_recipient_list_todo",
        "id",
        where="state = 'reading' OR deleted_at IS NOT NULL",
    ),
)

recipient = Table(
    "recipient",
    metadata,
    Column("list_id", ForeignKey("recipient_list.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("number", PlainText, nullable=False),
    Column("restricted", Boolean, nullable=False),
    # Its row of the table: {column: value}.
    Column("fields", JSON(none_as_null=True)),
    UniqueConstraint("number", "list_id"),
)

# What of a list is no number; the first ones, the others are only counted.
recipient_fault = Table(
    "recipient_fault",
    metadata,
    Column("list_id", ForeignKey("recipient_list.id"), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("line_number", Integer, nullable=False),
    Column("text", PlainText, nullable=False),
    Column("reason", PlainText, nullable=False),
)

recipient_choice = Table(
    "recipient_choice",
    metadata,
    Column("campaign", PlainText, primary_key=True),
    # Ids of lists: those it goes to, those it does not.
    Column("lists", JSON, nullable=False),
    Column("minus", JSON, nullable=False),
    # Without the numbers that failed for good before.
    Column("clean", Boolean, nullable=False),
    Column("state", Word(ChoiceState), nullable=False),
    Column("failure", PlainText),
    Column("failure_code", PlainText),
    # The quality that they were chosen for: not every number may be called in each.
    Column("quality", Word(Quality)),
    Column("written", Integer, nullable=False),
    Column("expected", Integer, nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    CheckConstraint(_one_of("state", ChoiceState), name="state"),
    _partial("ix_recipient_choice_todo", "updated_at", where="state = 'settling'"),
)

# Console and API.

operator = Table(
    "operator",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("password_hash", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# Who is logged in, on all nodes; the token itself is only in his browser.
web_session = Table(
    "web_session",
    metadata,
    Column("token_sha256", PlainText, primary_key=True),
    Column("line", PlainText, index=True),
    Column("operator", PlainText, index=True),
    Column("csrf", PlainText, nullable=False),
    Column("tongue", Word(Tongue), nullable=False),
    Column("browser", PlainText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False, index=True),
    CheckConstraint("(line IS NULL) <> (operator IS NULL)", name="who"),
)

# The API: who may call it, what it was asked before, and who is told what happens.

api_token = Table(
    "api_token",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    Column("name", PlainText, nullable=False),
    Column("secret_sha256", PlainText, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("line", PlainText, primary_key=True),
    Column("key", PlainText, primary_key=True),
    # Of the request; the same key with another one is a mistake.
    Column("fingerprint", PlainText, nullable=False),
    # Null: it is being carried out.
    Column("status", Integer),
    Column("headers", JSON(none_as_null=True)),
    Column("body", LargeBinary),
    Column("at", UtcTime, nullable=False, index=True),
)

# Files that a program sent ahead of its order.
upload = Table(
    "upload",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    Column("name", PlainText, nullable=False),
    Column("sha256", PlainText, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", LargeBinary),
    Column("spool", PlainText),
    Column("at", UtcTime, nullable=False, index=True),
    CheckConstraint("(inline IS NULL) <> (spool IS NULL)", name="one_place"),
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", PlainText, primary_key=True),
    Column("line", PlainText, nullable=False, index=True),
    Column("url", PlainText, nullable=False),
    Column("events", JSON, nullable=False),
    # What its messages are signed with: it cannot be a hash.
    Column("secret", PlainText, nullable=False),
    Column("active", Boolean, nullable=False),
    # Events given up one after the other.
    Column("failures", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

# Triggers of the migration write what ends or is launched; see store/events.py.
event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    # Its public name, when it was published: its body and deliveries are there.
    Column("ref", PlainText, unique=True),
    Column("line", PlainText, nullable=False),
    Column("kind", PlainText, nullable=False),
    Column("campaign", PlainText, nullable=False),
    Column("fax", PlainText, index=True),
    # The only one that is told, if it is a test.
    Column("webhook", PlainText),
    Column("at", UtcTime, nullable=False, index=True),
    Column("body", JSON(none_as_null=True)),
    Index("ix_event_line_id", "line", "id"),
    _partial("ix_event_unpublished", "id", where="ref IS NULL"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("webhook", PlainText, primary_key=True),
    Column("event", Integer, primary_key=True, index=True),
    Column("state", Word(DeliveryState), nullable=False),
    Column("node", PlainText),
    Column("lease_until", UtcTime),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", UtcTime, nullable=False),
    Column("status", Integer),
    Column("error", PlainText, nullable=False),
    Column("finished_at", UtcTime),
    CheckConstraint(_one_of("state", DeliveryState), name="state"),
    CheckConstraint(
        "(finished_at IS NOT NULL) = (state <> 'pending')", name="finished"
    ),
    _partial("ix_delivery_due", "next_try_at", where="state = 'pending'"),
)
