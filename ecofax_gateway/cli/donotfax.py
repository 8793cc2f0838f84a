"""
`donotfax add|remove|list|import|export|ledger`, `optout CODE`: who must not be faxed.
"""

import argparse
import csv
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber, NotANumber, parse_number
from ..domain.objection import GATEWAY
from ..mail.charset import decode_text
from ..store import lines, objections
from ..store.database import Database
from ..store.objections import Objection
from .dates import minute
from .files import read_file, write_file
from .options import (
    Commands,
    add_command,
    add_group,
    no_line,
    open_store,
    read_number,
    settings_of,
)

COLUMNS = ("number", "line", "source", "date", "note")
"""Of the CSV, `;` between them; the first alone is enough for an import."""

MAX_BYTES = 64 * 1024 * 1024
"""Of a list to import: a million numbers with notes."""

MAX_NAMED = 20
"""Bad lines that an import names; the others are counted."""


def add_parsers(commands: Commands) -> None:
    """Add `donotfax` and `optout`."""
    actions = add_group(
        commands,
        "donotfax",
        "manage the lists of numbers that are never dialled",
        example="donotfax add 0972101010",
    )
    _add_changes(actions)
    _add_files(actions)
    _add_views(actions)
    optout = add_command(
        commands,
        "optout",
        "enter the opt-out code that a recipient gives",
        example="optout K7M2XQ9D",
    )
    optout.add_argument("code", metavar="CODE")
    optout.set_defaults(run=enter_code)


def _add_changes(actions: Commands) -> None:
    add = add_command(
        actions,
        "add",
        "put numbers on a list",
        example="donotfax add 0972101010 --line 0366720307 --note 'asked by telephone'",
    )
    add.add_argument("numbers", metavar="NUMBER", nargs="+")
    _common(add)
    add.set_defaults(run=add_numbers)

    remove = add_command(
        actions,
        "remove",
        "take a number off a list",
        example="donotfax remove 0972101010",
    )
    remove.add_argument("number", metavar="NUMBER")
    _common(remove)
    remove.set_defaults(run=remove_number)


def _add_views(actions: Commands) -> None:
    listing = add_command(actions, "list", "show a list", example="donotfax list")
    _line_option(listing)
    listing.set_defaults(run=list_numbers)

    ledger = add_command(
        actions,
        "ledger",
        "show everything that was added and removed",
        example="donotfax ledger",
    )
    _line_option(ledger)
    ledger.set_defaults(run=show_ledger)


def _add_files(actions: Commands) -> None:
    reading = add_command(
        actions,
        "import",
        "put the numbers of a CSV file on a list",
        example="donotfax import liste.csv --note 'liste 2026'",
    )
    reading.add_argument("file", metavar="FILE", type=Path)
    _common(reading, source="import")
    reading.set_defaults(run=import_numbers)

    writing = add_command(
        actions,
        "export",
        "write the lists as CSV",
        example="donotfax export -o liste.csv",
    )
    writing.add_argument("-o", "--output", metavar="FILE", type=Path)
    _line_option(writing)
    writing.set_defaults(run=export_numbers)


def add_numbers(arguments: argparse.Namespace) -> int:
    """Put numbers on a list."""
    numbers = [read_number(text).e164 for text in arguments.numbers]
    with open_store(settings_of(arguments)) as db:
        added = db.sync_tx(
            objections.add,
            numbers,
            scope=_scope_of_line(db, arguments),
            source=arguments.source,
            note=arguments.note,
            now=datetime.now(UTC),
        )
    print(f"{added} added, {len(set(numbers)) - added} were on the list")
    return 0


def remove_number(arguments: argparse.Namespace) -> int:
    """Take a number off a list; the ledger remembers it."""
    number = read_number(arguments.number)
    with open_store(settings_of(arguments)) as db:
        removed = db.sync_tx(
            objections.remove,
            number.e164,
            scope=_scope(arguments),
            source=arguments.source,
            note=arguments.note,
            now=datetime.now(UTC),
        )
    if not removed:
        raise OrderRefused(
            f"{number} is not on that list; see: ecofax-gateway donotfax list",
            code="not-listed",
        )
    print(f"{number} removed")
    return 0


