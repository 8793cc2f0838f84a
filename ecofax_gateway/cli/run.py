"""
`run`: the gateway itself.
"""

import argparse
import asyncio
from functools import partial

from .. import daemon, log
from ..domain.role import ALL_ROLES, Role
from .options import Commands, add_command, settings_of


def add_parsers(commands: Commands) -> None:
    """Add `run`."""
    parser = add_command(
        commands,
        "run",
        "run the gateway until it is told to stop",
        example="run --config /etc/ecofax-gateway/config.toml",
    )
    parser.add_argument(
        "--roles",
        type=_roles,
        default=ALL_ROLES,
        metavar="ROLE,...",
        help=f"what this node does, of {', '.join(Role)} (default: all); several nodes"
        " share one PostgreSQL database",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the daemon in this process."""
    settings = settings_of(arguments)
    log.set_up(settings.gateway.log_level)
    # Who waits for this line may read it through a pipe: not left in a buffer.
    announce = partial(print, flush=True)
    asyncio.run(daemon.run(settings, announce=announce, roles=arguments.roles))
    return 0


def _roles(text: str) -> frozenset[Role]:
    try:
        return frozenset(Role(word.strip()) for word in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{error}; choose of {', '.join(Role)}"
        ) from None
