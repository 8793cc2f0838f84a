"""
Trust in a sender, replies that carry and take more, and pages drawn per recipient.

I/O: the schema, through Alembic.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

UTC_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go from 0003 to 0004."""
    _trust()
    _orders()
    _replies()
    _merge()


def _trust() -> None:
    """Who may send for a line, who guesses passwords, who had too many replies."""
    op.add_column("mail", sa.Column("trust", sa.Text))
    op.add_column(
        "mail", sa.Column("sender", sa.Text, nullable=False, server_default="")
    )
    op.add_column(
        "mail", sa.Column("trust_detail", sa.Text, nullable=False, server_default="")
    )
    for table, column in (("line_sender", "entry"), ("line_network", "network")):
        op.create_table(
            table,
            sa.Column("line", sa.Text, nullable=False),
            sa.Column(column, sa.Text, nullable=False),
            sa.PrimaryKeyConstraint("line", column, name=f"pk_{table}"),
        )
    op.create_table(
        "guessing",
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("began_at", UTC_TIME, nullable=False),
        sa.Column("locks", sa.Integer, nullable=False),
        sa.Column("locked_until", UTC_TIME),
        sa.Column("failed_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_guessing"),
    )
    op.create_index("ix_guessing_failed_at", "guessing", ["failed_at"])
    op.create_table(
        "mail_deferral",
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("deferred_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_mail_deferral"),
    )
    op.create_index("ix_mail_deferral_deferred_at", "mail_deferral", ["deferred_at"])
    op.create_table(
        "withheld_reply",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("event_key", sa.Text, nullable=False),
        sa.Column("to_address", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_withheld_reply"),
        sa.UniqueConstraint("event_key", name="uq_withheld_reply_event_key"),
    )
    op.create_index(
        "ix_withheld_reply_to_address_created_at",
        "withheld_reply",
        ["to_address", "created_at"],
    )
    op.create_index(
        "ix_reply_to_address_created_at", "reply", ["to_address", "created_at"]
    )


def _orders() -> None:
    """What a mail may say."""
    op.add_column(
        "document",
        sa.Column("role", sa.Text, nullable=False, server_default="attached"),
    )
    op.add_column("campaign", sa.Column("page_choice", sa.Text))
    op.add_column("campaign", sa.Column("cover", sa.JSON))
    op.add_column("fax", sa.Column("fields", sa.JSON))


def _replies() -> None:
    """What an answer carries, and how it is answered."""
    op.add_column(
        "line", sa.Column("language", sa.Text, nullable=False, server_default="both")
    )
    op.add_column(
        "line",
        sa.Column("proof", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.add_column("campaign", sa.Column("answer_key", sa.Text))
    op.add_column("reply", sa.Column("enclosed", sa.JSON))


def _merge() -> None:
    """Cover pages and overlays of a recipient's own."""
    op.create_table(
        "line_cover",
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("updated_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("line", name="pk_line_cover"),
    )
    op.add_column("campaign", sa.Column("overlay", sa.JSON))
    op.add_column("pages", sa.Column("places", sa.JSON))
