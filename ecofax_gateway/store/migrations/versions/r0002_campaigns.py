"""
Campaigns at scale: scheduling, operations, protection, nodes.

I/O: the schema, through Alembic. Only adds: SQLite can do that without rebuilding.
"""

revision = "0002"
down_revision = "0001"


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


def _protection() -> None:
    """Do-not-fax, quotas, duplicates, erasure."""


def _nodes() -> None:
    """Several daemons on one store."""
