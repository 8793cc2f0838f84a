"""
`preflight FILE NUMBERS.txt`: what a campaign would come to, before it is made.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from converters.contract import ConversionFailed, Rendered

from ..domain.cost import Estimate, estimate, floor_seconds
from ..domain.document import Quality
from ..domain.errors import OrderRefused
from ..domain.number import FaxNumber
from ..domain.route import Carrier
from ..domain.window import Window
from ..orders.number_list import BULK, NumberList, parse_numbers
from ..pipeline.routing import Routing, split_restricted
from ..settings import Settings
from ..store import preflight
from ..store.preflight import Findings
from .convert import render
from .dates import minute
from .files import read_document, read_file
from .options import Commands, add_command, open_store, settings_of
from .send import chosen_line

MAX_NAMED = 10
"""Of bad entries and of numbers that are left out; the others are counted."""


def add_parsers(commands: Commands) -> None:
    """Add `preflight`."""
    parser = add_command(
        commands,
        "preflight",
        "tell what sending a document to a list would come to, and send nothing",
        example="preflight letter.pdf numbers.txt --line 0366720307 --quality normal",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("numbers", metavar="NUMBERS.txt", type=Path)
    parser.add_argument("--line", help="fax line (needed if there are several)")
    parser.add_argument("--quality", choices=list(Quality), type=Quality)
    parser.set_defaults(run=fly)


def fly(arguments: argparse.Namespace) -> int:
    """Look at the list and the document; exit 1 if nobody would be called."""
    settings, now = settings_of(arguments), datetime.now(UTC)
    name, content = read_document(arguments.file)
    listed = parse_numbers(read_file(arguments.numbers), limits=BULK)
    with open_store(settings) as db:
        line = chosen_line(db, arguments.line)
        quality = arguments.quality or line.default_quality
        allowed, restricted = split_restricted(listed.numbers, quality)
        found = db.sync_read(
            preflight.look,
            [number.e164 for number in allowed],
            of_line=line.number,
            vertical_dpi=quality.vertical_dpi,
            now=now,
        )
    try:
        rendered = asyncio.run(render(content, name, quality.vertical_dpi))
    except ConversionFailed as failure:
        raise OrderRefused(failure.for_requester, code=failure.code) from failure
    called = [n for n in allowed if n.e164 not in found.do_not_fax]
    ways = carriers(called, quality, settings)
    calls = len(ways)
    foreseen = foresee(
        found,
        rendered,
        calls=calls,
        channels=max(min(line.max_calls, channels(ways.values(), settings)), 1),
        cost_per_minute=mean_cost(ways),
        now=now,
    )
    _print_list(listed, restricted, found)
    if len(ways) < len(called):
        print(f"left out   {len(called) - len(ways)} that no trunk serves in {quality}")
    _print_estimate(foreseen, rendered, quality, settings)
    _print_trunks(ways)
    return 0 if calls else 1


def carriers(
    numbers: Sequence[FaxNumber], quality: Quality, settings: Settings
) -> dict[str, Carrier]:
    """The first trunk of the route of each number that has one."""
    routing = Routing(settings.carriers)
    routes = {n.e164: routing.carriers_for(n.e164, quality) for n in numbers}
    return {number: route[0] for number, route in routes.items() if route}


def channels(used: Iterable[Carrier], settings: Settings) -> int:
    """Of these trunks together."""
    names = {carrier.name for carrier in used}
    return sum(trunk.channels for trunk in settings.trunks if trunk.name in names)


def mean_cost(ways: Mapping[str, Carrier]) -> float | None:
    """Of a minute, over all the numbers; None: no trunk has a price."""
    costs = [carrier.cost(number) for number, carrier in ways.items()]
    return sum(costs) / len(costs) if any(costs) else None


def foresee(
    found: Findings,
    rendered: Rendered,
    *,
    calls: int,
    channels: int,
    cost_per_minute: float | None,
    now: datetime,
) -> Estimate:
    """Time and money: from measured seconds a page, or else the least it can be."""
    if found.page_seconds is not None:
        seconds = found.page_seconds * rendered.pages
    else:
        seconds = floor_seconds(rendered.pages, len(rendered.tiff) * 8)
    return estimate(
        calls=calls,
        channels=channels,
        call_seconds=seconds,
        begin=now,
        windows=[Window.from_json(found.window)] if found.window else [],
        cost_per_minute=cost_per_minute,
    )


def _print_list(
    listed: NumberList, restricted: list[FaxNumber], found: Findings
) -> None:
    valid = len(listed.numbers)
    if listed.columns:
        print(f"columns    {', '.join(listed.columns)}")
    print(f"numbers    {valid} valid, {len(listed.duplicates)} written twice")
    _print_lines(listed, listed.duplicates)
    for bad in listed.bad[:MAX_NAMED]:
        print(f"           line {bad.line}: {bad.text!r} {bad.reason}")
    if len(listed.bad) > MAX_NAMED:
        print(f"           and {len(listed.bad) - MAX_NAMED} more that are none")
    if restricted:
        count = len(restricted)
        print(f"left out   {count} surtaxed or foreign: they need --quality best")
        _print_lines(listed, restricted)
    if found.do_not_fax:
        print(f"left out   {len(found.do_not_fax)} on a do-not-fax list")
    if found.failed_for_good:
        some = ", ".join(sorted(found.failed_for_good)[:MAX_NAMED])
        print(f"doubtful   {len(found.failed_for_good)} failed for good before: {some}")


def _print_lines(listed: NumberList, numbers: Sequence[FaxNumber]) -> None:
    """Where some numbers stand in the list."""
    for number in numbers[:MAX_NAMED]:
        lines = ", ".join(str(line) for line in listed.lines[number.e164][:MAX_NAMED])
        print(f"           {number}: line {lines}")


def _print_estimate(
    foreseen: Estimate, rendered: Rendered, quality: Quality, settings: Settings
) -> None:
    print(f"pages      {rendered.pages} in quality {quality}")
    for warning in rendered.warnings:
        print(f"           {warning}")
    print(
        f"calls      {foreseen.calls}, {foreseen.channels} at a time,"
        f" {foreseen.call_seconds:.0f} s each"
    )
    print(f"duration   {_hours(foreseen.busy)}, without retries")
    if foreseen.ends_at is None:
        print("end        more than a year from now, or its hours never open")
    else:
        print(f"end        {minute(foreseen.ends_at, settings.zone)} if it begins now")
    if foreseen.cost is not None:
        print(f"cost       {foreseen.cost:.2f} by the trunks' prices a minute")


def _print_trunks(ways: Mapping[str, Carrier]) -> None:
    counts = Counter(carrier.name for carrier in ways.values())
    if len(counts) > 1:
        told = ", ".join(f"{n} by {name}" for name, n in counts.most_common())
        print(f"trunks     {told}")


def _hours(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min {seconds:02} s"
