"""
`campaign create` and `campaign edit`: documents, numbers and rules of a draft.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from ..domain.campaign import Canary
from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber
from ..domain.order import Requester, Source
from ..domain.window import Window
from ..orders.number_list import BULK, NumberList, parse_numbers
from ..pipeline import campaigns, recipients
from ..pipeline.draft_quality import set_quality
from ..pipeline.drafting import fresh_reference
from ..pipeline.routing import Plan, Routing, split_restricted
from ..settings import Settings
from ..store import opt_outs, recipient_choices
from ..store.campaigns import NewCampaign, NewDocument, Wishes
from ..store.database import Database
from ..store.drafts import Changes
from ..writing import answer_of
from . import merge
from .dates import due_time
from .files import read_document, read_file
from .options import (
    Commands,
    add_command,
    amount,
    mail_address,
    open_store,
    plan_trunks,
    settings_of,
)
from .send import chosen_line
from .window import add_options, window_of

MAX_NAMED = 20
"""Bad entries of a list that are named; then they are only counted."""


MOST_A_MINUTE = 100_000
"""Calls; more than all trunks together begin."""

MOST_MINUTES = 30 * 24 * 60
"""Of a spread: a month."""


def add_parsers(actions: Commands) -> None:
    """Add `create` and `edit`."""
    _add_create(actions)
    _add_edit(actions)


def _add_create(actions: Commands) -> None:
    create = add_command(
        actions,
        "create",
        "put a campaign together as a draft; its pages are made at once",
        example="campaign create letter.pdf --numbers list.txt --pace 30 --canary 20:10",
    )
    create.add_argument("files", metavar="FILE", nargs="+", type=Path)
    create.add_argument(
        "--numbers",
        required=True,
        type=Path,
        metavar="LIST",
        help="text, one number a line, or a table (CSV) whose columns can be drawn;"
        " up to 250 000",
    )
    create.add_argument("--line", help="fax line (needed if there are several)")
    create.add_argument(
        "--reply-to",
        type=mail_address,
        metavar="ADDRESS",
        help="mail the replies there",
    )
    create.add_argument(
        "--launch", action="store_true", help="let it leave as soon as it is ready"
    )
    create.add_argument(
        "--opt-out",
        action="store_true",
        help="print a code on every page with which the recipient can end the faxes",
    )
    merge.add_options(create)
    _add_rules(create)
    create.set_defaults(run=create_draft)


def _add_edit(actions: Commands) -> None:
    edit = add_command(
        actions,
        "edit",
        "change a draft; its window and pace also while it is under way",
        example="campaign edit K7M2XQ9D --quality best --days 1-5 --hours 09:00-18:00",
    )
    edit.add_argument("ref", metavar="REF")
    edit.add_argument(
        "--documents",
        metavar="FILE",
        nargs="+",
        type=Path,
        default=(),
        help="in place of those it has",
    )
    edit.add_argument(
        "--numbers", type=Path, metavar="LIST", help="in place of those it has"
    )
    edit.add_argument("--line", help="send it by this fax line; its quality stays")
    edit.add_argument(
        "--reply-to",
        type=mail_address,
        metavar="ADDRESS",
        help="mail the replies there",
    )
    merge.add_overlay(edit)
    _add_rules(edit)
    for option, what in (
        ("--no-reply", "mail no replies"),
        ("--at-once", "forget the time it was planned for"),
        ("--no-canary", "call all its numbers at once"),
        ("--no-proof", "it may leave without a proof"),
        ("--no-window", "call whenever the line may"),
        ("--no-pace", "no limit of its own"),
        ("--no-spread", "as soon as channels are free"),
        ("--no-overlay", "draw nothing on its pages"),
    ):
        edit.add_argument(option, action="store_true", help=what)
    edit.set_defaults(run=edit_draft)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="for the people who look after it")
    parser.add_argument("--quality", choices=list(Quality), type=Quality)
    parser.add_argument("--at", metavar="TIME", help="leave then: '21-06-2027 15:15'")
    add_options(parser)
    parser.add_argument(
        "--pace", type=amount(MOST_A_MINUTE), metavar="N", help="calls a minute at most"
    )
    parser.add_argument(
        "--spread",
        type=amount(MOST_MINUTES),
        metavar="MINUTES",
        help="draw the first calls at random over so long",
    )
    parser.add_argument(
        "--canary",
        metavar="N:PERCENT",
        help="call N numbers first; pause if more than PERCENT %% of them fail",
    )
    parser.add_argument(
        "--needs-proof", action="store_true", help="not launched without a proof"
    )


def create_draft(arguments: argparse.Namespace) -> int:
    """Write a draft into the store, its numbers in batches."""
    settings, now = settings_of(arguments), datetime.now(UTC)
    # Read before the store makes us its owner, who may not be allowed to.
    contents = [read_document(path) for path in arguments.files]
    listed = _numbers(arguments.numbers)
    with open_store(settings) as db:
        line = chosen_line(db, arguments.line)
        quality = arguments.quality or line.default_quality
        numbers = _allowed(listed.numbers, quality)
        drawn = merge.merge_of(arguments, db, line)
        merge.check_columns(drawn, listed, numbers)
        plan = plan_trunks(db, settings, numbers, quality)
        new = NewCampaign(
            ref=fresh_reference(),
            line=line.number,
            trunk=plan.trunk,
            source=Source.COMMAND,
            requester=Requester(address=arguments.reply_to),
            quality=quality,
            due_at=_due(arguments, settings, now),
            documents=(*_cover(db, drawn), *_documents(db, contents)),
            numbers=(),
            cover=drawn.cover,
            notes={opt_outs.WANTED: arguments.opt_out or drawn.wants_code},
            draft=True,
            wishes=Wishes(
                name=arguments.name or "",
                canary=_canary(arguments),
                needs_proof=arguments.needs_proof,
                expected=len(numbers),
                overlay=tuple(place.as_json for place in drawn.overlay),
            ),
        )
        window = window_of(arguments, settings)
        db.sync_tx(_create, new, arguments, window, now)
        _write_numbers(db, new.ref, numbers, plan, listed)
        print(f"{new.ref}: draft, {len(numbers)} numbers, {len(contents)} documents")
        if arguments.launch:
            db.sync_tx(
                campaigns.launch,
                new.ref,
                answer_of(settings),
                repeat_window=timedelta(hours=settings.store.repeat_hours),
                now=datetime.now(UTC),
            )
            print(f"{new.ref}: launched")
        else:
            print(f"let it leave with: ecofax-gateway campaign launch {new.ref}")
    return 0


def edit_draft(arguments: argparse.Namespace) -> int:
    """Change a draft."""
    settings, now = settings_of(arguments), datetime.now(UTC)
    contents = [read_document(path) for path in arguments.documents]
    listed = _numbers(arguments.numbers) if arguments.numbers else None
    overlay = merge.overlay_of(arguments)
    with open_store(settings) as db:
        draft = db.sync_read(campaigns.found, arguments.ref)
        quality = arguments.quality or draft.quality
        numbers = _allowed(listed.numbers, quality) if listed else []
        plan = plan_trunks(db, settings, numbers, quality)
        changes = Changes(
            name=arguments.name,
            line=chosen_line(db, arguments.line).number if arguments.line else None,
            address=arguments.reply_to,
            no_address=arguments.no_reply,
            quality=arguments.quality,
            due_at=_due(arguments, settings, now),
            is_at_once=arguments.at_once,
            canary=_canary(arguments),
            no_canary=arguments.no_canary,
            needs_proof=_switched(on=arguments.needs_proof, off=arguments.no_proof),
            documents=_documents(db, contents) if contents else None,
            expected=len(numbers) if listed else None,
            overlay=merge.changed_overlay(arguments, overlay),
            wants_codes=merge.Merge(overlay=overlay).wants_code,
        )
        window = window_of(arguments, settings)
        routing = Routing(settings.carriers)
        had_lists = db.sync_tx(
            _edit, arguments.ref, changes, arguments, window, routing, now
        )
        if listed:
            _write_numbers(db, arguments.ref, numbers, plan, listed)
    told = "; its lists do not count any more" if had_lists else ""
    print(f"{arguments.ref}: changed{told}")
    return 0


def _create(
    conn: Connection,
    new: NewCampaign,
    arguments: argparse.Namespace,
    window: Window | None,
    now: datetime,
) -> None:
    campaigns.create(conn, new, now=now)
    campaigns.set_rules(conn, new.ref, _rules(arguments, window), now=now)


def _edit(
    conn: Connection,
    ref: str,
    changes: Changes,
    arguments: argparse.Namespace,
    window: Window | None,
    routing: Routing,
    now: datetime,
) -> bool:
    """Change it; whether the lists that it went to count no more."""
    before = campaigns.found(conn, ref)
    has_other_numbers = changes.expected is not None
    had_lists = has_other_numbers and recipient_choices.forget(conn, ref)
    # Of the numbers it has, not all may be called in another quality.
    if changes.quality not in (None, before.quality) and not has_other_numbers:
        set_quality(conn, ref, changes.quality, routing, now=now)
    # Rules alone may be changed while it is under way.
    if changes != Changes():
        campaigns.edit(conn, ref, changes, now=now)
    if changes.line not in (None, before.line):
        # The other line has a do-not-fax list of its own.
        recipients.again(conn, ref, now=now)
    campaigns.set_rules(conn, ref, _rules(arguments, window), now=now)
    return had_lists


def _rules(arguments: argparse.Namespace, window: Window | None) -> campaigns.Rules:
    known = vars(arguments)
    return campaigns.Rules(
        window=window,
        pace=arguments.pace,
        spread=None
        if arguments.spread is None
        else timedelta(minutes=arguments.spread),
        no_window=known.get("no_window", False),
        no_pace=known.get("no_pace", False),
        no_spread=known.get("no_spread", False),
    )


def _numbers(path: Path) -> NumberList:
    """The numbers of a list; what is none, and what is there twice, is told."""
    found = parse_numbers(read_file(path), limits=BULK)
    for bad in found.bad[:MAX_NAMED]:
        print(f"{path.name}, line {bad.line}: {bad.text!r} {bad.reason}")
    if len(found.bad) > MAX_NAMED:
        print(f"{path.name}: {len(found.bad) - MAX_NAMED} more entries left out")
    if found.duplicates:
        print(f"{path.name}: {len(found.duplicates)} numbers there twice, called once")
    if not found.numbers:
        raise OrderRefused(f"{path}: there is no fax number in it", code="no-number")
    return found


def _allowed(numbers: tuple[FaxNumber, ...], quality: Quality) -> list[str]:
    """Those that may be called in this quality; how many may not is told."""
    allowed, restricted = split_restricted(numbers, quality)
    if restricted:
        print(
            f"{len(restricted)} surtaxed or foreign numbers left out, e.g."
            f" {restricted[0]}: they need --quality best"
        )
    if not allowed:
        raise OrderRefused("no number is left", code="restricted-numbers")
    return [number.e164 for number in allowed]


def _write_numbers(
    db: Database, ref: str, numbers: list[str], plan: Plan, listed: NumberList
) -> None:
    for batch in campaigns.batches(numbers):
        db.sync_tx(
            campaigns.add_batch,
            ref,
            batch,
            trunk=plan.trunk,
            other_trunks={
                number: plan.others[number]
                for number in batch.numbers
                if number in plan.others
            },
            fields={
                number: listed.fields[number]
                for number in batch.numbers
                if number in listed.fields
            },
            now=datetime.now(UTC),
        )
        if len(numbers) > len(batch.numbers):
            written = batch.first + len(batch.numbers) - 1
            print(f"\r{written}/{len(numbers)} numbers", end="", file=sys.stderr)
    if len(numbers) > campaigns.BATCH:
        print(file=sys.stderr)


def _cover(db: Database, drawn: merge.Merge) -> tuple[NewDocument, ...]:
    if drawn.page is None:
        return ()
    content = db.sync_keep(drawn.page.content)
    return (NewDocument(name=drawn.page.name, role=drawn.page.role, content=content),)


def _documents(
    db: Database, contents: list[tuple[str, bytes]]
) -> tuple[NewDocument, ...]:
    return tuple(
        NewDocument(name=name, content=db.sync_keep(content))
        for name, content in contents
    )


def _due(
    arguments: argparse.Namespace, settings: Settings, now: datetime
) -> datetime | None:
    return None if arguments.at is None else due_time(arguments.at, now, settings.zone)


def _canary(arguments: argparse.Namespace) -> Canary | None:
    if arguments.canary is None:
        return None
    try:
        size, percent = arguments.canary.split(":")
        return Canary(int(size), int(percent))
    except ValueError as error:
        raise OrderRefused(
            f"--canary {arguments.canary}: write it as N:PERCENT, e.g. 20:10",
            code="bad-canary",
        ) from error


def _switched(*, on: bool, off: bool) -> bool | None:
    return True if on else False if off else None
