"""
Trust in a sender, replies that carry and take more, and pages drawn per recipient.

I/O: the schema, through Alembic.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go from 0003 to 0004."""
    _trust()
    _orders()
    _replies()
    _merge()


def _trust() -> None:
    """Who may send for a line."""


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


def _merge() -> None:
    """Cover pages and overlays of a recipient's own."""
