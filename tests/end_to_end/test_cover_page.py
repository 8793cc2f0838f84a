"""
Cover pages and merged faxes, from the order to what the fax machine printed.
"""

import json
import subprocess
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from PIL import Image, ImageSequence

from converters.fax_file import same_pixels
from converters.sheet import BAND_ROWS
from converters.tiff_f import decode
from ecofax_gateway.pipeline import sheets
from ecofax_gateway.pipeline.preview import first_page

from .conftest import PASSWORD, QUOTE, read, write_mail

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
        at = house.last_call(ref).claimed_at
        pictured = db.sync_read(first_page, ref, at=at, zone=PARIS)
    finally:
        db.close()

    assert len(frames) == 2
    [ink] = decode(pictured)
    below = np.s_[BAND_ROWS[196] :]
    assert np.array_equal(~np.asarray(frames[0])[below], ink[below])
    assert "Télécopie" in said
    assert "Mme Hélène Lefèvre" in said
    assert "09 72 10 10 10" in said
    assert "Cabinet des Tilleuls" in said
    assert "2, celle-ci comprise" in said
    assert "Voici notre devis." in said
    assert PASSWORD not in said
    assert same_pixels(again, path) == []


LIST = """\
Fax;Prénom;Nom;Société
0972000001;Éléonore;Dœuvre;Établissements Dupont & Fils
0972000002;Jean-Baptiste Emmanuel;de la Rochefoucauld-Montbel;Compagnie générale
0972000003;Zoé;Ünal;
"""
OVERLAY = """\
[[text]]
page = 1
x = 20
y = 8
width = 90
size = 14
text = "[PRENOM] [NOM]"

[[text]]
page = 1
x = 120
y = 8
text = "[SOCIETE|]"

[[qr]]
page = "all"
x = 180
y = 268
size = 22
text = "https://fax.example/stop/[CODE]"
"""


def steer(house, *words):
    done = house.command("campaign", *map(str, words))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_merged_campaign_prints_each_recipient_his_own(
    fax_machine, gateway, tmp_path
):
    """Names on a shared letter, a cover page of their own, codes that a telephone reads."""
    far_end = fax_machine()
    house = gateway(far_end)
    for name, content in (
        ("list.csv", LIST), ("overlay.toml", OVERLAY), ("cover.html", TEMPLATE),
    ):  # fmt: skip
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "texte.txt").write_text("Nos vœux.", encoding="utf-8")

    created = steer(
        house, "create", QUOTE, "--numbers", tmp_path / "list.csv",
        "--cover", tmp_path / "cover.html", "--cover-text", tmp_path / "texte.txt",
        "--overlay", tmp_path / "overlay.toml",
    )  # fmt: skip
    ref = created.split(":", 1)[0]
    house.daemon.wait_for(rf"{ref}.*2 pages, 0 faxes")
    steer(house, "preview", ref, "--recipient", 2, "-o", tmp_path / "preview.tif")
    steer(house, "launch", ref)
    arrived = {n: printed_by(far_end, f"097200000{n}") for n in (1, 2, 3)}
    printed = {n: frames for n, (_, frames) in arrived.items()}
    db = house.store()
    try:
        again = {
            n: db.sync_read(sheets.pages_of_attempt, f"{ref}-{n}", 1, zone=PARIS)
            for n in arrived
        }
    finally:
        db.close()

    covers = {n: read(printed[n][0], tmp_path) for n in (1, 2)}
    letters = {n: read(frames[1], tmp_path) for n, frames in printed.items()}
    assert "Pour Dœuvre, de la part de Cabinet des Tilleuls" in covers[1]
    assert "Pour de la Rochefoucauld-Montbel, de la part" in covers[2]
    assert all("Nos vœux." in said for said in covers.values())
    assert "Éléonore Dœuvre" in letters[1]
    assert "Établissements Dupont" in letters[1]
    assert "Jean-Baptiste Emmanuel de la Rochefoucauld-Montbel" in letters[2]
    assert "Zoé Ünal" in letters[3]
    codes = {n: scanned(frames[1], tmp_path) for n, frames in printed.items()}
    assert len(set(codes.values())) == 3
    assert all(code.startswith("https://fax.example/stop/") for code in codes.values())
    assert [same_pixels(again[n], path) for n, (path, _) in arrived.items()] == [[]] * 3
    with Image.open(tmp_path / "preview.tif") as picture:
        shown = [frame.convert("1") for frame in ImageSequence.Iterator(picture)]
    # Exactly what came out of the machine, but for the tag line's time and code.
    below = np.s_[BAND_ROWS[196] :]
    assert np.array_equal(np.asarray(shown[0])[below], np.asarray(printed[2][0])[below])


def scanned(frame, folder: Path) -> str:
    """What a QR code on a page says."""
    path = folder / "scanned.png"
    frame.convert("L").resize((frame.width, round(frame.width * 297 / 215))).save(path)
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()
