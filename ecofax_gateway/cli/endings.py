"""
`endings`: how calls end, what leads to each ending, and what comes of it.
"""

import argparse
from collections.abc import Iterable
from itertools import groupby

from ..domain.outcome import Ending
from ..domain.retry import retry_class
from ..replies.explain import explain
from ..sip.causes import causes_of, statuses_of
from ..spandsp.results import ENDINGS
from .options import Commands, add_command

INTRODUCTION = """\
# How calls end

Printed by `ecofax-gateway endings`: one table for the network (SIP status, else the
Q.850 cause of a Reason header, which counts first where it says something definite), for
the fax machines (T.30, the codes of libspandsp), and for what follows. *Again* says when
the number is called again; *acts* is who can do something about it. A status or cause in
no row has none of its own: its class decides, or the status beside it.
"""


def add_parsers(commands: Commands) -> None:
    """Add `endings`."""
    parser = add_command(
        commands,
        "endings",
        "print the table of endings: the codes that lead to each, whether the number"
        " is called again, and what the requester is told",
        example="endings",
        config=False,
    )
    parser.set_defaults(run=show)


def show(_: argparse.Namespace) -> int:
    """Print the table."""
    print(table(), end="")
    return 0


def table() -> str:
    """The table, as Markdown."""
    lines = [
        INTRODUCTION,
        "| ending | SIP | Q.850 | T.30 | again | acts | told |",
        "|---|---|---|---|---|---|---|",
    ]
    for ending in Ending:
        told = explain(ending)
        cells = [
            ending.value,
            _ranges(statuses_of(ending)),
            _ranges(causes_of(ending)),
            _ranges(sorted(code for code, its in ENDINGS.items() if its is ending)),
            retry_class(ending).value,
            told.who.value,
            f"{told.what} {told.todo}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _ranges(numbers: Iterable[int]) -> str:
    """ "401-402, 407": neighbours together."""
    told = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        first, last = int(members[0]), int(members[-1])
        told.append(str(first) if first == last else f"{first}-{last}")
    return ", ".join(told)
