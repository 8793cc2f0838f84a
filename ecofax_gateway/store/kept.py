"""
Read bytes back from where their row says they are.

I/O: the spool.
"""

from typing import cast

from sqlalchemy import Connection

from .spool import Spool


def load(conn: Connection, inline: bytes | None, spool: str | None) -> bytes | None:
    """
    The bytes of a row's *inline* and *spool* columns; None if both are empty.

    Raises:
        StoreUnavailable: If the spool file cannot be read.
    """
    if spool is None:
        return None if inline is None else bytes(inline)
    return cast(Spool, conn.get_execution_options()["spool"]).read(spool)
