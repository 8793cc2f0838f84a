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


def _line_settings() -> None:
    """What a line may set for itself."""


def _drafts() -> None:
    """What the steps of a new campaign keep."""


def _views() -> None:
    """What lists and pages of the console ask for."""
