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


def _nodes() -> None:
    """Several daemons on one store."""
