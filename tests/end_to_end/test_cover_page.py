"""
Cover pages and merged faxes, from the order to what the fax machine printed.
"""

import json
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageSequence

from converters.fax_file import same_pixels
from ecofax_gateway.pipeline import sheets

from .conftest import PASSWORD, QUOTE, write_mail

PARIS = ZoneInfo("Europe/Paris")
TEMPLATE = """\
<style>@page { margin: 30mm } body { font-size: 14pt }</style>
<h1>Bordereau</h1><p>Pour [NOM], de la part de [LIGNE]</p><p>[TEXTE]</p>
"""


def printed_by(far_end, number):
    """The pages that the fax machine printed of the call to a number, and the file."""
    told = far_end.program.wait_for(
        rf'\{{"event": "fax".*"called": "{number}".*', timeout=180
    )
    fax = json.loads(told[0])
    assert fax["result"] == "delivered", fax
    path = far_end.folder / fax["file"]
    with Image.open(path) as picture:
        frames = [frame.convert("1") for frame in ImageSequence.Iterator(picture)]
    return path, frames


def read(frame, folder: Path) -> str:
    """What a reader sees on a page; as tall as it is on paper."""
    path = folder / "read.png"
    square = frame.convert("L").resize((frame.width, round(frame.width * 297 / 215)))
    square.save(path, dpi=(204, 204))
    done = subprocess.run(
        ["tesseract", str(path), "-", "-l", "fra", "--psm", "6"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return " ".join(done.stdout.split())


def test_a_mail_asks_for_a_cover_page(fax_machine, gateway, tmp_path):
    """`garde:oui` and `nom:`; the rest of the body is its text."""
    far_end = fax_machine()
    house = gateway(far_end)
    body = f"p:{PASSWORD}\ngarde:oui\nnom:Mme Hélène Lefèvre\n\nVoici notre devis.\n"

    ref = house.hand_in(write_mail(body), "0972101010@ecofax.fr")
    path, frames = printed_by(far_end, "0972101010")
    said = read(frames[0], tmp_path)
    db = house.store()
    try:
        again = db.sync_read(sheets.pages_of_attempt, ref, 1, zone=PARIS)
    finally:
        db.close()

    assert len(frames) == 2
    assert "Télécopie" in said
    assert "Mme Hélène Lefèvre" in said
    assert "09 72 10 10 10" in said
    assert "Cabinet des Tilleuls" in said
    assert "2, celle-ci comprise" in said
    assert "Voici notre devis." in said
    assert PASSWORD not in said
    assert same_pixels(again, path) == []
