"""
`check-config`: is the configuration right?
"""

import argparse

from ..settings import example
from .options import add_command, settings_of


def add_parsers(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `check-config`."""
    parser = add_command(
        commands,
        "check-config",
        "read the configuration and name every mistake in it",
        example="check-config --config /etc/ecofax-gateway/config.toml",
    )
    parser.add_argument(
        "--example",
        action="store_true",
        help="print a configuration file with every key explained",
    )
    parser.set_defaults(run=check)


def check(arguments: argparse.Namespace) -> int:
    """Print what the configuration comes to; mistakes are raised as BadSettings."""
    if arguments.example:
        print(example(), end="")
        return 0
    settings = settings_of(arguments)
    named = arguments.config or "no file: embedded defaults"
    print(f"{named}: in order")
    print(f"  mail in    {settings.smtp.listen} for {', '.join(settings.smtp.domains)}")
    for trunk in settings.trunks:
        print(f"  trunk      {trunk.name}: {trunk.proxy}")
    if settings.replies.by == "smtp":
        print(f"  replies    by mail through {settings.replies.relay}")
    else:
        print(f"  replies    as files in {settings.reply_folder}")
    print(f"  state      {settings.state}")
    return 0
