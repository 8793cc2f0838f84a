"""
What several commands share: the --config option, and the store that it leads to.

I/O: reads the configuration, opens the store.
"""

import argparse
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NotANumber, parse_number
from ..pipeline.routing import Plan, Routing
from ..service import become_owner, make_state_folder
from ..settings import Settings, load_settings
from ..store import trunks
from ..store.database import Database

CONFIG_VARIABLE = "ECOFAX_CONFIG"


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help_: str,
    *,
    example: str,
    config: bool = True,
) -> argparse.ArgumentParser:
    """A command with its help, an example, and --config."""
    parser = commands.add_parser(
        name,
        help=help_,
        description=help_[0].upper() + help_[1:] + ".",
        epilog=f"Example: ecofax-gateway {example}",
    )
    if config:
        default = os.environ.get(CONFIG_VARIABLE)
        parser.add_argument(
            "--config",
            metavar="FILE",
            type=Path,
            default=Path(default) if default else None,
            help=f"configuration (default: ${CONFIG_VARIABLE}, else embedded defaults)",
        )
    return parser


def settings_of(arguments: argparse.Namespace) -> Settings:
    """
    The settings that --config names.

    Raises:
        BadSettings: With every mistake.
    """
    return load_settings(arguments.config)


@contextmanager
def open_store(settings: Settings) -> Iterator[Database]:
    """The store, as the user whose it is."""
    make_state_folder(settings.state)
    become_owner(settings.state)
    db = Database.open(settings.database_url, spool=settings.state / "spool")
    try:
        yield db
    finally:
        db.close()


def plan_trunks(
    db: Database, settings: Settings, numbers: Iterable[str], quality: Quality
) -> Plan:
    """
    By which trunks the faxes to these numbers leave.

    Raises:
        NoRoute: If no trunk serves some of them.
    """
    closed = db.sync_read(trunks.closed)
    return Routing(settings.carriers).plan(numbers, quality, closed)


def line_number(text: str) -> FaxNumber:
    """
    Read a number, of a line or to fax.

    Raises:
        OrderRefused: If it is none.
    """
    try:
        return parse_number(text)
    except NotANumber as error:
        raise OrderRefused(f"{text!r} {error}", code="bad-number") from None
