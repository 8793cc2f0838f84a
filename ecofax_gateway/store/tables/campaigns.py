"""
Campaigns, their documents, and the pages these were made into.

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
    LargeBinary,
    Table,
    UniqueConstraint,
    false,
    true,
)

from ...domain.campaign import CanaryState, Relation, SendType
from ...domain.document import DocumentRole, Quality
from ...domain.order import Source
from ..states import CampaignState
from ..types import PlainText, UtcTime, Word
from .schema import metadata, one_of, partial

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
    CheckConstraint(one_of("state", CampaignState), name="state"),
    CheckConstraint(one_of("source", Source), name="source"),
    CheckConstraint(one_of("quality", Quality), name="quality"),
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
    partial("ix_campaign_todo", "id", where="state = 'preparing'"),
    partial("ix_campaign_edge", "edge_at", where="edge_at IS NOT NULL"),
    partial(
        "ix_campaign_gate",
        "line",
        where="gated AND is_open AND NOT paused AND state = 'ready'",
    ),
    partial(
        "ix_campaign_content",
        "line",
        "content_key",
        "created_at",
        where="content_key IS NOT NULL",
    ),
    Index("ix_campaign_line_id", "line", "id"),
    Index("ix_campaign_origin", "origin"),
    partial(
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
