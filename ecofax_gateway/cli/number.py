"""
`number list|show|forget`: what calls to a number have taught.
"""

import argparse
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber
from ..domain.outcome import Ending
from ..store import memory
from ..store.memory import Memory
from .dates import minute
from .options import (
    Commands,
    add_command,
    add_group,
    open_store,
    read_number,
    settings_of,
)


def add_parsers(commands: Commands) -> None:
    """Add `number` and what it can do."""
    actions = add_group(
        commands,
        "number",
        "see and forget what calls to a number have taught",
        example="number list --unknown",
    )

    listing = add_command(
        actions,
        "list",
        "list the numbers that something is known of",
        example="number list --unknown",
    )
    listing.add_argument(
        "--unknown",
        action="store_true",
        help="only those that the network says do not exist",
    )
    listing.set_defaults(run=list_numbers)

    show = add_command(
        actions,
        "show",
        "show what is known of a number",
        example="number show 0972101010",
    )
    show.add_argument("number")
    show.set_defaults(run=show_number)

    forget = add_command(
        actions,
        "forget",
        "forget what is known of a number; the next call starts afresh",
        example="number forget 0972101010",
    )
    forget.add_argument("number")
    forget.set_defaults(run=forget_number)


def list_numbers(arguments: argparse.Namespace) -> int:
    """Print one line per number; all of them, page by page."""
    settings = settings_of(arguments)
    ending = Ending.NUMBER_UNKNOWN if arguments.unknown else None
    now, after = datetime.now(UTC), ""
    with open_store(settings) as db:
        while page := db.sync_read(memory.listing, ending=ending, after=after, now=now):
            for each in page:
                print(_line(each, settings.zone))
            after = page[-1].number
    if not after:
        print("nothing is known of any number")
    return 0


def show_number(arguments: argparse.Namespace) -> int:
    """Print what is known; exit status 1 if nothing is."""
    number = read_number(arguments.number)
    settings = settings_of(arguments)
    with open_store(settings) as db:
        known = db.sync_read(memory.recall, number.e164, now=datetime.now(UTC))
    if known is None:
        raise _nothing_known(number)
    for name, value in _fields(known, settings.zone):
        print(f"{name:<12} {value}")
    return 0


def forget_number(arguments: argparse.Namespace) -> int:
    """Forget; exit status 1 if nothing was known."""
    number = read_number(arguments.number)
    with open_store(settings_of(arguments)) as db:
        if not db.sync_tx(memory.forget, number.e164):
            raise _nothing_known(number)
    print(f"{number}: forgotten")
    return 0


def _fields(known: Memory, zone: ZoneInfo) -> list[tuple[str, str]]:
    told = [
        ("number", str(FaxNumber(known.number))),
        ("ended", str(known.ending)),
        ("mode", known.mode or "-"),
        ("speed", f"{known.bit_rate} bit/s" if known.bit_rate else "-"),
        ("since", minute(known.since, zone)),
        ("last seen", minute(known.updated_at, zone)),
        ("expires", minute(known.expires_at, zone)),
    ]
    return [*told, ("detail", known.detail)] if known.detail else told


def _line(known: Memory, zone: ZoneInfo) -> str:
    number = str(FaxNumber(known.number))
    return (
        f"{number:<18} {known.ending:<15} {known.mode or '-':<9}"
        f" {minute(known.updated_at, zone)}"
    )


def _nothing_known(number: FaxNumber) -> OrderRefused:
    return OrderRefused(f"nothing is known of {number}", code="number-absent")
