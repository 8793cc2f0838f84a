"""
Mails that are hard to read, through the whole gateway.
"""

import smtplib
import subprocess
from email.message import EmailMessage
from email.policy import SMTP

from .conftest import LINE, PASSWORD, SENDER, write_mail

RECIPIENT = "0972101010@ecofax.fr"


def signed_opaquely(mail: EmailMessage, folder) -> bytes:
    """The mail as OpenSSL hides it in its own signature."""
    key = folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-keyout", key,
         "-out", folder / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    signed = subprocess.run(
        ["openssl", "cms", "-sign", "-nodetach", "-binary", "-inkey", key,
         "-signer", folder / "certificate.pem"],
        input=mail.as_bytes(policy=SMTP), check=True, capture_output=True,
    )  # fmt: skip
    return f"Subject: {LINE}\r\nFrom: {SENDER}\r\n".encode() + signed.stdout


def nested(depth: int) -> bytes:
    """So many multiparts in each other."""
    parts = (
        f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"
        for n in range(depth)
    )
    body = f"\r\np:{PASSWORD}\r\n"
    return (f"Subject: {LINE}\r\n" + "".join(parts) + body).encode()


def hand_in(house, raw: bytes) -> tuple[int, str]:
    with smtplib.SMTP("127.0.0.1", house.port, timeout=60) as session:
        session.ehlo("cabinet.example")
        session.mail(SENDER)
        session.rcpt(RECIPIENT)
        code, answer = session.data(raw)
    return code, answer.decode()


def test_hard_mails_are_read_or_answered_and_bombs_turned_away(
    fax_machine, gateway, tmp_path
):
    far_end = fax_machine()
    house = gateway(far_end)

    bomb = hand_in(house, nested(1_000))
    complex_one = hand_in(house, nested(100))
    refused = house.reply("refused")
    signed = hand_in(house, signed_opaquely(write_mail(), tmp_path))
    sent = house.reply("sent")

    assert bomb == (554, "5.6.0 this mail is refused unread: too many multiparts")
    assert complex_one[0] == 250
    assert refused.startswith("Télécopie : erreur de traitement")
    assert "n'a pas pu être lu" in refused
    assert signed[0] == 250
    assert "devis.pdf" in sent
    assert far_end.calls() == 1
    assert "Traceback" not in house.daemon.output
    assert PASSWORD not in house.daemon.output
