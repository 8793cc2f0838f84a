"""
What joins a reply when it leaves: picture, proof, report, signature.
"""

import csv
import email
import email.policy
import io
import re

import dkim
import pypdf
import pypdfium2
import pytest
from PIL import Image

from converters import fax_file
from converters.tiff_f import decode
from ecofax_gateway.pipeline import sheets
from ecofax_gateway.settings import load_settings

from .conftest import LINE, QUOTE, write_mail

NUMBER, OTHER, WRONG = "0972101010", "0972101011", "0972101012"


def raw_reply(house, kind):
    house.daemon.wait_for(f"reply posted: {kind}")
    [path] = (house.folder / "replies").glob(f"*-{kind}-*.eml")
    return path.read_bytes()


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def shape(part):
    """A message's parts, as they are nested."""
    if not part.is_multipart():
        return part.get_content_type()
    return (part.get_content_subtype(), *map(shape, part.iter_parts()))


def attached(message):
    return {part.get_filename(): part for part in message.iter_attachments()}


def printed(pdf, page):
    """A page of a PDF as dark pixels."""
    drawn = pypdfium2.PdfDocument(pdf)[page].render(scale=3).to_pil().convert("L")
    return sum(drawn.histogram()[:128]) / (drawn.width * drawn.height)


@pytest.fixture
def signing(tmp_path):
    """(what the configuration says, what the DNS says) about a key."""
    path = tmp_path / "dkim.pem"

    def make(command):
        made = command("dkim-key", str(path), "--domain", "ecofax.fr")
        assert made.returncode == 0, made.stderr
        assert path.stat().st_mode & 0o777 == 0o600
        record = "".join(re.findall(r'"([^"]*)"', made.stdout.splitlines()[0]))
        assert made.stdout.startswith("ecofax._domainkey.ecofax.fr. IN TXT (")
        # Once more: the key in use stays, and its record is told again.
        again = command("dkim-key", str(path), "--domain", "ecofax.fr")
        assert again.stdout == made.stdout
        return f'[replies]\ndkim_key = "{path}"\n', record

    return make


def test_a_confirmation_carries_the_pages_that_were_sent(fax_machine, gateway, signing):
    far_end = fax_machine("--station-id=+33 9 72 10 10 10")
    house = gateway(far_end)
    settings, record = signing(house.command)
    house.daemon.stop()
    house.config.write_text(house.config.read_text() + settings)
    changed = house.command("line", "set", LINE, "--proof", "--language", "fr")
    assert changed.returncode == 0, changed.stderr
    house.start()

    ref = house.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    accepted, sent = raw_reply(house, "accepted"), raw_reply(house, "sent")

    message = parsed(sent)
    assert shape(message) == (
        "mixed",
        ("alternative", "text/plain", ("related", "text/html", "image/png")),
        "application/json",
        "application/pdf",
    )
    assert "Hello" not in message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    [picture] = [p for p in message.walk() if p.get_content_type() == "image/png"]
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html
    with Image.open(io.BytesIO(picture.get_content())) as drawn:
        assert drawn.width <= 600
    proof = attached(message)[f"fax-{ref}.pdf"].get_content()
    told = pypdf.PdfReader(io.BytesIO(proof)).pages[0].extract_text()
    assert "Page 1 sur 1, confirmée par l'appareil « +33 9 72 10 10 10 »" in told
    assert f"Fax {ref} de 03 66 72 03 07 à 09 72 10 10 10" in told
    db = house.store()
    zone = load_settings(house.config).zone
    pages = db.sync_read(sheets.pages_of_attempt, ref, 1, zone=zone)
    db.close()
    [received] = far_end.folder.glob("*.tif")
    assert fax_file.same_pixels(pages, received) == []
    # Ink of the page and of its stamp; a page drawn inverted or empty has another share.
    [ink] = decode(pages)
    assert printed(proof, 0) == pytest.approx(ink.mean() * 0.86, rel=0.6)
    for raw in (accepted, sent):
        assert dkim.verify(raw, dnsfunc=lambda *_, **__: record.encode())
        tampered = raw.replace("Télécopie".encode(), b"x").replace(b"To: ", b"To: x")
        assert not dkim.verify(tampered, dnsfunc=lambda *_, **__: record.encode())


def test_a_campaigns_report_carries_every_number(fax_machine, gateway):
    far_end = fax_machine(f"--number={WRONG}=unknown")
    house = gateway(far_end)
    listed = f"{NUMBER}\n{OTHER}\n{WRONG}\n".encode()

    house.hand_in(
        write_mail(attached=[QUOTE, ("numbers.txt", listed)]), "fax@ecofax.fr"
    )
    files = attached(parsed(raw_reply(house, "report")))

    assert set(files) == {"resultat.json", "rapport.csv", "rapport.pdf"}
    table = files["rapport.csv"].get_payload(decode=True).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
    assert [(row["Numéro"], row["État"]) for row in rows] == [
        ("09 72 10 10 10", "envoyé"),
        ("09 72 10 10 11", "envoyé"),
        ("09 72 10 10 12", "en échec"),
    ]
    drawn = pypdf.PdfReader(io.BytesIO(files["rapport.pdf"].get_content()))
    text = "".join(page.extract_text() for page in drawn.pages)
    assert all(row["Numéro"] in text for row in rows)
