"""
`line quota NUMBER`, `line show NUMBER`: what a line may send, and what it has sent.
"""

import argparse
from datetime import UTC, datetime

from sqlalchemy import Connection

from ..domain.quota import Quota, Used
from ..settings import Settings
from ..store import allow_lists, lines, quotas
from .allow import list_words
from .options import (
    Commands,
    add_command,
    no_line,
    open_store,
    read_number,
    settings_of,
)

NO_LIMIT = "none"
"What takes a limit away again."


def add_actions(actions: Commands) -> None:
    """Add `line quota` and `line show`."""
    quota = add_command(
        actions,
        "quota",
        "limit the pages a line sends, or give it prepaid pages",
        example="line quota 0366720307 --day 100 --month 2000 --credit 500",
    )
    quota.add_argument("number")
    for option, what in (
        ("--day", "pages a day"),
        ("--month", "pages a month"),
        ("--credit", "prepaid pages that are left"),
    ):
        quota.add_argument(
            option, metavar="N", type=_limit, help=f"{what}; {NO_LIMIT}: no limit"
        )
    quota.set_defaults(run=set_quota)

    show = add_command(
        actions, "show", "show a line and its pages", example="line show 0366720307"
    )
    show.add_argument("number")
    show.set_defaults(run=show_line)


def _limit(text: str) -> int | str:
    if text == NO_LIMIT:
        return NO_LIMIT
    if not text.isascii() or not text.isdigit() or int(text) > 2**31 - 1:
        raise argparse.ArgumentTypeError(
            f"write a number of pages from 0 up, or {NO_LIMIT}"
        )
    return int(text)


def set_quota(arguments: argparse.Namespace) -> int:
    """Change the limits that are named; the others stay."""
    settings = settings_of(arguments)
    number = read_number(arguments.number)
    with open_store(settings) as db:
        limits = db.sync_tx(_set, number.e164, arguments, settings)
        if limits is None:
            raise no_line(number)
        used = db.sync_read(
            quotas.used, number.e164, zone=limits.zone, now=datetime.now(UTC)
        )
    print(f"line {number}: {quota_words(limits, used)}")
    return 0


def _set(
    conn: Connection, number: str, arguments: argparse.Namespace, settings: Settings
) -> Quota | None:
    old = quotas.held(conn, number) or Quota()
    limits = Quota(
        pages_per_day=_changed(arguments.day, old.pages_per_day),
        pages_per_month=_changed(arguments.month, old.pages_per_month),
        credit=_changed(arguments.credit, old.credit),
        zone=settings.gateway.time_zone,
    )
    return limits if quotas.put(conn, number, limits) else None


def _changed(wanted: int | str | None, old: int | None) -> int | None:
    if wanted is None:
        return old
    return None if isinstance(wanted, str) else wanted


def show_line(arguments: argparse.Namespace) -> int:
    """Print a line, its limits and what it used of them."""
    settings = settings_of(arguments)
    number = read_number(arguments.number)
    now = datetime.now(UTC)
    with open_store(settings) as db:
        line = db.sync_read(lines.get, number.e164)
        if line is None:
            raise no_line(number)
        limits = db.sync_read(quotas.get, number.e164)
        zone = limits.zone if limits else settings.gateway.time_zone
        used = db.sync_read(quotas.used, number.e164, zone=zone, now=now)
        allowed = db.sync_read(allow_lists.get, number.e164)
    print(f"{number}  {line.name}")
    print(f"  plan     {line.plan}, quality {line.default_quality}")
    combines = ", faxes to one number in one call" if line.combine else ""
    print(f"  calls    {line.max_calls} at a time{combines}")
    print(f"  pages    {quota_words(limits, used)}")
    print(f"  senders  {list_words(allowed)}")
    return 0


def of_line(conn: Connection, number: str, *, now: datetime) -> str:
    """A line's limits and use in a few words; empty: it has no limit."""
    limits = quotas.get(conn, number)
    if limits is None:
        return ""
    return quota_words(limits, quotas.used(conn, number, zone=limits.zone, now=now))


def quota_words(limits: Quota | None, used: Used) -> str:
    """Limits and use in a few words."""
    told = []
    if limits is not None and limits.pages_per_day is not None:
        told.append(f"{used.day} of {limits.pages_per_day} pages today")
    if limits is not None and limits.pages_per_month is not None:
        told.append(f"{used.month} of {limits.pages_per_month} this month")
    if limits is not None and limits.credit is not None:
        told.append(f"{limits.credit} prepaid pages left")
    return ", ".join(told) or "no limit"
