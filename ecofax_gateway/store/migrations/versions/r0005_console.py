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


def _drafts() -> None:
    """What the steps of a new campaign keep."""


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