def list_numbers(arguments: argparse.Namespace) -> int:
    """Print one entry a line."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        entries = db.sync_read(_every, _scope_or_all(arguments))
    for entry in entries:
        number = FaxNumber(entry.number) if entry.number else "(erased)"
        print(
            f"{number!s:<18} {_scope_words(entry.scope):<18}"
            f" {minute(entry.added_at, settings.zone)}  {entry.source}  {entry.note}"
        )
    if not entries:
        print("the list is empty")
    return 0


def import_numbers(arguments: argparse.Namespace) -> int:
    """Read a list; lines that are no number are named and left out."""
    numbers, bad = read_list(read_file(arguments.file, most=MAX_BYTES))
    with open_store(settings_of(arguments)) as db:
        added = db.sync_tx(
            objections.add,
            numbers,
            scope=_scope_of_line(db, arguments),
            source=arguments.source,
            note=arguments.note,
            now=datetime.now(UTC),
        )
    for line in bad[:MAX_NAMED]:
        print(line, file=sys.stderr)
    print(
        f"{added} added, {len(set(numbers)) - added} were on the list,"
        f" {len(bad)} lines left out"
    )
    return 1 if bad else 0


def export_numbers(arguments: argparse.Namespace) -> int:
    """Write the entries as CSV for a spreadsheet; erased ones have no number."""
    with open_store(settings_of(arguments)) as db:
        entries = db.sync_read(_every, _scope_or_all(arguments))
    text = write_list(entries)
    if arguments.output is None:
        print(text, end="")
    else:
        # The mark at the start tells spreadsheets that it is UTF-8.
        write_file(arguments.output, [text.encode("utf-8-sig")])
        print(f"{len(entries)} entries: {arguments.output}")
    return 0


def show_ledger(arguments: argparse.Namespace) -> int:
    """Print one event a line, oldest first."""
    settings = settings_of(arguments)
    after = 0
    with open_store(settings) as db:
        while page := db.sync_read(
            objections.ledger, scope=_scope_or_all(arguments), after=after
        ):
            for entry in page:
                number = FaxNumber(entry.number) if entry.number else "(erased)"
                print(
                    f"{minute(entry.at, settings.zone)}  {entry.action:<8} {number!s:<18}"
                    f" {_scope_words(entry.scope):<18} {entry.source}  {entry.note}"
                )
            after = page[-1].id
    return 0


def enter_code(arguments: argparse.Namespace) -> int:
    """Put the recipient of a code on the list of the line that faxed him."""
    code = arguments.code.strip().upper().replace("-", "").replace(" ", "")
    with open_store(settings_of(arguments)) as db:
        done = db.sync_tx(
            objections.opt_out, code, source="command", now=datetime.now(UTC)
        )
    if done is None:
        raise OrderRefused(f"no page carries the code {code}", code="no-such-code")
    number, line = FaxNumber(done[0]), FaxNumber(done[1])
    print(f"{number} gets no more faxes from line {line}")
    return 0


def read_list(content: bytes) -> tuple[list[str], list[str]]:
    """
    Numbers of a CSV file or of a plain list; only the first column counts.

    Returns:
        (numbers in E.164, what is wrong with the other lines).
    """
    text = decode_text(content)
    delimiter = ";" if text.count(";") >= text.count(",") else ","
    numbers: list[str] = []
    bad: list[str] = []
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    for n, row in enumerate(rows, 1):
        cell = row[0].strip() if row else ""
        if not cell or (n == 1 and not any(c.isdigit() for c in cell)):
            continue  # an empty line, or the heading
        try:
            numbers.append(parse_number(cell.lstrip("'")).e164)
        except NotANumber as error:
            bad.append(f"line {n}: {cell[:40]!r} {error}")
    return numbers, bad


def write_list(entries: list[Objection]) -> str:
    """The CSV of some entries, as `read_list` reads it back."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow(
            [
                entry.number or "",
                entry.scope,
                _harmless(entry.source),
                entry.added_at.isoformat(),
                _harmless(entry.note),
            ]
        )
    return out.getvalue()


def _harmless(text: str) -> str:
    """A spreadsheet takes a cell that begins with one of these for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _every(conn: Connection, scope: str | None) -> list[Objection]:
    return list(objections.every(conn, scope=scope))


def _common(parser: argparse.ArgumentParser, *, source: str = "command") -> None:
    _line_option(parser)
    parser.add_argument("--source", default=source, help="who said so")
    parser.add_argument("--note", default="", help="anything to remember with it")


def _line_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--line", metavar="NUMBER", help="the list of that line (else: the gateway's)"
    )


def _scope(arguments: argparse.Namespace) -> str:
    return GATEWAY if arguments.line is None else read_number(arguments.line).e164


def _scope_of_line(db: Database, arguments: argparse.Namespace) -> str:
    """What a line that there is not forbids protects nobody."""
    scope = _scope(arguments)
    if scope != GATEWAY and db.sync_read(lines.get, scope) is None:
        raise no_line(FaxNumber(scope))
    return scope


def _scope_or_all(arguments: argparse.Namespace) -> str | None:
    return None if arguments.line is None else _scope(arguments)


def _scope_words(scope: str) -> str:
    return "every line" if scope == GATEWAY else f"line {FaxNumber(scope)}"
