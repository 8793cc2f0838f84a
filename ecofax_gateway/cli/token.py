"""
`line token`: tokens with which programs use the API for a line.
"""

import argparse
from datetime import UTC, datetime, timedelta

from ..domain.api_token import Scope
from ..domain.errors import OrderRefused
from ..pipeline import tokens
from ..store import api_tokens, lines
from .options import (
    Commands,
    add_command,
    no_line,
    open_store,
    read_number,
    settings_of,
    whole,
)

MOST_DAYS = 36_500
"""A hundred years; dates end in the year 9999."""


def add_actions(actions: Commands) -> None:
    """Add `token`."""
    token = add_command(
        actions,
        "token",
        "make an API token of a line and print it once, or list and revoke them",
        example="line token 0366720307 --name Gestion --scope faxes:read faxes:write",
    )
    token.add_argument("number")
    token.add_argument("--name", help="to know it by; makes a token")
    token.add_argument(
        "--scope",
        nargs="+",
        type=Scope,
        choices=list(Scope),
        default=list(Scope),
        help="what it may do (everything)",
    )
    token.add_argument(
        "--days",
        type=whole(1, MOST_DAYS),
        metavar="N",
        help="it expires after so many",
    )
    token.add_argument("--revoke", metavar="ID", help="let it open nothing any more")
    token.set_defaults(run=manage_tokens)


def manage_tokens(arguments: argparse.Namespace) -> int:
    """Make, revoke, or list a line's tokens."""
    number = read_number(arguments.number)
    now = datetime.now(UTC)
    with open_store(settings_of(arguments)) as db:
        if db.sync_read(lines.get, number.e164) is None:
            raise no_line(number)
        if arguments.name is not None:
            days = arguments.days
            made = db.sync_tx(
                tokens.make,
                number.e164,
                name=arguments.name,
                scopes=set(arguments.scope),
                expires_at=None if days is None else now + timedelta(days=days),
                now=now,
            )
            print(f"token {made.id}, shown this once: {made}")
            return 0
        if arguments.revoke is not None:
            wanted = arguments.revoke
            if not db.sync_tx(api_tokens.revoke, number.e164, wanted, now=now):
                raise OrderRefused(f"there is no token {wanted}", code="no-token")
            print(f"token {wanted} revoked")
            return 0
        known = db.sync_read(api_tokens.listing, number.e164)
    for each in known:
        state = "valid" if each.is_valid(now) else "ended"
        print(f"{each.id}  {state}  {each.name}  {' '.join(sorted(each.scopes))}")
    return 0
