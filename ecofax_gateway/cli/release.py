"""
`release REF`: send what is held because the same pages went there lately.
"""

import argparse
from datetime import UTC, datetime

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..store import departures, repeats
from .options import Commands, add_command, open_store, settings_of


def add_parsers(commands: Commands) -> None:
    """Add `release`."""
    parser = add_command(
        commands,
        "release",
        "send faxes that are held as repeats",
        example="release K7M2XQ9D",
    )
    parser.add_argument("ref", metavar="REF", help="reference of an order or a fax")
    parser.set_defaults(run=release)


def release(arguments: argparse.Namespace) -> int:
    """Let an order's or one fax's repeats go."""
    with open_store(settings_of(arguments)) as db:
        released = db.sync_tx(_release, arguments.ref, datetime.now(UTC))
    if released is None:
        raise OrderRefused(
            f"nothing of {arguments.ref!r} is held as a repeat; see:"
            " ecofax-gateway faxes --state held",
            code="not-held",
        )
    print(f"{arguments.ref}: {released} faxes released")
    return 0


def _release(conn: Connection, ref: str, now: datetime) -> int | None:
    found = repeats.release(conn, ref, now=now)
    if not found:
        return None
    return sum(departures.let_go(conn, each, now=now) for each in sorted(found))
