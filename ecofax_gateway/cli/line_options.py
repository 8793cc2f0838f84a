"""
`line set`, and the options that it shares with `line add`.
"""

import argparse
from datetime import UTC, datetime
from typing import Any

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.language import Language
from ..domain.line import FaxLine, MailFormat, ProofFormat
from ..pipeline import line_settings
from ..store import lines
from ..writing import answer_of
from .options import (
    Commands,
    add_command,
    no_line,
    open_store,
    read_number,
    settings_of,
)


def add_actions(actions: Commands) -> None:
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
    parser.add_argument(
        "--proof-format",
        type=ProofFormat,
        choices=list(ProofFormat),
        help="as what those pages are attached",
    )
    parser.add_argument(
        "--mail-format",
        type=MailFormat,
        choices=list(MailFormat),
        help="of replies: html has a picture of the first page",
    )
    parser.add_argument(
        "--quality", type=Quality, choices=list(Quality), help="where none is asked for"
    )
    parser.add_argument(
        "--tries",
        dest="max_tries",
        type=int,
        metavar="N",
        help="calls at most for one fax",
    )
    for option, meaning in (
        ("--tag-line", "printed on every page in place of the line's name"),
        ("--from-name", "whom replies are from"),
        ("--from-email", "the address they are from, in the gateway's own domain"),
    ):
        parser.add_argument(option, help=f"{meaning}; '' for the gateway's")
    parser.add_argument(
        "--copy-to",
        dest="copies",
        action="append",
        metavar="ADDRESS",
        help="mail a copy of every reply there; again for more, '' for none",
    )


def wishes_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was said of a line, by the names of its fields."""
    said = {name: getattr(arguments, name) for name in line_settings.SETTABLE}
    return {name: value for name, value in said.items() if value is not None}


def change_line(arguments: argparse.Namespace) -> int:
    """Change what is said, and leave the rest."""
    number = read_number(arguments.number)
    wishes = wishes_of(arguments)
    if not wishes:
        raise OrderRefused(
            "say what to change; see: ecofax-gateway line set --help", code="no-change"
        )
    settings = settings_of(arguments)
    with open_store(settings) as db:
        if db.sync_read(lines.get, number.e164) is None:
            raise no_line(number)
        changed = db.sync_tx(
            line_settings.change,
            number.e164,
            wishes,
            domain=answer_of(settings).domain,
            now=datetime.now(UTC),
        )
    for name in wishes:
        print(f"line {number}: {_sentence(name, changed)}")
    return 0


def _sentence(name: str, line: FaxLine) -> str:
    """What was done, in words."""
    if name == "combine":
        how = "may share a call" if line.combine else "go in calls of their own"
        return f"faxes to one number {how}"
    if name == "language":
        return f"replies in {_LANGUAGES[line.language]}"
    if name == "proof":
        how = "carry the pages" if line.proof else "carry no pages"
        return f"confirmations {how}"
    value = getattr(line, name)
    told = ", ".join(value) if isinstance(value, tuple) else value
    return f"{_WORDS[name]}: {told or 'as the gateway has it'}"


_WORDS = {
    "tag_line": "tag line",
    "quality": "quality",
    "max_tries": "calls at most for one fax",
    "from_name": "replies are from",
    "from_email": "replies come from",
    "copies": "copies of replies to",
    "mail_format": "replies are",
    "proof_format": "pages are attached as",
}
_LANGUAGES = {
    Language.FR: "French",
    Language.EN: "English",
    Language.BOTH: "French, with English below it",
}
