"""
`line add|allow|list|set|passwd|remove|quota|show|token|unlock|window`: fax lines.
"""

import argparse
import getpass
import sys
from dataclasses import replace
from datetime import UTC, datetime

from ..domain.errors import OrderRefused
from ..domain.line import MAX_CALLS, FaxLine, Plan
from ..domain.number import FaxNumber
from ..password import hash_password, make_password
from ..pipeline import line_settings
from ..store import lines
from ..writing import answer_of
from . import allow, cover, line_options, quota, token, window
from .options import (
    Commands,
    add_command,
    add_group,
    no_line,
    open_store,
    read_number,
    settings_of,
    whole,
)


def add_parsers(commands: Commands) -> None:
    """Add `line` and what it can do."""
    actions = add_group(
        commands, "line", "manage fax lines", example="line add 0366720307"
    )

    add = add_command(
        actions,
        "add",
        "add a fax line and print its fax password once",
        example="line add 0366720307 --plan pro --name 'Cabinet Durand'",
    )
    add.add_argument("number", help="the line's own number")
    add.add_argument("--plan", choices=list(Plan), default=Plan.PRO, type=Plan)
    add.add_argument("--name", default="", help="printed on top of every page")
    add.add_argument(
        "--max-calls",
        type=whole(0, MAX_CALLS),
        default=2,
        metavar="N",
        help="calls at a time (2)",
    )
    line_options.add_options(add)
    _password_option(add)
    add.set_defaults(run=add_line)

    listing = add_command(actions, "list", "list the fax lines", example="line list")
    listing.set_defaults(run=list_lines)

    line_options.add_actions(actions)

    passwd = add_command(
        actions,
        "passwd",
        "give a line a new fax password",
        example="line passwd 0366720307",
    )
    passwd.add_argument("number")
    _password_option(passwd)
    passwd.set_defaults(run=change_password)

    remove = add_command(
        actions, "remove", "remove a line", example="line remove 0366720307"
    )
    remove.add_argument("number")
    remove.set_defaults(run=remove_line)
    quota.add_actions(actions)
    window.add_actions(actions)
    cover.add_actions(actions)
    allow.add_actions(actions)
    token.add_actions(actions)


def add_line(arguments: argparse.Namespace) -> int:
    """Add a line; refuses a number that has one."""
    number = read_number(arguments.number)
    password = _password(arguments)
    line = FaxLine(
        number=number.e164,
        plan=arguments.plan,
        name=arguments.name,
        password_hash=hash_password(password),
        max_calls=arguments.max_calls,
    )
    settings = settings_of(arguments)
    wishes = line_options.wishes_of(arguments)
    line = replace(line, **line_settings.cleaned(wishes))
    line_settings.check(line, domain=answer_of(settings).domain)
    with open_store(settings) as db:
        if not db.sync_tx(lines.add, line, now=datetime.now(UTC)):
            raise OrderRefused(
                f"there is a line {number} already; to change its password:"
                f" ecofax-gateway line passwd {number.national}",
                code="line-exists",
            )
    print(f"line {number} added, plan {line.plan}")
    _tell(password, arguments)
    return 0


def list_lines(arguments: argparse.Namespace) -> int:
    """Print every line."""
    with open_store(settings_of(arguments)) as db:
        known = db.sync_read(lines.listing)
        now = datetime.now(UTC)
        told = {
            each.line.number: db.sync_read(quota.of_line, each.line.number, now=now)
            for each in known
        }
    if not known:
        print("no line yet; add one with: ecofax-gateway line add NUMBER")
    for status in known:
        line = status.line
        paused = "  paused" if status.paused else ""
        combines = "  combines" if line.combine else ""
        print(
            f"{FaxNumber(line.number)!s:<18} {line.plan:<6}"
            f" {line.default_quality:<8} {line.max_calls} calls  {line.name}{paused}"
            f"{combines}"
            f"  {told[line.number]}".rstrip()
        )
    return 0


def change_password(arguments: argparse.Namespace) -> int:
    """Set a new password."""
    number = read_number(arguments.number)
    password = _password(arguments)
    with open_store(settings_of(arguments)) as db:
        changed = db.sync_tx(
            lines.set_password_hash, number.e164, hash_password(password)
        )
    if not changed:
        raise no_line(number)
    print(f"line {number}: password changed")
    _tell(password, arguments)
    return 0


def remove_line(arguments: argparse.Namespace) -> int:
    """Remove a line that has nothing left to send."""
    number = read_number(arguments.number)
    with open_store(settings_of(arguments)) as db:
        removal = db.sync_tx(lines.remove, number.e164)
    if removal is lines.Removal.ABSENT:
        raise no_line(number)
    if removal is lines.Removal.IN_USE:
        raise OrderRefused(
            f"line {number} still has faxes to send; see: ecofax-gateway faxes",
            code="line-in-use",
        )
    print(f"line {number} removed; its history stays")
    return 0


def _password_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the fax password from standard input instead of making one",
    )


def _password(arguments: argparse.Namespace) -> str:
    if not arguments.password_stdin:
        return make_password()
    if sys.stdin.isatty():
        password = getpass.getpass("fax password: ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password or any(character.isspace() for character in password):
        raise OrderRefused(
            "a fax password has at least one character and no space",
            code="bad-password",
        )
    return password


def _tell(password: str, arguments: argparse.Namespace) -> None:
    if not arguments.password_stdin:
        print(f"fax password, shown this once: {password}")
