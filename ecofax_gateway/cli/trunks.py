"""
`trunks [list|pause|resume]`: how calls leave, and how the ways there are.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from ..domain.errors import OrderRefused
from ..settings import Settings
from ..settings.trunk import TrunkSettings
from ..store import trunk_health, trunks
from ..store.trunk_health import Finding
from ..store.trunks import TrunkStatus, TrunkUse
from .dates import second
from .options import Commands, add_command, open_store, settings_of


def add_parsers(commands: Commands) -> None:
    """Add `trunks` and what it can do."""
    parser = add_command(
        commands,
        "trunks",
        "show the trunks: state, channels in use, calls of today; exit status 1 if one"
        " is down",
        example="trunks",
    )
    _add_json(parser)
    parser.set_defaults(run=show)
    actions = parser.add_subparsers(metavar="ACTION")
    for name, help_, paused in (
        (
            "pause",
            "let no new call leave by a trunk; faxes that wait for it take another",
            True,
        ),
        ("resume", "let calls leave by a trunk again", False),
    ):
        action = add_command(
            actions, name, help_, example=f"trunks {name} carrier", config=False
        )
        # Not its own default: it would undo the option before the action.
        action.add_argument(
            "--config", metavar="FILE", type=Path, default=argparse.SUPPRESS
        )
        action.add_argument("name", metavar="NAME")
        action.set_defaults(run=set_paused, paused=paused)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="as JSON, for other programs"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One trunk, with all that is told of it."""

    settings: TrunkSettings
    status: TrunkStatus | None
    "None: no daemon with these settings has run yet."

    use: TrunkUse
    findings: tuple[Finding, ...]

    @property
    def state(self) -> str:
        """The one word for it, over all nodes."""
        if self.status is None:
            return "new"
        if self.status.paused:
            return "paused"
        if self.status.is_down:
            return next(each.state for each in self.findings if each.is_down)
        return next(
            (each.state for each in self.findings if not each.is_down), "unknown"
        )

    def as_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.settings.name,
            "proxy": self.settings.proxy,
            "transport": self.settings.transport or "auto",
            "state": self.state,
            "paused": bool(self.status and self.status.paused),
            "down": bool(self.status and self.status.is_down),
            "channels": self.settings.channels,
            "in_use": self.use.busy,
            "queued": self.use.queued,
            "calls_today": self.use.calls,
            "delivered_today": self.use.delivered,
            "failures_today": self.use.faults,
            "cost_per_minute": self.settings.cost_per_minute,
            "calls_per_second": self.settings.calls_per_second or None,
            "nodes": [
                {
                    "node": each.node,
                    "state": each.state,
                    "detail": each.detail,
                    "since": each.since.astimezone(zone).isoformat(),
                }
                for each in self.findings
            ],
        }


def show(arguments: argparse.Namespace) -> int:
    """Print the trunks in their configured order; exit status 1 if one is down."""
    settings = settings_of(arguments)
    with open_store(settings) as db:
        shown = db.sync_read(_look, settings, datetime.now(UTC))
    if arguments.json:
        told = [each.as_json(settings.zone) for each in shown]
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for each in shown:
            for line in _lines(each, settings.zone):
                print(line)
    return int(any(each.status and each.status.is_down for each in shown))


def set_paused(arguments: argparse.Namespace) -> int:
    """Pause or resume; a running daemon sees it within seconds."""
    with open_store(settings_of(arguments)) as db:
        done = db.sync_tx(trunks.set_paused, arguments.name, paused=arguments.paused)
        if not done:
            known = [each.name for each in db.sync_read(trunks.listing)]
            raise OrderRefused(
                f"there is no trunk {arguments.name!r}; there {_are(known)}",
                code="no-trunk",
            )
    how = "paused" if arguments.paused else "goes on"
    print(f"trunk {arguments.name}: {how}")
    return 0


def _are(names: Sequence[str]) -> str:
    if not names:
        return "is none: run the gateway once with this configuration"
    return f"{'is' if len(names) == 1 else 'are'} {', '.join(names)}"


def _look(conn: Connection, settings: Settings, now: datetime) -> list[Shown]:
    midnight = now.astimezone(settings.zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    statuses = {each.name: each for each in trunks.listing(conn)}
    used = trunks.use(conn, since=midnight.astimezone(UTC))
    findings = trunk_health.listing(conn)
    return [
        Shown(
            settings=trunk,
            status=statuses.get(trunk.name),
            use=used.get(trunk.name, TrunkUse(name=trunk.name)),
            findings=tuple(each for each in findings if each.trunk == trunk.name),
        )
        for trunk in settings.trunks
    ]


def _lines(shown: Shown, zone: ZoneInfo) -> list[str]:
    trunk, use = shown.settings, shown.use
    price = f", {trunk.cost_per_minute:g} a minute" if trunk.cost_per_minute else ""
    pace = f", {trunk.calls_per_second:g} calls/s" if trunk.calls_per_second else ""
    return [
        f"{trunk.name:<16} {shown.state:<11} {use.busy}/{trunk.channels} channels"
        f"{pace}, {use.queued} waiting{price}",
        f"  {trunk.proxy} by {trunk.transport or 'auto'}",
        f"  today {use.calls} calls, {use.delivered} delivered,"
        f" {use.faults} failed by the trunk",
        *(_finding(each, zone) for each in shown.findings),
    ]


def _finding(found: Finding, zone: ZoneInfo) -> str:
    since = second(found.since, zone)
    detail = f": {found.detail}" if found.detail else ""
    return f"  node {found.node}: {found.state} since {since}{detail}"
