"""
The commands: `ecofax-gateway COMMAND`.
"""

import argparse
import sys
from collections.abc import Sequence

from ..domain.errors import BadSettings, EcofaxError, OrderRefused, StoreUnavailable
from . import config, convert, demo, faxes, line, machine, run, send

COMMANDS = (run, send, faxes, line, convert, config, machine, demo)
"""In the order that --help shows them; each module adds its own."""

USAGE_ERROR = 2
TEMPORARY_FAILURE = 75
"sysexits.h: EX_TEMPFAIL; the same command may succeed later."


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Returns:
        Exit status: 0 done; 1 the answer is no; 2 wrong usage or configuration;
        75 try again later.
    """
    parser = argparse.ArgumentParser(
        prog="ecofax-gateway",
        description="A mail goes in, a fax machine prints it, the answer comes back.",
        epilog="Example: ecofax-gateway run --config /etc/ecofax-gateway/config.toml",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parsers(commands)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except BadSettings as error:
        for mistake in error.mistakes:
            print(f"ecofax-gateway: {mistake}", file=sys.stderr)
        return USAGE_ERROR
    except OrderRefused as error:
        print(f"ecofax-gateway: {error.for_requester}", file=sys.stderr)
        return 1
    except StoreUnavailable as error:
        print(f"ecofax-gateway: the store does not answer: {error}", file=sys.stderr)
        return TEMPORARY_FAILURE
    except EcofaxError as error:
        print(f"ecofax-gateway: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
