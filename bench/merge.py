"""
What a merged fax costs: CPU of an overlay a recipient, beside a conversion a recipient.

I/O: one conversion child for each page that is set; the CPU clocks of this process and
of all below it.

    python -m bench.merge                       # 1 000 recipients in each quality
    python -m bench.merge --recipients 100 --json   # and one last line of JSON

A fax is a cover page with four passages of the recipient's and a letter with a name, a
line of his data and a QR code: seven passages, two pages. What is measured is all that a
call pays for its pages: places filled and drawn, tag lines, coding; beside it the same
without anything personal, and what it would cost to set the cover page for each.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from converters.contract import Rendered
from converters.workshop import Workshop
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Cover
from ecofax_gateway.pipeline.cover import cover_page, standard_template
from ecofax_gateway.pipeline.overlay_file import parse_overlay
from ecofax_gateway.pipeline.personal import Personal, recipient_values
from ecofax_gateway.pipeline.sheets import compose

from .spent import cpu_seconds

LETTER = Path(__file__).parents[1] / "ecofax_gateway/cli/documents/devis.pdf"
LINE = FaxLine(number="+33366720307", name="Cabinet Durand", password_hash="-")  # noqa: S106 -- none
COVER = Cover(subject="Notre devis", text="Madame, Monsieur,\n\nvoici notre devis.")
AT = datetime(2027, 6, 21, 13, 15, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
OVERLAY = b"""
[[text]]
page = 1
x = 20
y = 6
size = 12
text = "[PRENOM] [NOM], [SOCIETE]"
[[text]]
page = "last"
x = 20
y = 250
text = "R\xc3\xa9f. [CLIENT]"
[[qr]]
page = "last"
x = 170
y = 250
size = 25
text = "https://fax.example/stop/[CODE]"
"""

CONVERSIONS = 5
"""Of the cover page, for the mean; each is a child of its own."""


@dataclass(frozen=True)
class Cost:
    """CPU in milliseconds, of one recipient's fax of two pages."""

    quality: str
    merged_ms: float
    merged_per_page_ms: float
    plain_ms: float
    "The same pages with nothing of the recipient's."

    converted_ms: float
    "One cover page set anew."

    @property
    def ratio(self) -> float:
        """How many overlays cost as much as a conversion and what follows it."""
        return (self.converted_ms + self.plain_ms) / self.merged_ms


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--recipients", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    costs = [asyncio.run(_measure(each, arguments.recipients)) for each in Quality]
    lines = [
        f"{arguments.recipients} recipients, 2 pages each; CPU ms",
        "quality   merged  a page  plain  cover set anew  ratio",
    ]
    lines += [
        f"{cost.quality:<8} {cost.merged_ms:7.1f} {cost.merged_per_page_ms:7.1f}"
        f" {cost.plain_ms:6.1f} {cost.converted_ms:15.0f} {cost.ratio:6.1f}"
        for cost in costs
    ]
    if arguments.json:
        told = {cost.quality: {**asdict(cost), "ratio": cost.ratio} for cost in costs}
        lines.append(json.dumps(told))
    sys.stdout.write("\n".join([*lines, ""]))


async def _measure(quality: Quality, recipients: int) -> Cost:
    dpi = quality.vertical_dpi
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder), office_instances=0)
        page = cover_page(standard_template(), LINE, COVER)
        letter = await workshop.render(LETTER.read_bytes(), "", vertical_dpi=dpi)
        before = cpu_seconds(os.getpid())
        for _ in range(CONVERSIONS):
            cover = await workshop.render_cover(page.content, vertical_dpi=dpi)
        converted = (cpu_seconds(os.getpid()) - before) / CONVERSIONS
        await workshop.close()
    merged = _composed(cover, letter, dpi, recipients, is_personal=True)
    plain = _composed(cover, letter, dpi, max(1, recipients // 5), is_personal=False)
    return Cost(
        quality=quality,
        merged_ms=1000 * merged,
        merged_per_page_ms=1000 * merged / (cover.pages + letter.pages),
        plain_ms=1000 * plain,
        converted_ms=1000 * converted,
    )


def _composed(
    cover: Rendered, letter: Rendered, dpi: int, recipients: int, *, is_personal: bool
) -> float:
    """Seconds of CPU to compose one recipient's fax."""
    began = time.process_time()
    for number in range(recipients):
        compose(
            [cover.tiff, letter.tiff],
            line=LINE,
            at=AT,
            zone=PARIS,
            first_page=1,
            vertical_dpi=dpi,
            drawn=_recipient(number, cover) if is_personal else None,
        )
    return (time.process_time() - began) / recipients


def _recipient(number: int, cover: Rendered) -> Personal:
    row = {
        "Nom": f"Lefèvre-Durand {number}",
        "Prénom": "Éléonore",
        "Société": f"Établissements {number} & Fils",
        "Client": f"C-{number:06d}",
    }
    values = recipient_values(row, COVER)
    return Personal(
        cover=cover.places,
        cover_pages=cover.pages,
        overlay=parse_overlay(OVERLAY),
        values={**values, "NUMERO": "09 72 10 10 10", "CODE": f"K7M{number:05d}"},
    )


if __name__ == "__main__":
    main()
