"""
Trunks: how calls leave, and how many at once.

I/O: the database, through the caller's transaction.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from ..domain.fax import FaxState
from .insertion import insert_into
from .tables import fax, trunk


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkStatus:
    """One trunk; its address is in the settings, not here."""

    name: str
    max_calls: int
    "Channels, over all nodes."

    paused: bool


def put(conn: Connection, name: str, *, max_calls: int) -> None:
    """Make a trunk known, or set its channels anew; a pause stays."""
    conn.execute(
        insert_into(conn, trunk)
        .values(name=name, max_calls=max_calls, paused=False)
        .on_conflict_do_update(
            index_elements=[trunk.c.name], set_={"max_calls": max_calls}
        )
    )


def adopt(conn: Connection, name: str) -> int:
    """
    Let faxes that are still to be called leave by this trunk, and forget the others.

    A trunk that the operator renamed or took away would keep its faxes for ever.

    Returns:
        How many faxes changed their trunk.
    """
    open_states = (
        FaxState.WAITING, FaxState.SCHEDULED, FaxState.QUEUED, FaxState.HELD,
    )  # fmt: skip
    moved = conn.execute(
        update(fax)
        .where(fax.c.trunk != name, fax.c.state.in_(open_states))
        .values(trunk=name)
    )
    conn.execute(delete(trunk).where(trunk.c.name != name))
    return moved.rowcount


def set_paused(conn: Connection, name: str, *, paused: bool) -> bool:
    """Let no new call leave by a trunk, or again; False if there is no such trunk."""
    changed = conn.execute(
        update(trunk).where(trunk.c.name == name).values(paused=paused)
    )
    return changed.rowcount == 1


def listing(conn: Connection) -> list[TrunkStatus]:
    """Every trunk, by name."""
    query = select(trunk).order_by(trunk.c.name)
    return [TrunkStatus(**row) for row in conn.execute(query).mappings()]
