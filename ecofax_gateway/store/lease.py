"""
Work that may be done twice: leased, and offered again if nobody reports back.

Pure: no I/O, no clock, no randomness.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, Update, null, or_, update

MAX_TRIES = 3
"""A mail or document that ended its worker this often is the cause, not the victim."""


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Nobody works on the row, or who did has been silent for the whole lease."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until <= now)


def give_back(table: Table, node: str) -> Update:
    """
    Offer again what a node had leased when the store failed it.

    The try is not counted: it was not the work that ended it.
    """
    return (
        update(table)
        .where(table.c.node == node, table.c.lease_until.is_not(None))
        .values(lease_until=null(), node=null(), tries=table.c.tries - 1)
    )
