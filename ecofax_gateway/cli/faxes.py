"""
`faxes`, `show REF`, `cancel REF`: what is there, how it went, and stopping it.
"""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..domain.fax import FaxState
from ..domain.journal import Journal
from ..domain.number import FaxNumber
from ..pipeline import sheets
from ..pipeline.answer import Answer
from ..settings import Settings
from ..store import campaigns, faxes, mails, replies
from ..store.campaigns import Campaign, Cancellation
from ..store.faxes import Attempt, Fax
from ..store.mails import MailRow
from ..writing import answer_of
from .dates import minute, second
from .files import write_file
from .ladder import print_ladder
from .options import MOST_SHOWN, Commands, add_command, open_store, settings_of, whole


def add_parsers(commands: Commands) -> None:
    """Add `faxes`, `show` and `cancel`."""
    listing = add_command(
        commands, "faxes", "list faxes, newest orders first", example="faxes --limit 20"
    )
    listing.add_argument(
        "--state", choices=list(FaxState), type=FaxState, help="only in that state"
    )
    listing.add_argument(
        "--limit",
        type=whole(1, MOST_SHOWN),
        default=50,
        metavar="N",
        help="orders shown (50)",
    )
    listing.set_defaults(run=list_faxes)

    show = add_command(
        commands,
        "show",
        "show an order or a fax, call by call",
        example="show K7M2XQ9D",
    )
    show.add_argument("ref", metavar="REF", help="reference of an order or a fax")
    show.add_argument(
        "--pages",
        metavar="FILE",
        type=Path,
        help="write the pages of the last call, as they were sent, to a TIFF",
    )
    show.add_argument(
        "--json",
        action="store_true",
        help="print everything as one JSON object, journals of the calls included",
    )
    show.set_defaults(run=show_order)

    cancel = add_command(
        commands,
        "cancel",
        "cancel what is not sent yet of an order",
        example="cancel K7M2XQ9D",
    )
    cancel.add_argument("ref", metavar="REF")
    cancel.set_defaults(run=cancel_order)


def list_faxes(arguments: argparse.Namespace) -> int:
    """Print one line per fax."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        found = db.sync_read(_newest, arguments.state, arguments.limit)
    shown = [(campaign, fax) for campaign, its in found for fax in its]
    for campaign, fax in shown:
        print(_summary(campaign, fax, settings.zone))
    if not shown:
        print("no fax")
    return 0


def _newest(
    conn: Connection, state: FaxState | None, limit: int
) -> list[tuple[Campaign, list[Fax]]]:
    return [
        (campaign, faxes.listing(conn, campaign_ref=campaign.ref, state=state))
        for campaign in campaigns.listing(conn, limit=limit)
    ]


def _summary(campaign: Campaign, fax: Fax, zone: ZoneInfo) -> str:
    pages = f"{fax.pages_confirmed}/{campaign.pages or '?'}"
    when = minute(campaign.created_at, zone)
    due = f"  due {second(fax.due_at, zone)}" if fax.due_at else ""
    why = f"  {fax.ending}" if fax.ending and fax.state is not FaxState.SENT else ""
    return (
        f"{fax.ref:<14} {when}  {FaxNumber(fax.number)!s:<16} {fax.state:<10}"
        f" {pages:>7} pages{why}{due}"
    )


def show_order(arguments: argparse.Namespace) -> int:
    """Print an order, its faxes, their calls and the replies."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        fax = db.sync_read(faxes.get, arguments.ref)
        ref = fax.campaign if fax else arguments.ref
        campaign = db.sync_read(campaigns.get, ref)
        if campaign is None:
            raise _no_such(arguments.ref)
        shown = [fax] if fax else db.sync_read(faxes.listing, campaign_ref=ref)
        if arguments.json:
            print(_as_json(campaign, db.sync_read(_with_calls, shown)))
            return 0
        _print_campaign(campaign, settings.zone)
        mail = db.sync_read(mails.get, ref)
        if mail is not None:
            print(f"  {_sender_words(mail)}")
        for each in shown:
            print(_summary(campaign, each, settings.zone))
            for attempt in db.sync_read(faxes.attempts, each.ref):
                print(_call(attempt, settings.zone))
                # Of a campaign, the ladders would bury what they explain.
                if len(shown) == 1 and attempt.journal is not None:
                    journal = Journal.from_json(attempt.journal)
                    print(*print_ladder(journal), sep="\n")
        for reply in db.sync_read(replies.of_campaign, ref):
            error = f"  ({reply.last_error})" if reply.last_error else ""
            print(f"reply {reply.kind}: {reply.state} to {reply.to_address}{error}")
        if arguments.pages:
            if len(shown) != 1:
                raise OrderRefused(
                    f"{ref} has {len(shown)} faxes; name one, e.g. {shown[0].ref}",
                    code="several-faxes",
                )
            tiff = db.sync_read(_last_pages, shown[0], settings)
            write_file(arguments.pages, [tiff])
            print(f"pages as sent: {arguments.pages}")
    return 0


