"""
`expedite REF`: let something go before all that waits.
"""

import argparse
from datetime import UTC, datetime

from ..domain.errors import OrderRefused
from ..store import faxes
from .options import Commands, add_command, open_store, settings_of


def add_parsers(commands: Commands) -> None:
    """Add `expedite`."""
    parser = add_command(
        commands,
        "expedite",
        "let an order or a fax go before all that waits",
        example="expedite K7M2XQ9D",
    )
    parser.add_argument("ref", metavar="REF", help="reference of an order or a fax")
    parser.set_defaults(run=expedite)


def expedite(arguments: argparse.Namespace) -> int:
    """Raise the priority of what is not sent yet."""
    with open_store(settings_of(arguments)) as db:
        raised = db.sync_tx(faxes.expedite, arguments.ref, now=datetime.now(UTC))
    if not raised:
        raise OrderRefused(
            f"nothing of {arguments.ref!r} waits to be sent; see: ecofax-gateway faxes",
            code="nothing-waits",
        )
    print(f"{arguments.ref}: {raised} faxes go before all others")
    return 0
