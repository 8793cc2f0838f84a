"""
The report of a campaign on paper: what it came to, why, and a line for each number.

Pure: no I/O, no clock, no randomness.

Drawn line by line on reportlab's canvas (BSD licence, and the only dependency that
reports need): its tables keep every cell in memory and take minutes for 100 000.
"""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from reportlab.lib.colors import Color, HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from ..domain.fax import FaxState
from .report_rows import STATE_WORDS, Row, Summary

WIDTH, HEIGHT = A4
MARGIN = 15 * mm
INNER = WIDTH - 2 * MARGIN
LINE = 4.6 * mm
"""From one row of the table to the next: 7 pt type and air."""

BODY, BOLD = "Helvetica", "Helvetica-Bold"
"""Every PDF reader has them; they know the letters of French."""

MAX_CAUSES = 8
"""Bars of the second chart; the rest is one more."""

_GREY = HexColor("#667085")
_STRIPE = HexColor("#f2f4f7")
_COLOURS = dict(
    zip(
        STATE_WORDS.values(),
        map(
            HexColor,
            (
                "#12805c",
                "#c4320a",
                "#dc9a00",
                "#98a2b3",
                "#2e6fd8",
                "#7ba6ea",
                "#b9cdf0",
                "#d5dce6",
                "#b692d8",
            ),
        ),
        strict=True,
    )
)

_COLUMNS = (
    ("Numéro", 0.0),
    ("État", 27.0),
    ("Pages", 50.0),
    ("Fin", 62.0),
    ("Durée", 86.0),
    ("Appels", 98.0),
    ("Cause, ou appareil distant", 110.0),
)
"""(heading, its left edge in mm from the margin)."""


def pdf(
    summary: Summary, rows: Iterable[Row], *, zone: ZoneInfo, at: datetime
) -> bytes:
    """
    Draw the report.

    Args:
        summary: For the first page.

        rows: In the order of the list.

        zone: In which times are shown.

        at: When it was drawn; shown at the foot.
    """
    told = list(rows)
    file = io.BytesIO()
    # invariant: the same campaign gives the same bytes.
    canvas = Canvas(file, pagesize=A4, invariant=True)
    canvas.setTitle(f"Rapport de campagne {summary.reference}")
    paper = _Paper(canvas, f"{summary.reference}, le {_time(at, zone)}")
    _head(paper, summary, zone)
    _states(paper, summary)
    _causes(paper, told)
    _table(paper, told, zone)
    paper.end()
    canvas.save()
    return file.getvalue()


class _Paper:
    """A canvas, how far down its page is used, and what stands at the foot."""

    def __init__(self, canvas: Canvas, foot: str) -> None:
        self.canvas = canvas
        self.y = HEIGHT - MARGIN
        self._foot = foot
        self._page = 1

    def text(
        self,
        text: str,
        *,
        x: float = 0.0,
        size: float = 9.0,
        font: str = BODY,
        colour: Color = black,
        width: float = INNER,
    ) -> None:
        """Write on the current line, cut to *width*; a page has no second chance."""
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(colour)
        self.canvas.drawString(
            MARGIN + x, self.y, fitted(text, font, size, min(width, INNER - x))
        )

    def down(self, by: float) -> None:
        """Go down the page."""
        self.y -= by

    def has_room(self, of: float) -> bool:
        """Whether so much of the page is left."""
        return bool(self.y - of > MARGIN + 8 * mm)

    def end(self) -> None:
        """Write the foot and end the page."""
        self.y = MARGIN
        self.text(f"{self._foot}, page {self._page}", size=7, font=BODY, colour=_GREY)
        self.canvas.showPage()
        self._page += 1
        self.y = HEIGHT - MARGIN


