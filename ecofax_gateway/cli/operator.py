"""
`operator add|list|passwd|remove`: people who see every line on the console.
"""

import argparse
from datetime import UTC, datetime

from ..domain.errors import OrderRefused
from ..domain.operator_name import NotAName, parse_operator_name
from ..password import hash_password, make_password
from ..store import operators
from ..store.operators import Operator
from .dates import minute
from .options import Commands, add_command, add_group, open_store, settings_of


def add_parsers(commands: Commands) -> None:
    """Add `operator` and what it can do."""
    actions = add_group(
        commands,
        "operator",
        "manage the operators of the console",
        example="operator add marie",
    )
    for name, help_, run in (
        ("add", "add an operator and print the password once", add_operator),
        ("passwd", "give an operator a new password; ends the sessions", new_password),
        ("remove", "remove an operator; ends the sessions", remove_operator),
    ):
        action = add_command(actions, name, help_, example=f"operator {name} marie")
        action.add_argument("name")
        action.set_defaults(run=run)
    listing = add_command(
        actions, "list", "list the operators", example="operator list"
    )
    listing.set_defaults(run=list_operators)


def add_operator(arguments: argparse.Namespace) -> int:
    """Add one; refuses a name that is taken, or that is a number."""
    password = make_password()
    new = Operator(
        name=_name(arguments.name),
        password_hash=hash_password(password),
        created_at=datetime.now(UTC),
    )
    with open_store(settings_of(arguments)) as db:
        if not db.sync_tx(operators.add, new):
            raise OrderRefused(
                f"there is an operator {new.name} already; for a new password:"
                f" ecofax-gateway operator passwd {new.name}",
                code="operator-exists",
            )
    print(f"operator {new.name}, password: {password}")
    return 0


def new_password(arguments: argparse.Namespace) -> int:
    """Make a fresh password and print it once."""
    password = make_password()
    with open_store(settings_of(arguments)) as db:
        hashed = hash_password(password)
        if not db.sync_tx(operators.set_password_hash, arguments.name, hashed):
            raise _absent(arguments.name)
    print(f"operator {arguments.name}, password: {password}")
    return 0


def remove_operator(arguments: argparse.Namespace) -> int:
    """Remove one."""
    with open_store(settings_of(arguments)) as db:
        if not db.sync_tx(operators.remove, arguments.name):
            raise _absent(arguments.name)
    print(f"operator {arguments.name}: removed")
    return 0


def list_operators(arguments: argparse.Namespace) -> int:
    """Print them, with the time they were added."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        known = db.sync_read(operators.listing)
    for each in known:
        print(f"{each.name:<20} since {minute(each.created_at, settings.zone)}")
    if not known:
        print("no operator yet; add one with: ecofax-gateway operator add NAME")
    return 0


def _name(text: str) -> str:
    try:
        return parse_operator_name(text)
    except NotAName as error:
        raise OrderRefused(str(error), code="bad-name") from None


def _absent(name: str) -> OrderRefused:
    return OrderRefused(
        f"there is no operator {name}; see: ecofax-gateway operator list",
        code="no-operator",
    )
