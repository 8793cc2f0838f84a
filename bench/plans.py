"""
What is simulated: campaigns of many sizes, lines, trunks and windows.

Pure: no I/O, no clock, no randomness of its own: the seed is an argument.
"""

from datetime import UTC, datetime, time, timedelta
from random import Random

from ecofax_gateway.domain.window import WORKING_DAYS, Window

from .simulation import Plan, Planned

OFFICE = Window(
    days=WORKING_DAYS,
    opens=time(9),
    closes=time(18),
    quiet=((time(12), time(14)),),
    country="FR",
)
"""As most senders want it: working hours without lunch."""

DAYTIME = Window(opens=time(8), closes=time(20))
"""A wider one, of whoever sends to everybody."""

NIGHT = Window(opens=time(22), closes=time(4, 30), quiet=((time(2), time(3)),))
"""Over midnight, with a quiet hour in which clocks are changed."""

SLOW_SIZE = 200
"""Campaigns up to this size may have a pace. It is one call a look, the most that a
dispatcher that looks so rarely can keep up with."""

CHANNELS = {"north": 80, "south": 60, "east": 40, "west": 20}
"""Four trunks, 200 channels."""

TRUNKS = ("north",) * 8 + ("south",) * 6 + ("east",) * 4 + ("west",) * 2
"""Of each line; a trunk's lines could use more channels than it has."""

LINES = len(TRUNKS)


def days_of_campaigns(
    *, faxes: int, days: int, step_s: float = 30, seed: int = 1
) -> Plan:
    """
    Campaigns of 50 to 2000 numbers from a Monday morning on, and single faxes.

    One fax in a hundred is single: it has no window and should go at once. A line has
    one trunk; two lines in five have working hours of their own, and every third
    campaign a window.
    """
    draw = Random(seed)  # noqa: S311 -- makes up orders
    begin = datetime(2027, 3, 1, 6, tzinfo=UTC)
    load = dict.fromkeys(range(LINES), 0.0)
    singles = faxes // 100
    orders = []
    left, n = faxes - singles, 0
    while left > 0:
        size = min(left, draw.choice((50, 200, 500, 1000, 2000)), faxes // 5)
        pages = draw.choice((1, 1, 1, 2, 3))
        # Whoever has much to send has channels for it: the best of eight at random.
        line = min(draw.sample(range(LINES), 8), key=load.__getitem__)
        load[line] += size * pages / (_calls(line) * (0.2 if _is_shut(line) else 1.0))
        # Large ones are ordered on the first days, so that there is time to finish.
        at = begin + timedelta(hours=draw.uniform(0, 12 * days - 18))
        orders.append(
            Planned(
                at=at,
                line=line,
                trunk=TRUNKS[line],
                numbers=_numbers(n, size),
                pages=pages,
                window=DAYTIME if draw.random() < 1 / 3 else None,
                pace=60 / step_s if size <= SLOW_SIZE and draw.random() < 0.5 else None,
            )
        )
        left, n = left - size, n + size
    for _ in range(singles):
        at = begin + timedelta(hours=draw.uniform(0, 24 * days - 42))
        # Of the lines without hours of their own.
        line = draw.choice([each for each in range(LINES) if not _is_shut(each)])
        orders.append(
            Planned(
                at=at,
                line=line,
                trunk=TRUNKS[line],
                numbers=_numbers(n, 1),
                pages=1,
            )
        )
        n += 1
    return Plan(
        begin=begin,
        days=days,
        trunks=CHANNELS,
        lines=tuple(_calls(each) for each in range(LINES)),
        line_windows=tuple(OFFICE if _is_shut(each) else None for each in range(LINES)),
        campaigns=tuple(orders),
        step=timedelta(seconds=step_s),
        seed=seed,
    )


def night_of_change(*, begin: datetime, days: int, faxes: int, seed: int = 1) -> Plan:
    """One slow night campaign, on trunks so small that it lasts through the night."""
    planned = Planned(
        at=begin,
        line=0,
        trunk="only",
        numbers=_numbers(0, faxes),
        pages=1,
        window=NIGHT,
    )
    return Plan(
        begin=begin,
        days=days,
        trunks={"only": 2},
        lines=(2,),
        line_windows=(None,),
        campaigns=(planned,),
        seed=seed,
    )


def _calls(line: int) -> int:
    return 8 + 4 * (line % 4)


def _is_shut(line: int) -> bool:
    """Whether a line has working hours of its own."""
    return line % 5 < 2


def _numbers(first: int, count: int) -> tuple[str, ...]:
    return tuple(f"+33{200_000_000 + each}" for each in range(first, first + count))