@lru_cache(maxsize=4096)
def fitted(text: str, font: str, size: float, width: float) -> str:
    """The text, or as much of its beginning as fits in *width* points, with dots."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    if stringWidth(printable, font, size) <= width:
        return printable
    while printable and stringWidth(printable + "...", font, size) > width:
        printable = printable[:-1]
    return printable + "..."


def _head(paper: _Paper, summary: Summary, zone: ZoneInfo) -> None:
    paper.down(6 * mm)
    paper.text("Rapport de campagne", size=18, font=BOLD)
    paper.down(9 * mm)
    facts = [
        ("Campagne", f"{summary.name} ({summary.reference})".strip()),
        ("Documents", f"{summary.documents}, {summary.pages} pages"),
        ("Ligne émettrice", str(summary.line)),
        ("Créée", _time(summary.created_at, zone)),
        (
            "Terminée",
            _time(summary.finished_at, zone) if summary.finished_at else "non",
        ),
        ("État", f"{summary.stage}, résultat : {summary.result}"),
    ]
    for name, value in facts:
        paper.text(name, colour=_GREY)
        paper.text(value, x=32 * mm)
        paper.down(5.2 * mm)
    paper.down(4 * mm)


def _states(paper: _Paper, summary: Summary) -> None:
    """One bar, cut by state, and its key with the counts."""
    paper.text(f"{summary.total} numéros, {summary.ended} terminés", size=11, font=BOLD)
    paper.down(8 * mm)
    x = MARGIN
    for words, count in summary.counts:
        width = INNER * count / max(summary.total, 1)
        paper.canvas.setFillColor(_COLOURS[words])
        paper.canvas.setStrokeColor(white)
        paper.canvas.rect(x, paper.y, width, 6 * mm, fill=1)
        x += width
    paper.down(6 * mm)
    for words, count in summary.counts:
        paper.canvas.setFillColor(_COLOURS[words])
        paper.canvas.rect(MARGIN, paper.y, 3 * mm, 3 * mm, fill=1, stroke=0)
        share = 100 * count / max(summary.total, 1)
        paper.text(f"{words} : {count} ({share:.1f} %)".replace(".", ","), x=5 * mm)
        paper.down(5 * mm)
    paper.down(4 * mm)


def _causes(paper: _Paper, rows: Sequence[Row]) -> None:
    """A bar for each cause that kept a fax from arriving, the most frequent first."""
    causes = Counter(row.cause for row in rows if row.cause).most_common()
    if not causes:
        return
    shown = causes[:MAX_CAUSES]
    others = sum(count for _, count in causes[MAX_CAUSES:])
    if others:
        shown.append(("Autres causes", others))
    most = max(count for _, count in shown)
    paper.text("Pourquoi des fax ne sont pas arrivés", size=11, font=BOLD)
    paper.down(7 * mm)
    for cause, count in shown:
        paper.text(cause, size=8)
        paper.down(4.5 * mm)
        paper.canvas.setFillColor(_COLOURS[STATE_WORDS[FaxState.FAILED]])
        width = (INNER - 20 * mm) * count / most
        paper.canvas.rect(MARGIN, paper.y, width, 3 * mm, fill=1, stroke=0)
        paper.text(str(count), x=width + 2 * mm, size=8)
        paper.down(6 * mm)
    paper.down(3 * mm)


def _table(paper: _Paper, rows: Sequence[Row], zone: ZoneInfo) -> None:
    if not paper.has_room(40 * mm):
        paper.end()
    _headings(paper)
    for n, row in enumerate(rows):
        if not paper.has_room(LINE):
            paper.end()
            _headings(paper)
        if n % 2:
            paper.canvas.setFillColor(_STRIPE)
            paper.canvas.rect(
                MARGIN - 1 * mm,
                paper.y - 1.3 * mm,
                INNER + 2 * mm,
                LINE,
                fill=1,
                stroke=0,
            )
        _cells(paper, _shown(row, zone), font=BODY)
        paper.down(LINE)


def _headings(paper: _Paper) -> None:
    paper.down(4 * mm)
    _cells(paper, [heading for heading, _ in _COLUMNS], font=BOLD)
    paper.down(1.6 * mm)
    paper.canvas.setStrokeColor(_GREY)
    paper.canvas.line(MARGIN, paper.y, MARGIN + INNER, paper.y)
    paper.down(LINE)


def _cells(paper: _Paper, cells: Sequence[str], *, font: str) -> None:
    edges = [left for _, left in _COLUMNS] + [INNER / mm]
    for cell, left, right in zip(cells, edges, edges[1:], strict=False):
        width = (right - left - 1.0) * mm
        paper.text(cell, x=left * mm, size=7, font=font, width=width)


def _shown(row: Row, zone: ZoneInfo) -> list[str]:
    pages = f"{row.pages_confirmed}/{row.pages}"
    at = f"{row.ended_at.astimezone(zone):%d/%m/%Y %H:%M}" if row.ended_at else ""
    duration = f"{row.duration_s} s" if row.duration_s else ""
    # The code first: it is short, and the chart has the sentences whole.
    cause = f"{row.code} : {row.cause}" if row.cause else row.far_end
    return [str(row.number), row.state, pages, at, duration, str(row.calls), cause]


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"