def _with_calls(conn: Connection, shown: list[Fax]) -> list[tuple[Fax, list[Attempt]]]:
    return [(fax, faxes.attempts(conn, fax.ref)) for fax in shown]


def _as_json(campaign: Campaign, shown: list[tuple[Fax, list[Attempt]]]) -> str:
    told = {
        **asdict(campaign),
        "faxes": [
            {**asdict(fax), "calls": [_call_as_json(attempt) for attempt in attempts]}
            for fax, attempts in shown
        ],
    }
    return json.dumps(told, default=_plain, ensure_ascii=False, indent=2)


def _call_as_json(attempt: Attempt) -> dict[str, Any]:
    journal = attempt.journal and asdict(Journal.from_json(attempt.journal))
    return {**asdict(attempt), "journal": journal}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _print_campaign(campaign: Campaign, zone: ZoneInfo) -> None:
    print(f"{campaign.ref}: {', '.join(campaign.names)}")
    print(
        f"  line {FaxNumber(campaign.line)}, {campaign.quality},"
        f" {campaign.pages or '?'} pages, {campaign.state}, by {campaign.source}"
        f" at {second(campaign.created_at, zone)}"
    )
    for warning in campaign.warnings:
        print(f"  {warning}")


def _sender_words(mail: MailRow) -> str:
    """Whom a mail came from, and how far that is believed."""
    trust = mail.trust
    told = (
        f"from {trust.address or mail.envelope_from or 'nobody'}, level {trust.level}"
    )
    if mail.login:
        return f"{told}: logged in for line {FaxNumber(mail.login)}"
    return f"{told}: {trust.detail or f'handed in by {mail.peer}, which is trusted'}"


def _call(attempt: Attempt, zone: ZoneInfo) -> str:
    began = attempt.started_at
    when = second(began, zone) if began else "not dialled"
    told = [f"  call {attempt.n}  {when}  {attempt.ending or attempt.phase}"]
    if attempt.trunk:
        told.append(f"by {attempt.trunk}")
    if attempt.rode_with:
        told.append(f"in the call of {attempt.rode_with}")
    if attempt.pages_confirmed:
        last = attempt.first_page + attempt.pages_confirmed - 1
        told.append(f"pages {attempt.first_page}-{last} confirmed")
    if attempt.remote_id:
        told.append(f"far end {attempt.remote_id!r}")
    if attempt.bit_rate:
        ecm = "ECM" if attempt.ecm else "no ECM"
        told.append(f"{attempt.bit_rate} bit/s, {ecm}, {attempt.vertical_dpi} lines/in")
    if attempt.duration_s:
        told.append(f"{attempt.duration_s:.0f} s")
    if attempt.detail:
        told.append(attempt.detail)
    return ", ".join(told)


def _last_pages(conn: Connection, fax: Fax, settings: Settings) -> bytes:
    called = [one.n for one in faxes.attempts(conn, fax.ref) if one.started_at]
    try:
        return sheets.pages_of_attempt(
            conn, fax.ref, called[-1] if called else 0, zone=settings.zone
        )
    except LookupError as error:
        raise OrderRefused(str(error), code="no-pages") from error


def cancel_order(arguments: argparse.Namespace) -> int:
    """Cancel an order; a call under way is hung up by the daemon."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        fax = db.sync_read(faxes.get, arguments.ref)
        ref = fax.campaign if fax else arguments.ref
        done = db.sync_tx(_cancel, ref, answer_of(settings), datetime.now(UTC))
    if done is None:
        raise _no_such(arguments.ref)
    print(f"{ref}: {done.cancelled} faxes cancelled")
    if done.hanging_up:
        print(f"calls under way, being hung up: {', '.join(done.hanging_up)}")
    return 0


def _cancel(
    conn: Connection, ref: str, answer: Answer, now: datetime
) -> Cancellation | None:
    done = campaigns.cancel(conn, ref, now=now)
    if done is not None:
        answer.after_call(conn, ref, now=now)
    return done


def _no_such(ref: str) -> OrderRefused:
    return OrderRefused(
        f"there is no order or fax {ref!r}; see: ecofax-gateway faxes", code="no-order"
    )
