"""
Calls that carry several faxes, several trunks, and the journal of a call.

I/O: the schema, through Alembic.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go from 0002 to 0003."""
    _combined()
    _trunks()
    _journal()


def _combined() -> None:
    """Several faxes in one call."""
    allowed = sa.Column(
        "combine", sa.Boolean, nullable=False, server_default=sa.false()
    )
    op.add_column("line", allowed)
    op.add_column("fax", sa.Column("rides_with", sa.Integer))
    op.add_column("attempt", sa.Column("rode_with", sa.Text))
    # A fax in another one's call is busy with the same number, and is no second call.
    op.drop_index("ix_fax_busy_number", "fax")
    for name, column, where, unique in (
        ("ix_fax_busy_number", "number", "busy AND rides_with IS NULL", True),
        ("ix_fax_rides_with", "rides_with", "rides_with IS NOT NULL", False),
    ):
        condition = sa.text(where)
        op.create_index(
            name,
            "fax",
            [column],
            unique=unique,
            sqlite_where=condition,
            postgresql_where=condition,
        )


def _trunks() -> None:
    """Several ways for a call to leave."""


def _journal() -> None:
    """What was said in a call."""
    op.add_column("attempt", sa.Column("journal", sa.JSON))
