"""
A mail goes in, a fax machine prints it, the answer comes back.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from converters import fax_file

from .conftest import LETTER, LINE, PASSWORD, QUOTE, write_mail


def test_the_demo_ends_well(tmp_path):
    """What `./ecofax demo` runs: it compares every pixel itself and exits 0."""
    demo = subprocess.run(
        [sys.executable, "-m", "ecofax_gateway", "demo", "--output", tmp_path / "out"],
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert (
        "Subject: Télécopie de 'devis.pdf, lettre.odt' : prise en compte" in demo.stdout
    )
    assert "Subject: Télécopie de 'devis.pdf, lettre.odt' : envoyée" in demo.stdout
    assert "2 pages received, pixel for pixel the pages that were sent" in demo.stdout
    assert (tmp_path / "out" / "page1.png").stat().st_size > 10_000


def test_one_fax_from_swaks(fax_machine, gateway, tmp_path):
    """A mail client that is not ours, two documents, one fax in their order."""
    far_end = fax_machine("--station-id=+33 9 72 10 10 10")
    house = gateway(far_end)
    swaks = subprocess.run(
        [
            "swaks", "--server", f"127.0.0.1:{house.port}",
            "--from", "docteur@cabinet.example", "--to", "0972101010@ecofax.fr",
            "--header", f"Subject: {LINE}", "--body", f"p:{PASSWORD}",
            "--attach", f"@{LETTER}", "--attach", f"@{QUOTE}",
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    assert swaks.returncode == 0, swaks.stdout + swaks.stderr
    ref = re.search(r"250 2\.0\.0 .* (\w{8})", swaks.stdout)[1]

    accepted, sent = house.reply("accepted"), house.reply("sent")

    assert accepted.startswith("Télécopie de 'lettre.odt, devis.pdf' : prise en compte")
    assert f"Référence : {ref}" in accepted
    assert "Pages : 2" in accepted
    assert re.search(r"Durée d.un appel : environ \d+ s", accepted)
    assert "confirmé 2 pages" in sent
    assert "+33 9 72 10 10 10" in sent
    assert "14 400 bit/s" in sent
    [received] = far_end.received()
    assert received["pages"] == 2
    assert received["station_id"] == "03 66 72 03 07"
    pages = tmp_path / "sent.tif"
    assert house.command("show", ref, "--pages", str(pages)).returncode == 0
    printed = far_end.folder / received["file"]
    assert fax_file.same_pixels(pages.read_bytes(), printed.read_bytes()) == []
    # Made again after the call, they are the very file that the call was given.
    digest = hashlib.sha256(pages.read_bytes()).hexdigest()
    assert digest == house.last_call(ref).pages_sha256


def test_a_list_of_five_numbers(fax_machine, gateway):
    """One twice, one impossible, one busy at first: three faxes, one after a retry."""
    far_end = fax_machine("--number=0972101927=busy*1")
    house = gateway(far_end)
    numbers = b"0972101010\n0972101927\n09 72 10 10 10\nposte 12\n0366720307\n"

    house.hand_in(
        write_mail(attached=[QUOTE, ("numbers.txt", numbers)]), "fax@ecofax.fr"
    )

    report = house.reply("report")
    accepted, duplicates = house.reply("accepted"), house.reply("duplicates")
    assert "Télécopie de 'devis.pdf' : rapport de campagne" in report
    assert report.count("1 page") >= 3
    assert "En échec : 0" in report
    assert "Télécopie de 'devis.pdf' : Numéro dupliqué" in duplicates
    assert "09 72 10 10 10 (lignes 1, 3)" in duplicates
    assert "ligne 4" in accepted
    assert "poste 12" in accepted
    assert sorted(fax["called"] for fax in far_end.received()) == [
        "0366720307",
        "0972101010",
        "0972101927",
    ]
    assert far_end.calls() == 4
    assert far_end.calls("0972101927") == 2


def test_a_planned_fax_waits_and_can_be_cancelled(fax_machine, gateway):
    far_end = fax_machine()
    house = gateway(far_end)

    ref = house.hand_in(
        write_mail(f"p:{PASSWORD}\ndate:21-06-2027 15:15:00\nqualite:normal\n"),
        "0972101010@ecofax.fr",
    )

    accepted = house.reply("accepted")
    assert "le 21-06-2027 à 15:15 (UTC+02:00)" in accepted
    assert "normal" in accepted
    assert house.fax(ref).state == "scheduled"
    assert "1 faxes cancelled" in house.command("cancel", ref).stdout
    assert "annulée" in house.reply("cancelled")
    assert house.fax(ref).state == "cancelled"
    assert far_end.calls() == 0


def test_an_unsendable_fax_says_why(fax_machine, gateway):
    far_end = fax_machine("--behave=unknown")
    house = gateway(far_end)

    house.hand_in(write_mail(), "0972101010@ecofax.fr")

    failed = house.reply("failed")
    assert failed.startswith("Télécopie de 'devis.pdf' : échec de l'envoi")
    assert "n'existe pas" in failed
    assert "404" in failed
    assert far_end.calls() == 1


def test_restricted_numbers_need_best(fax_machine, gateway):
    far_end = fax_machine()
    house = gateway(far_end)

    house.hand_in(write_mail(), "0899700000@ecofax.fr")
    refused = house.reply("restricted")
    house.hand_in(write_mail(f"p:{PASSWORD}\nqualite:best\n"), "0899700000@ecofax.fr")
    sent = house.reply("sent")

    assert refused.startswith("Télécopie de 'devis.pdf' : Numéros restreints")
    assert "qualite:best" in refused
    assert "08 99 70 00 00" in sent
    assert [fax["vertical_dpi"] for fax in far_end.received()] == [391]


def test_the_same_path_without_mail(fax_machine, gateway):
    far_end = fax_machine("--max-dpi=98")
    house = gateway(far_end)

    sent = house.command("send", "0972101010", str(QUOTE), "--wait")

    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert "1/1 pages confirmed" in sent.stdout
    ref = sent.stdout.split()[1].rstrip(":")
    shown = house.command("show", ref).stdout
    assert "98 lines/in" in shown
    assert "delivered" in shown
    for said in ("INVITE  audio", "< 200 OK", "< DIS ", "PPS-EOP", "< MCF", "BYE"):
        assert said in shown, said
    assert "page 1: " in shown
    assert "packets: " in shown
    (fax,) = json.loads(house.command("show", ref, "--json").stdout)["faxes"]
    (call,) = fax["calls"]
    assert call["ending"] == "delivered"
    assert "CFR" in [note["name"] for note in call["journal"]["notes"]]
    assert ref in house.command("faxes").stdout
    assert [fax["vertical_dpi"] for fax in far_end.received()] == [98]


@pytest.mark.parametrize("path", [LETTER, QUOTE], ids=lambda p: p.name)
def test_convert_writes_pages_to_look_at(path: Path, tmp_path):
    done = subprocess.run(
        [
            sys.executable, "-m", "ecofax_gateway", "convert", path,
            "-o", tmp_path / "pages.tif", "--quality", "normal",
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "1 pages, normal" in done.stdout
    assert (tmp_path / "pages.tif").read_bytes()[:4] == b"II*\0"
