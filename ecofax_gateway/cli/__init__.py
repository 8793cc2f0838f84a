"""
The commands: `ecofax-gateway COMMAND`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ..domain.errors import (
    BadSettings,
    EcofaxError,
    NodeDisplaced,
    NotYet,
    OrderRefused,
    StoreTooNew,
    StoreUnavailable,
)

COMMANDS = {
    "run": "run",
    "send": "send",
    "faxes": "faxes",
    "show": "faxes",
    "cancel": "faxes",
    "campaign": "campaign",
    "line": "line",
    "operator": "operator",
    "trunks": "trunks",
    "endings": "endings",
    "erase": "erase",
    "export-line": "erase",
    "preflight": "preflight",
    "release": "release",
    "expedite": "expedite",
    "donotfax": "donotfax",
    "optout": "donotfax",
    "number": "number",
    "convert": "convert",
    "check-config": "config",
    "dkim-key": "dkim_key",
    "fax-machine": "machine",
    "demo": "demo",
}
"""Command -> the module that has it, in the order that --help shows them. Only the one
that is asked for is imported: all of them take a second."""

USAGE_ERROR = 2
TEMPORARY_FAILURE = 75
"sysexits.h: EX_TEMPFAIL; the same command may succeed later."

PIPE_CLOSED = 141
"As the shell counts SIGPIPE: 128 + 13."


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Returns:
        Exit status: 0 done; 1 the answer is no; 2 wrong usage or configuration;
        75 try again later.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    parser = argparse.ArgumentParser(
        prog="ecofax-gateway",
        description="A mail goes in, a fax machine prints it, the answer comes back.",
        epilog="Example: ecofax-gateway run --config /etc/ecofax-gateway/config.toml",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    wanted = COMMANDS.get(words[0]) if words else None
    for module in [wanted] if wanted else dict.fromkeys(COMMANDS.values()):
        import_module(f".{module}", __name__).add_parsers(commands)
    chosen = parser.parse_args(words)
    try:
        status = int(chosen.run(chosen))
        sys.stdout.flush()
        return status
    except BadSettings as error:
        for mistake in error.mistakes:
            print(f"ecofax-gateway: {mistake}", file=sys.stderr)
        return TEMPORARY_FAILURE if isinstance(error, NotYet) else USAGE_ERROR
    except OrderRefused as error:
        print(f"ecofax-gateway: {error.for_requester}", file=sys.stderr)
        return 1
    except StoreTooNew as error:
        # As wrong as a configuration, and as lasting: systemd need not try again.
        print(f"ecofax-gateway: {error}", file=sys.stderr)
        return USAGE_ERROR
    except StoreUnavailable as error:
        print(f"ecofax-gateway: the store does not answer: {error}", file=sys.stderr)
        return TEMPORARY_FAILURE
    except NodeDisplaced as error:
        print(f"ecofax-gateway: {error}", file=sys.stderr)
        return TEMPORARY_FAILURE
    except EcofaxError as error:
        print(f"ecofax-gateway: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # `| head` has read enough; what is still in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
