"""
Who may use the console and the API, lists of recipients, events, what pages ask for.

I/O: the schema, through Alembic.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

UTC_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go from 0004 to 0005."""
    _access()
    _lists()
    _api()
    _line_settings()
    _drafts()
    _views()


def _access() -> None:
    """Operators, and who is logged in."""
    op.create_table(
        "operator",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_operator"),
    )
    op.create_table(
        "web_session",
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("line", sa.Text),
        sa.Column("operator", sa.Text),
        sa.Column("csrf", sa.Text, nullable=False),
        sa.Column("tongue", sa.Text, nullable=False),
        sa.Column("browser", sa.Text, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("seen_at", UTC_TIME, nullable=False),
        sa.CheckConstraint("(line IS NULL) <> (operator IS NULL)", name="who"),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_web_session"),
    )
    op.create_index("ix_web_session_line", "web_session", ["line"])
    op.create_index("ix_web_session_operator", "web_session", ["operator"])
    op.create_index("ix_web_session_seen_at", "web_session", ["seen_at"])


def _lists() -> None:
    """Lists of recipients."""
    op.create_table(
        "recipient_list",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("campaign", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("failure_code", sa.Text),
        sa.Column("sha256", sa.Text),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("inline", sa.LargeBinary),
        sa.Column("spool", sa.Text),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("preview", sa.JSON, nullable=False),
        sa.Column("number_column", sa.Integer),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("valid", sa.Integer, nullable=False),
        sa.Column("restricted", sa.Integer, nullable=False),
        sa.Column("duplicates", sa.Integer, nullable=False),
        sa.Column("invalid", sa.Integer, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("node", sa.Text),
        sa.Column("lease_until", UTC_TIME),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("updated_at", UTC_TIME, nullable=False),
        sa.Column("deleted_at", UTC_TIME),
        sa.CheckConstraint(
            "source IN ('typed', 'file', 'url')", name=op.f("ck_recipient_list_source")
        ),
        sa.CheckConstraint(
            "state IN ('reading', 'ready', 'failed')",
            name=op.f("ck_recipient_list_state"),
        ),
        sa.CheckConstraint(
            "name IS NOT NULL OR campaign IS NOT NULL",
            name=op.f("ck_recipient_list_owner"),
        ),
        sa.CheckConstraint(
            "inline IS NULL OR spool IS NULL", name=op.f("ck_recipient_list_one_place")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recipient_list"),
    )
    op.create_index("ix_recipient_list_line", "recipient_list", ["line"])
    op.create_index("ix_recipient_list_campaign", "recipient_list", ["campaign"])
    named = sa.text("name IS NOT NULL AND deleted_at IS NULL")
    op.create_index(
        "ix_recipient_list_name",
        "recipient_list",
        ["line", "name"],
        unique=True,
        sqlite_where=named,
        postgresql_where=named,
    )
    todo = sa.text("state = 'reading' OR deleted_at IS NOT NULL")
    op.create_index(
        "ix_recipient_list_todo",
        "recipient_list",
        ["id"],
        sqlite_where=todo,
        postgresql_where=todo,
    )
    op.create_table(
        "recipient",
        sa.Column("list_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("restricted", sa.Boolean, nullable=False),
        sa.Column("fields", sa.JSON),
        sa.ForeignKeyConstraint(
            ["list_id"], ["recipient_list.id"], name="fk_recipient_list_id"
        ),
        sa.PrimaryKeyConstraint("list_id", "position", name="pk_recipient"),
        sa.UniqueConstraint("number", "list_id", name="uq_recipient_number_list_id"),
    )
    op.create_table(
        "recipient_fault",
        sa.Column("list_id", sa.Integer, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("line_number", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["recipient_list.id"], name="fk_recipient_fault_list_id"
        ),
        sa.PrimaryKeyConstraint("list_id", "n", name="pk_recipient_fault"),
    )
    _choices()


def _choices() -> None:
    op.create_table(
        "recipient_choice",
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("lists", sa.JSON, nullable=False),
        sa.Column("minus", sa.JSON, nullable=False),
        sa.Column("clean", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("failure_code", sa.Text),
        sa.Column("quality", sa.Text),
        sa.Column("written", sa.Integer, nullable=False),
        sa.Column("expected", sa.Integer, nullable=False),
        sa.Column("node", sa.Text),
        sa.Column("lease_until", UTC_TIME),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("updated_at", UTC_TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('settling', 'settled', 'failed')",
            name=op.f("ck_recipient_choice_state"),
        ),
        sa.PrimaryKeyConstraint("campaign", name="pk_recipient_choice"),
    )
    settling = sa.text("state = 'settling'")
    op.create_index(
        "ix_recipient_choice_todo",
        "recipient_choice",
        ["updated_at"],
        sqlite_where=settling,
        postgresql_where=settling,
    )


def _api() -> None:
    """Tokens, idempotency keys, events and who is told of them."""
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_sha256", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("used_at", UTC_TIME),
        sa.Column("expires_at", UTC_TIME),
        sa.Column("revoked_at", UTC_TIME),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
    )
    op.create_index("ix_api_token_line", "api_token", ["line"])
    op.create_table(
        "idempotency",
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("headers", sa.JSON),
        sa.Column("body", sa.LargeBinary),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("line", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"])
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("events", sa.JSON, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_index("ix_webhook_line", "webhook", ["line"])
    op.create_table(
        "upload",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("inline", sa.LargeBinary),
        sa.Column("spool", sa.Text),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.CheckConstraint(
            "(inline IS NULL) <> (spool IS NULL)", name=op.f("ck_upload_one_place")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_line", "upload", ["line"])
    op.create_index("ix_upload_at", "upload", ["at"])
    _events()


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("ref", sa.Text),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("fax", sa.Text),
        sa.Column("webhook", sa.Text),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("body", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.UniqueConstraint("ref", name="uq_event_ref"),
    )
    op.create_index("ix_event_line_id", "event", ["line", "id"])
    op.create_index("ix_event_at", "event", ["at"])
    op.create_index("ix_event_fax", "event", ["fax"])
    unpublished = sa.text("ref IS NULL")
    op.create_index(
        "ix_event_unpublished",
        "event",
        ["id"],
        sqlite_where=unpublished,
        postgresql_where=unpublished,
    )
    op.create_table(
        "delivery",
        sa.Column("webhook", sa.Text, nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("node", sa.Text),
        sa.Column("lease_until", UTC_TIME),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_try_at", UTC_TIME, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("finished_at", UTC_TIME),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'given-up')",
            name=op.f("ck_delivery_state"),
        ),
        sa.CheckConstraint(
            "(finished_at IS NOT NULL) = (state <> 'pending')",
            name=op.f("ck_delivery_finished"),
        ),
        sa.PrimaryKeyConstraint("webhook", "event", name="pk_delivery"),
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["next_try_at"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_index("ix_delivery_event", "delivery", ["event"])
    for statement in _TELLERS[op.get_bind().dialect.name]:
        op.execute(statement)


# A fax comes to its end in a dozen statements, some for 100 000 at once: here none is
# forgotten. For a line without a webhook nothing is written.
_TOLD = (
    "EXISTS (SELECT 1 FROM webhook WHERE webhook.line = NEW.line AND webhook.active)"
)
_TELL_FAX = f"""
    INSERT INTO event (line, kind, campaign, fax, at)
    SELECT NEW.line, 'fax.' || NEW.state, campaign.ref, NEW.ref, NEW.updated_at
    FROM campaign WHERE campaign.id = NEW.campaign_id AND {_TOLD};
"""  # noqa: S608 -- our own words
_TELL_CAMPAIGN = """
    INSERT INTO event (line, kind, campaign, at)
    SELECT NEW.line, {kind}, NEW.ref, NEW.{at} WHERE {told};
"""
_FAX_ENDS = (
    "NEW.state IN ('sent', 'failed', 'unknown', 'cancelled') AND NEW.state <> OLD.state"
)
_LAUNCH = _TELL_CAMPAIGN.format(
    kind="'campaign.launched'", at="launched_at", told=_TOLD
)
_END = _TELL_CAMPAIGN.format(
    kind="'campaign.' || NEW.state", at="finished_at", told=_TOLD
)
_CASES = (
    ("tell_fax_end", "UPDATE OF state ON fax", _FAX_ENDS, _TELL_FAX),
    (
        "tell_campaign_launch",
        "UPDATE OF launched_at ON campaign",
        "NEW.launched_at IS NOT NULL AND OLD.launched_at IS NULL",
        _LAUNCH,
    ),
    (
        "tell_campaign_order",
        "INSERT ON campaign",
        "NEW.launched_at IS NOT NULL",
        _LAUNCH,
    ),
    (
        "tell_campaign_end",
        "UPDATE OF finished_at ON campaign",
        "NEW.finished_at IS NOT NULL AND OLD.finished_at IS NULL"
        " AND NEW.launched_at IS NOT NULL",
        _END,
    ),
)
_TELLERS = {
    "sqlite": [
        f"CREATE TRIGGER {name} AFTER {when} WHEN {case} BEGIN {tell} END"
        for name, when, case, tell in _CASES
    ],
    "postgresql": [
        statement
        for name, when, case, tell in _CASES
        for statement in (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {tell} RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {when} FOR EACH ROW WHEN ({case})"
            f" EXECUTE FUNCTION {name}()",
        )
    ],
}


def _line_settings() -> None:
    """What a line may set for itself."""
    for column in (
        sa.Column("tag_line", sa.Text),
        sa.Column("quality", sa.Text),
        sa.Column("max_tries", sa.Integer),
        sa.Column("from_name", sa.Text),
        sa.Column("from_email", sa.Text),
        sa.Column("copies", sa.JSON),
        sa.Column("mail_format", sa.Text, nullable=False, server_default="html"),
        sa.Column("proof_format", sa.Text, nullable=False, server_default="pdf"),
    ):
        op.add_column("line", column)
    op.create_table(
        "tag_line",
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("since", UTC_TIME, nullable=False),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("line", "since", name="pk_tag_line"),
    )


def _drafts() -> None:
    """What the steps of a new campaign keep."""
    for column in (
        sa.Column("send_type", sa.Text),
        sa.Column("edition", sa.Integer, nullable=False, server_default="0"),
        sa.Column("trouble", sa.JSON),
        sa.Column("touched_at", UTC_TIME),
    ):
        op.add_column("campaign", column)


def _views() -> None:
    """What lists and pages of the console ask for."""
    for word in ("total", "sent", "failed", "cancelled"):
        op.add_column("campaign", sa.Column(f"final_{word}", sa.Integer))
    counts = ", ".join(
        f"final_{word} = (SELECT count(*) FROM fax WHERE {which})"  # noqa: S608 -- our own words
        for word, which in (
            ("total", "campaign_id = campaign.id"),
            ("sent", "campaign_id = campaign.id AND state = 'sent'"),
            ("failed", "campaign_id = campaign.id AND state = 'failed'"),
            ("cancelled", "campaign_id = campaign.id AND state = 'cancelled'"),
        )
    )
    op.execute(f"UPDATE campaign SET {counts} WHERE finished_at IS NOT NULL")  # noqa: S608 -- our own words
    op.create_index("ix_fax_campaign_id_number", "fax", ["campaign_id", "number"])
    op.create_index("ix_fax_line_id", "fax", ["line", "id"])
    op.add_column("node", sa.Column("roles", sa.JSON))
    refused = sa.text("state = 'refused'")
    op.create_index(
        "ix_mail_refused",
        "mail",
        ["finished_at"],
        sqlite_where=refused,
        postgresql_where=refused,
    )
