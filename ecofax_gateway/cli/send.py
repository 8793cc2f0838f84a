"""
`send NUMBER FILE...`: the same path without mail.
"""

import argparse
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.fax import FINAL, FaxState
from ..domain.line import FaxLine
from ..domain.number import FaxNumber
from ..domain.order import Requester, Source
from ..pipeline.routing import split_restricted
from ..settings import Settings
from ..store import campaigns, faxes, lines, opt_outs, repeats
from ..store.campaigns import Creation, NewCampaign, NewDocument
from ..store.database import Database
from ..store.faxes import Fax
from ..store.reference import reference
from .dates import second
from .files import read_document
from .options import (
    Commands,
    add_command,
    mail_address,
    no_line,
    open_store,
    plan_trunks,
    read_number,
    settings_of,
)

ENDS = FINAL | {FaxState.HELD}
"""--wait waits for calls, not for somebody to say whether a repeat is meant."""

LOOK_SECONDS = 0.3
"How often --wait looks whether something changed."


def add_parsers(commands: Commands) -> None:
    """Add `send`."""
    parser = add_command(
        commands,
        "send",
        "send documents to a number, by the running gateway",
        example="send 0972101010 letter.pdf --wait",
    )
    parser.add_argument("number", help="whom to fax; several with commas between")
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)
    parser.add_argument("--line", help="fax line (needed if there are several)")
    parser.add_argument("--quality", choices=list(Quality), type=Quality)
    parser.add_argument(
        "--reply-to",
        type=mail_address,
        metavar="ADDRESS",
        help="mail the replies there",
    )
    parser.add_argument(
        "--wait", action="store_true", help="stay, show progress, exit 0 only if sent"
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="also to numbers that got the same pages a short time ago",
    )
    parser.add_argument(
        "--opt-out",
        action="store_true",
        help="print a code on every page with which the recipient can end the faxes",
    )
    parser.set_defaults(run=send)


def send(arguments: argparse.Namespace) -> int:
    """Put an order into the store; the running gateway does the rest."""
    settings = settings_of(arguments)
    # Read before the store makes us its owner, who may not be allowed to.
    contents = [read_document(path) for path in arguments.files]
    numbers = list(
        dict.fromkeys(read_number(text) for text in arguments.number.split(","))
    )
    with open_store(settings) as db:
        line = chosen_line(db, arguments.line)
        quality = arguments.quality or line.default_quality
        _, restricted = split_restricted(tuple(numbers), quality)
        if restricted:
            raise OrderRefused(
                f"surtaxed or foreign numbers need --quality best: {restricted[0]}",
                code="restricted-numbers",
            )
        listed = [number.e164 for number in numbers]
        plan = plan_trunks(db, settings, listed, quality)
        new = NewCampaign(
            ref=reference(secrets.randbits(64)),
            line=line.number,
            trunk=plan.trunk,
            other_trunks=plan.others,
            source=Source.COMMAND,
            requester=Requester(address=arguments.reply_to),
            quality=quality,
            documents=tuple(
                NewDocument(name=name, content=db.sync_keep(content))
                for name, content in contents
            ),
            numbers=tuple(listed),
            notes={
                repeats.ALLOWED: arguments.again,
                opt_outs.WANTED: arguments.opt_out,
            },
        )
        created = db.sync_tx(campaigns.create, new, now=datetime.now(UTC))
        if created is not Creation.CREATED:
            raise OrderRefused(f"line {line.number} was just removed", code="no-line")
        print(f"order {new.ref}: see ecofax-gateway show {new.ref}")
        return _wait(db, new.ref, settings) if arguments.wait else 0


def chosen_line(db: Database, wanted: str | None) -> FaxLine:
    """
    The line that is named, or the only one that there is.

    Raises:
        OrderRefused: If there is no such line, or several.
    """
    if wanted is not None:
        number = read_number(wanted)
        line = db.sync_read(lines.get, number.e164)
        if line is None:
            raise no_line(number)
        return line
    known = db.sync_read(lines.listing)
    if len(known) != 1:
        raise OrderRefused(
            "there is no line yet; add one with: ecofax-gateway line add NUMBER"
            if not known
            else "there are several lines; name one with --line NUMBER",
            code="which-line",
        )
    return known[0].line


def _wait(db: Database, ref: str, settings: Settings) -> int:
    """Show every change until all is final."""
    shown: dict[str, tuple[object, ...]] = {}
    while True:
        campaign = db.sync_read(campaigns.get, ref)
        assert campaign is not None
        current = db.sync_read(faxes.listing, campaign_ref=ref)
        for fax in current:
            state = (fax.state, fax.phase, fax.pages_confirmed)
            if shown.get(fax.ref) != state:
                shown[fax.ref] = state
                now = datetime.now(settings.zone)
                print(
                    f"{now:%H:%M:%S}  {_words(fax, campaign.pages, settings.zone)}",
                    flush=True,
                )
        if all(fax.state in ENDS for fax in current):
            return 0 if all(fax.state is FaxState.SENT for fax in current) else 1
        time.sleep(LOOK_SECONDS)


def _words(fax: Fax, pages: int | None, zone: ZoneInfo) -> str:
    number = FaxNumber(fax.number)
    why = f": {fax.ending} {fax.detail}".rstrip() if fax.ending else ""
    match fax.state:
        case FaxState.WAITING:
            return f"{number}  pages are being made"
        case FaxState.HELD:
            return (
                f"{number}  held: the same pages went there a short time ago; to send"
                f" them all the same: ecofax-gateway release {fax.ref}"
            )
        case FaxState.DIALING if fax.phase is not None:
            return (
                f"{number}  {fax.phase}, {fax.pages_confirmed}/{pages} pages confirmed"
            )
        case FaxState.SENT:
            return f"{number}  sent, {fax.pages_confirmed}/{pages} pages confirmed"
        case FaxState.SCHEDULED if fax.due_at is not None:
            return f"{number}  next call at {second(fax.due_at, zone)}{why}"
        case _:
            return f"{number}  {fax.state}{why}"
