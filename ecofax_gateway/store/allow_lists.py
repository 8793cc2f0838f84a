"""
Who may send for a line.

I/O: the database, through the caller's transaction.
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, select

from ..domain.trust import AllowList, parse_networks
from .insertion import insert_into
from .tables import line, line_network, line_sender


def get(conn: Connection, number: str) -> AllowList:
    """The list of a line; empty if it has none."""
    senders = select(line_sender.c.entry).where(line_sender.c.line == number)
    networks = select(line_network.c.network).where(line_network.c.line == number)
    return AllowList(
        senders=frozenset(conn.execute(senders).scalars()),
        networks=parse_networks(sorted(conn.execute(networks).scalars())),
    )


def change(
    conn: Connection,
    number: str,
    *,
    allow: Collection[str] = (),
    forbid: Collection[str] = (),
    open_to: Collection[str] = (),
    close_to: Collection[str] = (),
) -> bool:
    """
    Change the list of a line.

    Args:
        allow, forbid: Addresses and domains, lower case.

        open_to, close_to: Networks, as `ipaddress` prints them.

    Returns:
        False: there is no such line.
    """
    query = select(line.c.number).where(line.c.number == number)
    if conn.execute(query.with_for_update()).scalar() is None:
        return False
    for table, column, gone, new in (
        (line_sender, line_sender.c.entry, forbid, allow),
        (line_network, line_network.c.network, close_to, open_to),
    ):
        conn.execute(delete(table).where(table.c.line == number, column.in_(gone)))
        for each in new:
            conn.execute(
                insert_into(conn, table)
                .values({"line": number, column.name: each})
                .on_conflict_do_nothing()
            )
    return True


def remove(conn: Connection, number: str) -> None:
    """Forget the list of a line that is no more."""
    conn.execute(delete(line_sender).where(line_sender.c.line == number))
    conn.execute(delete(line_network).where(line_network.c.line == number))


def listed(conn: Connection, address: str) -> int:
    """
    On how many lists an address is.

    Erasing somebody leaves them alone: a list whose last entry goes opens its line.
    """
    query = select(func.count()).where(line_sender.c.entry == address.lower())
    return conn.execute(query).scalar_one()
