"""
`campaign list`, `campaign show` and `campaign report`.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from ..domain.campaign import Stage, ended, progress, total
from ..domain.errors import OrderRefused
from ..domain.fax import FaxState
from ..domain.number import FaxNumber
from ..domain.window import Window
from ..pipeline import campaigns, report_csv, report_pdf, sheets
from ..pipeline.report_rows import Row, Summary, row_of, summary_of
from ..settings import Settings
from ..store import campaigns as rows
from ..store import lines
from ..store.campaigns import Campaign
from ..store.results import results
from .dates import minute
from .files import write_file
from .options import (
    MOST_SHOWN,
    Commands,
    add_command,
    open_store,
    read_number,
    settings_of,
    whole,
)

LOOK_SECONDS = 1.0
"How often --follow looks."


def add_parsers(actions: Commands) -> None:
    """Add `list`, `show` and `report`."""
    listing = add_command(
        actions, "list", "list campaigns, newest first", example="campaign list"
    )
    listing.add_argument("--line", help="only of that line")
    listing.add_argument(
        "--limit", type=whole(1, MOST_SHOWN), default=50, metavar="N", help="(50)"
    )
    listing.set_defaults(run=list_campaigns)

    show = add_command(
        actions,
        "show",
        "show a campaign and its live counts",
        example="campaign show K7M2XQ9D --follow",
    )
    show.add_argument("ref", metavar="REF")
    show.add_argument(
        "--follow", action="store_true", help="stay until it is over, show progress"
    )
    show.add_argument(
        "--pages", metavar="FILE", type=Path, help="write its pages to a TIFF"
    )
    show.set_defaults(run=show_campaign)

    report = add_command(
        actions,
        "report",
        "write what became of every number to a file",
        example="campaign report K7M2XQ9D -o report.pdf",
    )
    report.add_argument("ref", metavar="REF")
    report.add_argument(
        "-o", dest="output", metavar="FILE", type=Path, required=True,
        help="its name ends in .csv or .pdf",
    )  # fmt: skip
    report.add_argument(
        "--rfc4180",
        action="store_true",
        help="CSV for programs (commas, E.164, ISO 8601), not for a spreadsheet",
    )
    report.set_defaults(run=write_report)


def list_campaigns(arguments: argparse.Namespace) -> int:
    """Print one line per campaign."""
    settings = settings_of(arguments)
    line = read_number(arguments.line).e164 if arguments.line else None
    with open_store(settings) as db:
        known = db.sync_read(rows.listing, line=line, limit=arguments.limit)
    for campaign in known:
        print(_one_line(campaign, settings))
    if not known:
        print("no campaign")
    return 0


def show_campaign(arguments: argparse.Namespace) -> int:
    """Print a campaign, and its progress if asked."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        campaign = db.sync_read(campaigns.found, arguments.ref)
        _print(campaign, settings)
        if arguments.pages:
            tiff = db.sync_read(_pages, campaign, settings, datetime.now(UTC))
            write_file(arguments.pages, [tiff])
            print(f"  pages: {arguments.pages}")
        while arguments.follow and campaign.finished_at is None:
            time.sleep(LOOK_SECONDS)
            before = campaign.counts
            campaign = db.sync_read(campaigns.found, arguments.ref)
            if campaign.counts != before:
                print(f"{datetime.now(settings.zone):%H:%M:%S}  {_counts(campaign)}")
    return 0


def write_report(arguments: argparse.Namespace) -> int:
    """Write the report of a campaign."""
    settings, now = settings_of(arguments), datetime.now(UTC)
    kind = arguments.output.suffix.lower()
    if kind not in {".csv", ".pdf"}:
        raise OrderRefused(
            f"{arguments.output}: end its name in .csv or .pdf", code="which-report"
        )
    with open_store(settings) as db:
        summary, told = db.sync_read(_told, arguments.ref)
    if len(told) > rows.LIST_LIMIT:
        print(f"writing {len(told)} numbers...", file=sys.stderr)
    pieces = _pieces(kind, summary, told, arguments.rfc4180, settings, now)
    write_file(arguments.output, pieces)
    print(f"{arguments.ref}: report of {len(told)} numbers in {arguments.output}")
    return 0


