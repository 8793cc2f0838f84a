"""
The first schema: mails, campaigns, faxes and attempts, replies, lines, nodes.

I/O: the schema, through Alembic.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

UTC_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go from an empty database to 0001."""
    _line()
    _mail()
    _mail_key()
    _node()
    _pages()
    _reply()
    _trunk()
    _campaign()
    _document()
    _fax()
    _attempt()


def _partial(
    name: str, table: str, columns: list[str], *, where: str, unique: bool = False
) -> None:
    condition = sa.text(where)
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _line() -> None:
    op.create_table(
        "line",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("max_calls", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("vtime", sa.Float(), nullable=False),
        sa.Column("last_claim", UTC_TIME, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.CheckConstraint(
            "plan IN ('perso', 'pro', 'plug')", name=op.f("ck_line_plan")
        ),
        sa.CheckConstraint("max_calls >= 0", name=op.f("ck_line_max_calls")),
        sa.CheckConstraint("weight > 0", name=op.f("ck_line_weight")),
        sa.PrimaryKeyConstraint("number", name="pk_line"),
    )


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("inline", sa.LargeBinary(), nullable=True),
        sa.Column("spool", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("node", sa.Text(), nullable=True),
        sa.Column("lease_until", UTC_TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("received_at", UTC_TIME, nullable=False),
        sa.Column("finished_at", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "(code IS NOT NULL) = (state = 'refused')", name=op.f("ck_mail_code")
        ),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (state <> 'accepted')",
            name=op.f("ck_mail_finished"),
        ),
        sa.CheckConstraint(
            "state <> 'accepted' OR inline IS NOT NULL OR spool IS NOT NULL",
            name=op.f("ck_mail_has_content"),
        ),
        sa.CheckConstraint(
            "state IN ('accepted', 'ordered', 'refused')", name=op.f("ck_mail_state")
        ),
        sa.CheckConstraint(
            "inline IS NULL OR spool IS NULL", name=op.f("ck_mail_one_place")
        ),
        sa.PrimaryKeyConstraint("ref", name="pk_mail"),
    )
    op.create_index("ix_mail_finished_at", "mail", ["finished_at"])
    _partial("ix_mail_todo", "mail", ["received_at"], where="state = 'accepted'")


def _mail_key() -> None:
    op.create_table(
        "mail_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("received_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_mail_key"),
    )
    op.create_index("ix_mail_key_received_at", "mail_key", ["received_at"])


def _node() -> None:
    op.create_table(
        "node",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("seen_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_node"),
    )


def _pages() -> None:
    op.create_table(
        "pages",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("vertical_dpi", sa.Integer(), nullable=False),
        sa.Column("tiff_sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("inline", sa.LargeBinary(), nullable=True),
        sa.Column("spool", sa.Text(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.CheckConstraint(
            "(inline IS NULL) <> (spool IS NULL)", name=op.f("ck_pages_one_place")
        ),
        sa.CheckConstraint("count > 0", name=op.f("ck_pages_count")),
        sa.CheckConstraint(
            "vertical_dpi IN (98, 196, 391)", name=op.f("ck_pages_vertical_dpi")
        ),
        sa.PrimaryKeyConstraint("sha256", "vertical_dpi", name="pk_pages"),
    )


def _reply() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("campaign", sa.Text(), nullable=True),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=True),
        sa.Column("lease_until", UTC_TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UTC_TIME, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("finished_at", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (state <> 'pending')",
            name=op.f("ck_reply_finished"),
        ),
        sa.CheckConstraint(
            "state <> 'pending' OR message IS NOT NULL", name=op.f("ck_reply_message")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'dropped')", name=op.f("ck_reply_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
        sa.UniqueConstraint("event_key", name="uq_reply_event_key"),
    )
    op.create_index("ix_reply_campaign", "reply", ["campaign"])
    _partial("ix_reply_due", "reply", ["next_try_at"], where="state = 'pending'")
    op.create_index("ix_reply_finished_at", "reply", ["finished_at"])


def _trunk() -> None:
    op.create_table(
        "trunk",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("max_calls", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.CheckConstraint("max_calls >= 0", name=op.f("ck_trunk_max_calls")),
        sa.PrimaryKeyConstraint("name", name="pk_trunk"),
    )


def _campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("mail_ref", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("due_at", UTC_TIME, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=True),
        sa.Column("lease_until", UTC_TIME, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("finished_at", UTC_TIME, nullable=True),
        sa.Column("purged_at", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (state IN ('failed', 'finished'))",
            name=op.f("ck_campaign_finished"),
        ),
        sa.CheckConstraint(
            "quality IN ('normal', 'premium', 'best')", name=op.f("ck_campaign_quality")
        ),
        sa.CheckConstraint(
            "source IN ('mail', 'command')", name=op.f("ck_campaign_source")
        ),
        sa.CheckConstraint(
            "state <> 'ready' OR pages > 0", name=op.f("ck_campaign_pages")
        ),
        sa.CheckConstraint(
            "state IN ('preparing', 'ready', 'failed', 'finished')",
            name=op.f("ck_campaign_state"),
        ),
        sa.CheckConstraint(
            "purged_at IS NULL OR finished_at IS NOT NULL",
            name=op.f("ck_campaign_purged"),
        ),
        sa.ForeignKeyConstraint(
            ["mail_ref"], ["mail.ref"], name="fk_campaign_mail_ref"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("mail_ref", name="uq_campaign_mail_ref"),
        sa.UniqueConstraint("ref", name="uq_campaign_ref"),
    )
    op.create_index("ix_campaign_line_id", "campaign", ["line", "id"])
    _partial("ix_campaign_todo", "campaign", ["id"], where="state = 'preparing'")
    _partial(
        "ix_campaign_unpurged",
        "campaign",
        ["finished_at"],
        where="purged_at IS NULL AND finished_at IS NOT NULL",
    )


def _document() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("inline", sa.LargeBinary(), nullable=True),
        sa.Column("spool", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "inline IS NULL OR spool IS NULL", name=op.f("ck_document_one_place")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_document_campaign_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint(
            "campaign_id", "position", name="uq_document_campaign_id_position"
        ),
    )
    op.create_index("ix_document_sha256", "document", ["sha256"])


def _fax() -> None:
    op.create_table(
        "fax",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("busy", sa.Boolean(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("vrank", sa.Float(), nullable=False),
        sa.Column("due_at", UTC_TIME, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("node", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("pages_confirmed", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("slot_until", UTC_TIME, nullable=True),
        sa.Column("updated_at", UTC_TIME, nullable=False),
        sa.Column("finished_at", UTC_TIME, nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (state IN ('cancelled', 'failed', 'sent', 'unknown'))",
            name=op.f("ck_fax_finished"),
        ),
        sa.CheckConstraint(
            "(phase IS NOT NULL) = (state = 'dialing')",
            name=op.f("ck_fax_phase_dialing"),
        ),
        sa.CheckConstraint(
            "(slot_until IS NOT NULL) = (busy AND state = 'unknown')",
            name=op.f("ck_fax_slot"),
        ),
        sa.CheckConstraint(
            "(state <> 'dialing' OR busy) AND (NOT busy OR state IN ('dialing', 'unknown'))",
            name=op.f("ck_fax_busy"),
        ),
        sa.CheckConstraint(
            "phase IN ('claimed', 'inviting', 'ringing', 'answered', 'sending')",
            name=op.f("ck_fax_phase"),
        ),
        sa.CheckConstraint(
            "state <> 'scheduled' OR due_at IS NOT NULL", name=op.f("ck_fax_due")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'scheduled', 'queued', 'dialing', 'sent', 'failed', 'unknown', 'held', 'cancelled')",
            name=op.f("ck_fax_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('dialing', 'unknown') OR (node IS NOT NULL AND epoch IS NOT NULL AND attempt > 0)",
            name=op.f("ck_fax_owner"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('failed', 'unknown') OR ending IS NOT NULL",
            name=op.f("ck_fax_ending"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name="fk_fax_campaign_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fax"),
        sa.UniqueConstraint(
            "campaign_id", "position", name="uq_fax_campaign_id_position"
        ),
        sa.UniqueConstraint("ref", name="uq_fax_ref"),
    )
    _partial("ix_fax_busy", "fax", ["trunk", "line", "node"], where="busy")
    _partial("ix_fax_busy_number", "fax", ["number"], where="busy", unique=True)
    op.create_index("ix_fax_campaign_id_state", "fax", ["campaign_id", "state"])
    _partial("ix_fax_due", "fax", ["due_at"], where="state = 'scheduled'")
    _partial(
        "ix_fax_queue",
        "fax",
        ["line", "trunk", "priority", "vrank", "id"],
        where="state = 'queued'",
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("fax_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("pages_confirmed", sa.Integer(), nullable=False),
        sa.Column("claimed_at", UTC_TIME, nullable=False),
        sa.Column("started_at", UTC_TIME, nullable=True),
        sa.Column("answered_at", UTC_TIME, nullable=True),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("bit_rate", sa.Integer(), nullable=True),
        sa.Column("ecm", sa.Boolean(), nullable=True),
        sa.Column("vertical_dpi", sa.Integer(), nullable=True),
        sa.Column("fax_met", sa.Boolean(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("pages_sha256", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(started_at IS NOT NULL) = (phase <> 'claimed')",
            name=op.f("ck_attempt_started"),
        ),
        sa.CheckConstraint(
            "phase IN ('claimed', 'inviting', 'ringing', 'answered', 'sending')",
            name=op.f("ck_attempt_phase"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (ending IS NOT NULL)",
            name=op.f("ck_attempt_ended"),
        ),
        sa.ForeignKeyConstraint(["fax_id"], ["fax.id"], name="fk_attempt_fax_id"),
        sa.PrimaryKeyConstraint("fax_id", "n", name="pk_attempt"),
    )
