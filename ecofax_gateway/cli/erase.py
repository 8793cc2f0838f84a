"""
`erase NUMBER|ADDRESS`, `export-line NUMBER`: what the law lets people ask for.
"""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from ..engine.capture import captures_of
from ..pipeline.answer import Answer
from ..settings import Settings
from ..store import erasure, housekeeping, portrait
from ..store.erasure import Erased
from ..writing import answer_of
from .files import write_file
from .options import (
    Commands,
    add_command,
    no_line,
    open_store,
    read_number,
    settings_of,
)


def add_parsers(commands: Commands) -> None:
    """Add `erase` and `export-line`."""
    erase = add_command(
        commands,
        "erase",
        "erase every trace of a fax number or a mail address",
        example="erase 0972101010",
    )
    erase.add_argument("who", metavar="NUMBER|ADDRESS")
    erase.set_defaults(run=erase_person)

    export = add_command(
        commands,
        "export-line",
        "write all that is known of a line to a JSON file",
        example="export-line 0366720307 -o ligne.json",
    )
    export.add_argument("number", metavar="NUMBER")
    export.add_argument("-o", "--output", metavar="FILE", type=Path, required=True)
    export.set_defaults(run=export_line)


def erase_person(arguments: argparse.Namespace) -> int:
    """Erase, rewrite the database, and report what was found."""
    settings = settings_of(arguments)
    now = datetime.now(UTC)
    who = arguments.who.strip()
    with open_store(settings) as db:
        if "@" in who:
            done = db.sync_tx(erasure.erase_address, who, now=now)
        else:
            number = read_number(who).e164
            done = db.sync_tx(_erase_number, number, answer_of(settings), now)
        for name in done.files - db.sync_read(housekeeping.spool_names):
            db.spool.remove(name)
        is_clean = db.compact()
    if settings.engine.captures is not None:
        for ref in done.faxes:
            for path in captures_of(settings.engine.captures, ref):
                path.unlink(missing_ok=True)
                done["captures of calls, on this node"] += 1
    _report(done, settings)
    if not is_clean:
        print("somebody was reading: the database's log still has old pages; run again")
    if any(done[word] for word in done if word.startswith("calls under way")):
        return 1
    return 0 if is_clean else 1


def _erase_number(
    conn: Connection, number: str, answer: Answer, now: datetime
) -> Erased:
    done = erasure.erase_number(conn, number, now=now)
    for ref in sorted(done.ended):
        answer.after_call(conn, ref, now=now)
    return done


def _report(done: Erased, settings: Settings) -> None:
    found = {word: count for word, count in done.items() if count}
    for word, count in found.items():
        print(f"{count:>8}  {word}")
    if not found:
        print("nothing was known")
    print(
        "Not looked into: backups, the system's log (numbers are shortened there), and"
        " what is printed on the pages of others."
    )
    if settings.replies.by == "folder":
        print(f"Nor into replies that were written as files: {settings.reply_folder}")


def export_line(arguments: argparse.Namespace) -> int:
    """Write the file; contents of documents and passwords are not in it."""
    number = read_number(arguments.number)
    with open_store(settings_of(arguments)) as db:
        told = db.sync_read(portrait.of_line, number.e164)
    if told is None:
        raise no_line(number)
    text = json.dumps(told, ensure_ascii=False, indent=1, default=str)
    write_file(arguments.output, [f"{text}\n".encode()])
    print(f"{len(told['orders'])} orders: {arguments.output}")
    return 0
