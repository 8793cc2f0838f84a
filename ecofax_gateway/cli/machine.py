"""
`fax-machine`: an answering T.38 station, to try a trunk or the gateway against.
"""

from ..fax_machine import main as fax_machine
from .options import Commands, add_command


def add_parsers(commands: Commands) -> None:
    """Add `fax-machine`."""
    parser = add_command(
        commands,
        "fax-machine",
        "answer calls as a T.38 fax machine and print each fax as TIFF",
        example="fax-machine --bind 192.0.2.10 --port 5060 --folder received",
        config=False,
    )
    fax_machine.add_arguments(parser)
    parser.set_defaults(run=fax_machine.run)
