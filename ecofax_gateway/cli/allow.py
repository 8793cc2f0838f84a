"""
`line allow NUMBER`, `line unlock NUMBER`: who may send for a line.
"""

import argparse
from ipaddress import ip_network

from ..domain.trust import AllowList
from ..store import allow_lists, guesses, lines
from ..trust.sender import only_mailbox
from .options import (
    Commands,
    add_command,
    no_line,
    open_store,
    read_number,
    settings_of,
)


def add_actions(actions: Commands) -> None:
    """Add `line allow` and `line unlock`."""
    allow = add_command(
        actions,
        "allow",
        "say who may send for a line; without a list, everybody with its password",
        example="line allow 0366720307 anne@example.net example.org",
    )
    allow.add_argument("number")
    allow.add_argument(
        "entries",
        nargs="*",
        metavar="SENDER",
        type=_entry,
        help="an address, or a domain (without its subdomains); none: show the list",
    )
    allow.add_argument(
        "--remove",
        action="append",
        default=[],
        metavar="SENDER",
        type=_entry,
        help="take it off the list; a list without entries is none",
    )
    allow.add_argument(
        "--open",
        action="append",
        default=[],
        metavar="NETWORK",
        type=_network,
        help="senders on the list need no proof from there (scanners), e.g. 10.1.0.0/24",
    )
    allow.add_argument(
        "--close",
        action="append",
        default=[],
        metavar="NETWORK",
        type=_network,
        help="they need it again",
    )
    allow.set_defaults(run=change_list)

    unlock = add_command(
        actions,
        "unlock",
        "let people try again after too many wrong passwords for a line",
        example="line unlock 0366720307",
    )
    unlock.add_argument("number")
    unlock.set_defaults(run=unlock_line)


def change_list(arguments: argparse.Namespace) -> int:
    """Change the list as it is said, and print it."""
    number = read_number(arguments.number)
    with open_store(settings_of(arguments)) as db:
        known = db.sync_tx(
            allow_lists.change,
            number.e164,
            allow=arguments.entries,
            forbid=arguments.remove,
            open_to=arguments.open,
            close_to=arguments.close,
        )
        if not known:
            raise no_line(number)
        allowed = db.sync_read(allow_lists.get, number.e164)
    print(f"line {number}: {list_words(allowed)}")
    return 0


def unlock_line(arguments: argparse.Namespace) -> int:
    """Forget the wrong passwords that were tried for a line."""
    number = read_number(arguments.number)
    with open_store(settings_of(arguments)) as db:
        if db.sync_read(lines.get, number.e164) is None:
            raise no_line(number)
        lifted = db.sync_tx(guesses.forget_line, number.e164)
    print(f"line {number}: {lifted} counts of wrong passwords forgotten")
    return 0


def list_words(allowed: AllowList) -> str:
    """Who may send, in a few words."""
    if not allowed.senders:
        return "everybody who has its password"
    told = ", ".join(sorted(allowed.senders))
    if allowed.networks:
        told += "; without proof from " + ", ".join(map(str, allowed.networks))
    return told


def _entry(text: str) -> str:
    folded = text.lower().removeprefix("@")
    address = folded if "@" in folded else f"someone@{folded}"
    if only_mailbox([address.encode()]) != address:
        raise argparse.ArgumentTypeError(
            f"{text!r}: write an address (anne@example.net) or a domain (example.org)"
        )
    return folded


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r}: write a network (10.1.0.0/24) or an address (10.1.0.7)"
        ) from None