def _pieces(
    kind: str,
    summary: Summary,
    told: list[Row],
    for_programs: bool,
    settings: Settings,
    now: datetime,
) -> Iterator[bytes]:
    if kind == ".pdf":
        yield report_pdf.pdf(summary, told, zone=settings.zone, at=now)
    elif for_programs:
        yield from report_csv.rfc4180(told, zone=settings.zone)
    else:
        yield from report_csv.spreadsheet(told, zone=settings.zone)


def _told(conn: Connection, ref: str) -> tuple[Summary, list[Row]]:
    campaign = campaigns.found(conn, ref)
    return summary_of(campaign), [row_of(campaign, fax) for fax in results(conn, ref)]


def _pages(
    conn: Connection, campaign: Campaign, settings: Settings, at: datetime
) -> bytes:
    line = lines.get(conn, campaign.line)
    try:
        documents = sheets.document_pages(conn, campaign.ref, campaign.quality)
    except LookupError as error:
        raise OrderRefused(
            f"the pages of {campaign.ref} are not made, or not kept", code="no-pages"
        ) from error
    if line is None:
        raise OrderRefused(f"line {campaign.line} is gone", code="no-line")
    return sheets.compose(
        documents,
        line=line,
        at=at,
        zone=settings.zone,
        first_page=1,
        vertical_dpi=campaign.quality.vertical_dpi,
    )


def _one_line(campaign: Campaign, settings: Settings) -> str:
    told = summary_of(campaign)
    when = minute(campaign.created_at, settings.zone)
    stage = str(told.stage)
    if told.stage is Stage.RUNNING:
        stage += f" {progress(campaign.counts):.0%}"
    return (
        f"{campaign.ref}  {when}  {FaxNumber(campaign.line)!s:<15} {stage:<13}"
        f" {told.result:<14} {campaign.counts.get(FaxState.SENT, 0)}/{told.total} sent"
        f"  {campaign.name or told.documents}"
    )


def _print(campaign: Campaign, settings: Settings) -> None:
    told = summary_of(campaign)
    zone = settings.zone
    print(f"{campaign.ref}: {campaign.name or told.documents}")
    print(f"  {told.stage}, result {told.result}")
    print(f"  line {told.line}, {campaign.quality}, {campaign.pages or '?'} pages")
    print(f"  documents: {told.documents}")
    if campaign.origin:
        print(f"  {campaign.relation} of {campaign.origin}")
    if campaign.due_at:
        print(f"  due {minute(campaign.due_at, zone)}")
    if campaign.window:
        print(f"  window {_window_words(Window.from_json(campaign.window))}")
    if campaign.pace:
        print(f"  pace {campaign.pace:g} calls a minute")
    if campaign.spread_s:
        print(f"  spread over {campaign.spread_s / 60:g} minutes")
    if campaign.canary:
        print(
            f"  canary {campaign.canary.size} numbers, stops above"
            f" {campaign.canary.percent} % failed: {campaign.canary_state or 'to come'}"
        )
    if campaign.needs_proof:
        print("  needs a proof before it is launched")
    if campaign.pause_reason:
        print(f"  paused itself: {campaign.pause_reason}")
    for fault in campaign.trouble or ():
        print(f"  cannot be printed: {fault['document']} {fault['sentence']}")
    for warning in campaign.warnings:
        print(f"  {warning}")
    print(f"  {_counts(campaign)}")


def _counts(campaign: Campaign) -> str:
    counts = campaign.counts
    each = ", ".join(f"{n} {state}" for state, n in sorted(counts.items()))
    return f"{ended(counts)}/{total(counts)} ended: {each}"


def _window_words(window: Window) -> str:
    days = ",".join(map(str, sorted(window.days)))
    holidays = f", not on holidays of {window.country}" if window.country else ""
    return f"days {days}, {window.opens:%H:%M}-{window.closes:%H:%M}{holidays}"
