"""
The picture of a simulation: channels in use over time, by trunk and by line.

I/O: writes a PNG file.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ecofax_gateway.domain.window import Window, closes_at, next_opening

from .simulation import Course, Plan

PARIS = ZoneInfo("Europe/Paris")


def draw(plan: Plan, course: Course, path: Path, *, title: str) -> None:
    """
    Draw one panel per trunk, and one per line; its cap is red, its shut hours are grey.

    Args:
        path: Of the PNG.
    """
    mpl.rcParams["timezone"] = str(PARIS)
    panels = list(course.used)
    trunks = len(plan.trunks)
    lines = panels[trunks:]
    rows = trunks + -(-len(lines) // 2)
    figure = Figure(figsize=(18, 1.5 * rows + 1))
    grid = figure.add_gridspec(rows, 2, hspace=0.45, wspace=0.08)
    for n, (name, cap) in enumerate(plan.trunks.items()):
        axes = figure.add_subplot(grid[n, :])
        _panel(axes, course, name, cap, label=f"trunk {name}")
    for n, (name, cap) in enumerate(zip(lines, plan.lines, strict=True)):
        axes = figure.add_subplot(grid[trunks + n // 2, n % 2])
        window = plan.line_windows[n]
        kind = "" if window is None else ", working hours"
        _panel(axes, course, name, cap, label=f"line {name}{kind}")
        if window is not None:
            for begin, end in _shut(window, course.times[0], course.times[-1]):
                axes.axvspan(*_numbers([begin, end]), color="0.85", linewidth=0)
    figure.suptitle(title, fontsize=13, y=0.995)
    figure.subplots_adjust(left=0.04, right=0.99, top=0.965, bottom=0.03)
    figure.savefig(path, dpi=80)


def _panel(axes: Axes, course: Course, name: str, cap: int, *, label: str) -> None:
    used = course.used[name]
    times = _numbers(course.times)
    axes.fill_between(times, used, step="post", color="#2a6f97", linewidth=0)
    axes.axhline(cap, color="#c1121f", linewidth=1, linestyle="--")
    axes.set_ylim(0, cap * 1.15)
    axes.set_xlim(times[0], times[-1])
    axes.set_title(f"{label}: most {max(used)} of {cap}", fontsize=8, loc="left", pad=2)
    hours: Any = dates  # its classes have no annotations
    axes.xaxis.set_major_locator(hours.HourLocator(byhour=(0, 6, 9, 12, 14, 18)))
    axes.xaxis.set_major_formatter(hours.DateFormatter("%a %Hh", tz=PARIS))
    axes.tick_params(labelsize=6)


def _numbers(times: Sequence[datetime]) -> list[float]:
    """Instants as matplotlib counts them."""
    count: Any = dates  # it has no annotations
    return [float(count.date2num(each)) for each in times]


def _shut(
    window: Window, begin: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The spans in which a window is not open."""
    spans, at = [], begin
    while at < end:
        opens = next_opening(window, at) or end
        spans.append((at, min(opens, end)))
        at = closes_at(window, opens) or end if opens < end else end
    return [span for span in spans if span[1] - span[0] > timedelta(0)]
