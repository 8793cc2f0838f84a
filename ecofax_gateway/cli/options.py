"""
What several commands share: the --config option, and the store that it leads to.

I/O: reads the configuration, opens the store.
"""

import argparse
import math
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NotANumber, parse_number
from ..pipeline import line_settings
from ..pipeline.routing import Plan, Routing
from ..service import become_owner, make_state_folder
from ..settings import Settings, load_settings
from ..store import trunks
from ..store.database import Database

MOST_SHOWN = 1_000_000
"""No list has so many entries, and no fax so many pages."""

CONFIG_VARIABLE = "ECOFAX_CONFIG"


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = argparse._SubParsersAction


def add_group(commands: Commands, name: str, help_: str, *, example: str) -> Commands:
    """A command that has actions of its own."""
    parser = commands.add_parser(
        name,
        help=help_,
        description=_sentence(help_),
        epilog=f"Example: ecofax-gateway {example}",
    )
    return parser.add_subparsers(metavar="ACTION", required=True)


def add_command(
    commands: Commands,
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
        description=_sentence(help_),
        epilog=f"Example: ecofax-gateway {example}",
    )
    parser.register("type", None, _text)
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


def whole(least: int, most: int) -> Callable[[str], int]:
    """An argument that is a whole number of this range."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
            number = int(text)
            if least <= number <= most:
                return number
        raise argparse.ArgumentTypeError(
            f"{text!r}: write a whole number from {least} to {most}"
        )

    return read


def amount(most: float) -> Callable[[str], float]:
    """An argument that is a number; whether it makes sense is seen where it counts."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if abs(number) <= most:
            return number
        raise argparse.ArgumentTypeError(f"{text!r}: write a number, at most {most:g}")

    return read


def mail_address(text: str) -> str:
    """An argument that is an address of mail."""
    if line_settings.ADDRESS.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            f"{text!a}: write an address, e.g. anne@example.net"
        )
    return text


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


def no_line(number: FaxNumber) -> OrderRefused:
    """What is said where a line is named that there is not."""
    return OrderRefused(
        f"there is no line {number}; see: ecofax-gateway line list", code="no-line"
    )


def read_number(text: str) -> FaxNumber:
    """
    Read a number, of a line or to fax.

    Raises:
        OrderRefused: If it is none.
    """
    try:
        return parse_number(text)
    except NotANumber as error:
        raise OrderRefused(f"{text!r} {error}", code="bad-number") from None


def _text(text: str) -> str:
    """An argument of no other type; what a database and a page can hold."""
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise argparse.ArgumentTypeError(
            f"{text!a}: write it in UTF-8, without control characters"
        )
    return text


def _sentence(help_: str) -> str:
    return f"{help_[0].upper()}{help_[1:]}."
