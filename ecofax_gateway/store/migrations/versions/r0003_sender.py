"""
Calls that carry several faxes, several trunks, and the journal of a call.

I/O: the schema, through Alembic.
"""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go from 0002 to 0003."""
    _combined()
    _trunks()
    _journal()


def _combined() -> None:
    """Several faxes in one call."""


def _trunks() -> None:
    """Several ways for a call to leave."""


def _journal() -> None:
    """What was said in a call."""
    op.add_column("attempt", sa.Column("journal", sa.JSON))
