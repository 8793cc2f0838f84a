"""
The process that reads one list of recipients, and ends.

I/O: a list on standard input, what was read of it on standard output, a JSON text a
line. Its arguments are the CPU seconds and the bytes of address space that the list may
cost, and the column that has the numbers ("-": find it).

It sits behind the converters' walls: a spreadsheet is an archive of XML that a stranger
made, and its parser may be made to ask for more memory than there is.
"""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from converters.sandbox import shut_in

from ..domain.errors import OrderRefused
from .intake import Intake, Recipient
from .roster import open_roster

BATCH = 5000
"""Recipients in one line of the answer, and then in one transaction."""

BATCH_CHARS = 1024**2
"""Of a line of the answer, about."""

MAX_REASONS = 20
"""There are fewer; but each holds the name of a column."""


def main() -> None:
    """Read the list that stands on standard input."""
    cpu_seconds, address_bytes, column = sys.argv[1:]
    shut_in(Path(__file__).parents[1], Path(__file__).parents[2] / "converters")
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, int(address_bytes)),
        (resource.RLIMIT_CPU, int(cpu_seconds)),
    ):
        resource.setrlimit(what, (most, most))
    content = sys.stdin.buffer.read()
    for piece in answer(content, None if column == "-" else int(column)):
        sys.stdout.write(json.dumps(piece, ensure_ascii=False, separators=(",", ":")))
        sys.stdout.write("\n")


def answer(content: bytes, column: int | None) -> Iterator[dict[str, Any]]:
    """What is said of a list: its head, its recipients in batches, what it came to."""
    intake = Intake()
    try:
        roster = open_roster(content, column=column)
        yield {
            "columns": roster.columns,
            "number_column": roster.number_column,
            "preview": roster.preview,
        }
        for batch in _batches(intake.take(roster)):
            yield {"batch": [(r.number, r.restricted, r.fields) for r in batch]}
        if not intake.entries:
            raise OrderRefused("Cette liste est vide.", code="list-empty")
    except OrderRefused as error:
        yield {"refused": error.for_requester, "code": error.code}
        return
    yield {
        "entries": intake.entries,
        "valid": intake.valid,
        "restricted": intake.restricted,
        "duplicates": intake.duplicates,
        "invalid": intake.invalid,
        "reasons": dict(intake.reasons.most_common(MAX_REASONS)),
        "faults": [(f.line_number, f.text, f.reason) for f in intake.faults],
    }


def _batches(recipients: Iterator[Recipient]) -> Iterator[list[Recipient]]:
    batch: list[Recipient] = []
    chars = 0
    for each in recipients:
        batch.append(each)
        chars += sum(map(len, (each.fields or {}).values()))
        if len(batch) >= BATCH or chars >= BATCH_CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


if __name__ == "__main__":
    main()
