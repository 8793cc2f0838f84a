"""
Campaigns at scale: scheduling, operations, protection, nodes.

I/O: the schema, through Alembic. Only adds: SQLite can do that without rebuilding.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

UTC_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go from 0001 to 0002."""
    _scheduling()
    _operations()
    _protection()
    _nodes()


def _scheduling() -> None:
    """Windows, pace, spread, and what is known of numbers."""
    for table in ("line", "campaign"):
        op.add_column(table, sa.Column("window", sa.JSON))
        op.add_column(
            table,
            sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.true()),
        )
        op.add_column(table, sa.Column("edge_at", UTC_TIME))
        edges = sa.text("edge_at IS NOT NULL")
        op.create_index(
            f"ix_{table}_edge",
            table,
            ["edge_at"],
            sqlite_where=edges,
            postgresql_where=edges,
        )
    for column in (
        sa.Column("gated", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("vtime", sa.Float, nullable=False, server_default="0"),
        sa.Column("pace", sa.Float),
        sa.Column("next_call_at", UTC_TIME),
        sa.Column("spread_s", sa.Float),
    ):
        op.add_column("campaign", column)
    for column in (
        sa.Column("gate", sa.Integer, nullable=False, server_default="0"),
        sa.Column("round", sa.Integer, nullable=False, server_default="0"),
    ):
        op.add_column("fax", column)
    op.drop_index("ix_fax_queue", "fax")
    for name, table, columns, where in (
        (
            "ix_campaign_gate",
            "campaign",
            ["line"],
            "gated AND is_open AND NOT paused AND state = 'ready'",
        ),
        (
            "ix_fax_lane",
            "fax",
            ["line", "trunk", "gate", "priority", "round", "vrank", "id"],
            "state = 'queued'",
        ),
        ("ix_fax_untried", "fax", ["gate"], "state = 'scheduled' AND round = 0"),
        ("ix_fax_open_number", "fax", ["number"], "state IN ('queued', 'scheduled')"),
    ):
        condition = sa.text(where)
        op.create_index(
            name, table, columns, sqlite_where=condition, postgresql_where=condition
        )
    op.create_table(
        "number_memory",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("ending", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("mode", sa.Text),
        sa.Column("bit_rate", sa.Integer),
        sa.Column("since", UTC_TIME, nullable=False),
        sa.Column("updated_at", UTC_TIME, nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_number_memory"),
    )
    op.create_index("ix_number_memory_expires_at", "number_memory", ["expires_at"])


def _operations() -> None:
    """Drafts, canaries, copies."""
    for column in (
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("launched_at", UTC_TIME),
        sa.Column("expected", sa.Integer),
        sa.Column("origin", sa.Text),
        sa.Column("relation", sa.Text),
        sa.Column("needs_proof", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("canary_size", sa.Integer),
        sa.Column("canary_percent", sa.Integer),
        sa.Column("canary_state", sa.Text),
        sa.Column("pause_reason", sa.Text),
        sa.Column("deleted_at", UTC_TIME),
    ):
        op.add_column("campaign", column)
    op.create_index("ix_campaign_origin", "campaign", ["origin"])
    # Until now every order was launched by giving it.
    op.execute("UPDATE campaign SET launched_at = created_at")


def _protection() -> None:
    """Do-not-fax, quotas, duplicates, erasure."""
    op.add_column("campaign", sa.Column("content_key", sa.Text))
    for column in (
        sa.Column("held_for", sa.Text),
        sa.Column("opt_out_code", sa.Text),
        sa.Column("quota_pages", sa.Integer, nullable=False, server_default="0"),
        sa.Column("quota_day", sa.Text),
        sa.Column("quota_open", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column(
            "quota_credit", sa.Boolean, nullable=False, server_default=sa.false()
        ),
    ):
        op.add_column("fax", column)
    _partial_index(
        "ix_campaign_content",
        "campaign",
        ["line", "content_key", "created_at"],
        where="content_key IS NOT NULL",
    )
    _partial_index(
        "ix_fax_opt_out_code",
        "fax",
        ["opt_out_code"],
        where="opt_out_code IS NOT NULL",
        unique=True,
    )
    _partial_index(
        "ix_fax_unsettled",
        "fax",
        ["campaign_id"],
        where="quota_open AND state IN ('cancelled', 'failed', 'sent', 'unknown')",
    )
    _objections()
    _quotas()


def _objections() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_at", UTC_TIME, nullable=False),
        sa.CheckConstraint(
            "(number IS NULL) <> (fingerprint IS NULL)",
            name=op.f("ck_objection_who"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_objection"),
    )
    _partial_index(
        "ix_objection_number",
        "objection",
        ["number", "scope"],
        where="number IS NOT NULL",
        unique=True,
    )
    _partial_index(
        "ix_objection_fingerprint",
        "objection",
        ["fingerprint", "scope"],
        where="fingerprint IS NOT NULL",
        unique=True,
    )
    op.create_table(
        "objection_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "action IN ('added', 'removed', 'erased')",
            name=op.f("ck_objection_ledger_action"),
        ),
        sa.CheckConstraint(
            "(number IS NULL) <> (fingerprint IS NULL)",
            name=op.f("ck_objection_ledger_who"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_objection_ledger"),
    )
    for statement in _LEDGER_LAWS[op.get_bind().dialect.name]:
        op.execute(statement)


# What was written in the ledger stays as it was; only who it is about may be blanked.
_KEPT = (
    "NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.action <> OLD.action"
    " OR NEW.scope <> OLD.scope"
    " OR (NEW.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number)"
    " OR (NEW.source <> '' AND NEW.source <> OLD.source)"
    " OR (NEW.note <> '' AND NEW.note <> OLD.note)"
)
_LEDGER_LAWS = {
    "sqlite": (
        "CREATE TRIGGER objection_ledger_no_delete BEFORE DELETE ON objection_ledger"
        " BEGIN SELECT RAISE(ABORT, 'the ledger is kept'); END",
        "CREATE TRIGGER objection_ledger_no_update BEFORE UPDATE ON objection_ledger"
        f" WHEN {_KEPT.replace('IS DISTINCT FROM', 'IS NOT')}"
        " BEGIN SELECT RAISE(ABORT, 'the ledger is kept'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION objection_ledger_kept() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the ledger is kept'; END $$",
        "CREATE TRIGGER objection_ledger_no_delete BEFORE DELETE ON objection_ledger"
        " FOR EACH ROW EXECUTE FUNCTION objection_ledger_kept()",
        "CREATE TRIGGER objection_ledger_no_update BEFORE UPDATE ON objection_ledger"
        f" FOR EACH ROW WHEN ({_KEPT}) EXECUTE FUNCTION objection_ledger_kept()",
    ),
}


def _quotas() -> None:
    op.create_table(
        "quota",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("pages_per_day", sa.Integer(), nullable=True),
        sa.Column("pages_per_month", sa.Integer(), nullable=True),
        sa.Column("credit", sa.Integer(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.CheckConstraint("pages_per_day >= 0", name=op.f("ck_quota_pages_per_day")),
        sa.CheckConstraint(
            "pages_per_month >= 0", name=op.f("ck_quota_pages_per_month")
        ),
        sa.CheckConstraint("credit >= 0", name=op.f("ck_quota_credit")),
        sa.PrimaryKeyConstraint("line", name="pk_quota"),
    )
    op.create_table(
        "quota_use",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.CheckConstraint("pages >= 0", name=op.f("ck_quota_use_pages")),
        sa.PrimaryKeyConstraint("line", "period", name="pk_quota_use"),
    )


def _partial_index(
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


def _nodes() -> None:
    """Several daemons on one store."""
    op.add_column("node", sa.Column("home", sa.Text))
    op.add_column("node", sa.Column("left_at", UTC_TIME))
