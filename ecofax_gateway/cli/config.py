"""
`check-config`: is the configuration right, and can the files that it names be used?

I/O: reads them, as the user whose state folder it is.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial

from ..calling import check_trunk
from ..certificate import open_certificate
from ..domain.errors import BadSettings
from ..leaving import make_postman, make_signer
from ..service import become_owner
from ..settings import Settings, example
from .options import Commands, add_command, settings_of


def add_parsers(commands: Commands) -> None:
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
    """
    Print what the configuration comes to.

    Raises:
        BadSettings: With every mistake.
    """
    if arguments.example:
        print(example(), end="")
        return 0
    settings = settings_of(arguments)
    become_owner(settings.state)
    if mistakes := list(_unusable_files(settings)):
        raise BadSettings(mistakes)
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


def _unusable_files(settings: Settings) -> Iterator[str]:
    """What the daemon would say when it starts."""
    smtp, console, trust = settings.smtp, settings.console, settings.trust
    checks: tuple[Callable[[], object], ...] = (
        partial(
            open_certificate,
            "smtp.certificate",
            smtp.certificate,
            smtp.certificate_key,
            trust.client_authority,
        ),
        partial(
            open_certificate,
            "console.certificate",
            console.certificate,
            console.certificate_key,
        ),
        partial(make_postman, settings),
        partial(make_signer, settings),
        *(partial(check_trunk, trunk) for trunk in settings.trunks),
    )
    for check in checks:
        try:
            check()
        except BadSettings as error:
            yield from error.mistakes
