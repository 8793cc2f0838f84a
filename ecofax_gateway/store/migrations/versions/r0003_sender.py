"""
Calls that carry several faxes, several trunks, and the journal of a call.

I/O: the schema, through Alembic.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

UTC_TIME = sa.DateTime().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Go from 0002 to 0003."""
    _combined()
    _trunks()
    _journal()
    _logins()


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
        ("ix_fax_held", "updated_at", "state = 'held'", False),
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
    for column in (
        sa.Column("is_down", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("calls_per_second", sa.Float),
        sa.Column("next_call_at", UTC_TIME),
        sa.Column("slots", sa.Integer),
    ):
        op.add_column("trunk", column)
    op.add_column(
        "attempt", sa.Column("trunk", sa.Text, nullable=False, server_default="")
    )
    op.create_index("ix_attempt_trunk_claimed_at", "attempt", ["trunk", "claimed_at"])
    op.create_table(
        "trunk_health",
        sa.Column("trunk", sa.Text, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("is_down", sa.Boolean, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("since", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("trunk", "node", name="pk_trunk_health"),
    )


def _journal() -> None:
    """What was said in a call."""
    op.add_column("attempt", sa.Column("journal", sa.JSON))


def _logins() -> None:
    """Mail of those who log in."""
    op.add_column("mail", sa.Column("login", sa.Text))
