"""
`line set`, and the options that it shares with `line add`.
"""

import argparse

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.language import Language
from ..store import lines
from .options import add_command, line_number, open_store, settings_of


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add `set`."""
    change = add_command(
        actions,
        "set",
        "change how a line sends, and what its requesters are told",
        example="line set 0366720307 --combine --language fr --proof",
    )
    change.add_argument("number")
    add_options(change)
    change.set_defaults(run=change_line)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be said of a line when it is made and afterwards; unset: None."""
    parser.add_argument(
        "--combine",
        action=argparse.BooleanOptionalAction,
        help="send faxes that wait for the same number in one call",
    )
    parser.add_argument(
        "--language",
        type=Language,
        choices=list(Language),
        help="of replies: French, English, or French with English below it (both)",
    )
    parser.add_argument(
        "--proof",
        action=argparse.BooleanOptionalAction,
        help="attach the pages, stamped, to the confirmation of a sent fax",
    )


def change_line(arguments: argparse.Namespace) -> int:
    """Change what is said, and leave the rest."""
    number = line_number(arguments.number)
    wishes = (arguments.combine, arguments.language, arguments.proof)
    if all(wish is None for wish in wishes):
        raise OrderRefused(
            "say what to change: --combine, --language or --proof", code="no-change"
        )
    with open_store(settings_of(arguments)) as db:
        changed = db.sync_tx(_change, number.e164, arguments)
    if changed is None:
        raise OrderRefused(
            f"there is no line {number}; see: ecofax-gateway line list", code="no-line"
        )
    for sentence in changed:
        print(f"line {number}: {sentence}")
    return 0


def _change(
    conn: Connection, number: str, arguments: argparse.Namespace
) -> list[str] | None:
    """What was done, in words; None: there is no such line."""
    if lines.get(conn, number) is None:
        return None
    done = []
    if arguments.combine is not None:
        lines.set_combine(conn, number, combine=arguments.combine)
        how = "may share a call" if arguments.combine else "go in calls of their own"
        done.append(f"faxes to one number {how}")
    lines.set_replies(conn, number, language=arguments.language, proof=arguments.proof)
    if arguments.language is not None:
        done.append(f"replies in {_LANGUAGES[arguments.language]}")
    if arguments.proof is not None:
        how = "carry the pages" if arguments.proof else "carry no pages"
        done.append(f"confirmations {how}")
    return done


_LANGUAGES = {
    Language.FR: "French",
    Language.EN: "English",
    Language.BOTH: "French, with English below it",
}
