"""
`dkim-key`: make the key that replies are signed with, and print its DNS record.
"""

import argparse
from pathlib import Path

from ..domain.errors import OrderRefused
from ..smtp.signing import dns_record, make_key, write_key, zone_line
from .files import read_file
from .options import Commands, add_command

MAX_BYTES = 1024**2
"""Of a key; one of 4096 bits has 3 KB."""


def add_parsers(commands: Commands) -> None:
    """Add `dkim-key`."""
    parser = add_command(
        commands,
        "dkim-key",
        "make the key that replies are signed with, and print its DNS record",
        example="dkim-key /etc/ecofax-gateway/dkim.pem --domain ecofax.fr",
    )
    parser.add_argument(
        "file", type=Path, help="where the key is; made if it is not there"
    )
    parser.add_argument("--domain", required=True, help="of replies.sender")
    parser.add_argument("--selector", default="ecofax", help="names the key (ecofax)")
    parser.set_defaults(run=make)


def make(arguments: argparse.Namespace) -> int:
    """Make the key, or read the one that is there, and say what to do with it."""
    path: Path = arguments.file
    try:
        try:
            key = make_key()
            write_key(path, key)
        except FileExistsError:
            key = read_file(path, most=MAX_BYTES)
        record = dns_record(key)
    except (OSError, ValueError) as error:
        raise OrderRefused(
            f"{path}: no key can be read or written there: {error}", code="bad-key"
        ) from error
    name = f"{arguments.selector}._domainkey.{arguments.domain}"
    print(f"{zone_line(name, record)}\n")
    print("Put this record into the DNS, and these lines into the configuration:\n")
    print("[replies]")
    print(f'dkim_domain = "{arguments.domain}"')
    print(f'dkim_selector = "{arguments.selector}"')
    print(f'dkim_key = "{path.absolute()}"')
    print("\nThe gateway's own user must be able to read the key, and nobody else.")
    return 0
