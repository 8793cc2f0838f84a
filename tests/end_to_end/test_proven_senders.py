"""
Senders that are proven, and those that are not: what they may do, and who is told.

The daemon trusts 127.0.0.1; a client that binds to 127.0.0.2 is a stranger to it, one
of 127.0.0.3 is its relay, one of 127.0.0.4 a scanner of the house.
"""

import email.policy
import smtplib

import pytest

from ..trust.senders import make_key, serving, txt
from .conftest import PASSWORD, SENDER, write_mail

HERE, STRANGER, RELAY, SCANNER = (f"127.0.0.{n}" for n in (1, 2, 3, 4))
TO = "0972101010@ecofax.fr"
WRONG = "Mauvais9Mot"
DOMAIN = "cabinet.example"
AUTHSERV = "mx.ecofax.fr"

CONFIG = """
[trust]
open = true
relay_networks = ["127.0.0.3"]
answer_networks = ["127.0.0.4"]
authserv_id = "{authserv}"
nameserver = "{nameserver}"
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    return make_key(tmp_path_factory.mktemp("key"))


@pytest.fixture
def names(tmp_path, key):
    """A name server in which cabinet.example has its key, and 127.0.0.9 may send."""
    records = [
        key.record(DOMAIN),
        txt(DOMAIN, "v=spf1 ip4:127.0.0.9 -all"),
    ]
    with serving(tmp_path, *records) as address:
        yield address


@pytest.fixture
def house(fax_machine, gateway, names):
    """A gateway with its door open to all, and its fax machine."""
    return gateway(
        fax_machine(),
        smtp='trusted_networks = ["127.0.0.1"]',
        more=CONFIG.format(nameserver=names, authserv=AUTHSERV),
    )


def offer(house, mail, *, peer, sender=SENDER, to=(TO,)):
    """Hand a mail in from an address; the reply to DATA."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=email.policy.SMTP)
    with smtplib.SMTP(
        "127.0.0.1", house.port, timeout=60, source_address=(peer, 0)
    ) as session:
        session.ehlo("mx.cabinet.example")
        code, answer = session.mail(sender)
        assert code == 250, answer
        for recipient in to:
            session.rcpt(recipient)
        code, answer = session.data(raw)
    return code, answer.decode()


def signed(key, mail):
    return key.sign(mail.as_bytes(policy=email.policy.SMTP), DOMAIN)


def test_proven_senders_are_faxed_for_and_answered(house, key):
    """A stranger's server with a signature; a relay's word; a scanner of the house."""
    code, answer = offer(house, signed(key, write_mail()), peer=STRANGER)
    reference = answer.rsplit(" ", 1)[-1]

    assert code == 250
    assert "0972101010" in house.reply("sent").replace(" ", "")
    assert house.replies["sent"]["To"] == SENDER
    shown = house.command("show", reference).stdout
    assert f"from {SENDER}, level B: dkim=pass {DOMAIN}" in shown

    house.command("line", "allow", "0366720307", SENDER, "--open", SCANNER)
    attested = write_mail(f"p:{PASSWORD}\ndoublon:oui\n")
    attested["Authentication-Results"] = f"{AUTHSERV}; dmarc=pass header.from={DOMAIN}"
    code, answer = offer(house, attested, peer=RELAY)
    reference = answer.rsplit(" ", 1)[-1]
    house.daemon.wait_for(rf"{reference}: sender of level C")
    house.daemon.wait_for(rf"\[{reference}\] refused: sender-not-proven")

    scanned = write_mail(f"p:{PASSWORD}\ndoublon:oui\nqualite:normal\n")
    code, answer = offer(house, scanned, peer=SCANNER)
    assert code == 250
    reference = answer.rsplit(" ", 1)[-1]
    house.daemon.wait_for(rf"\[{reference}\] reply posted: sent")


def test_unproven_senders_hear_of_it_by_their_own_server(house):
    """Nothing is ever sent to the address they wrote."""
    told = [
        offer(house, mail, peer=STRANGER)
        for mail in (
            write_mail(f"p:{WRONG}\n"),
            write_mail(f"p:{WRONG}\n", subject="0100000009"),
            write_mail(attached=[]),
        )
    ]
    code, answer = offer(house, write_mail(), peer=STRANGER)
    reference = answer.rsplit(" ", 1)[-1]

    assert [code for code, _ in told] == [550] * 3
    assert told[0] == told[1]  # an unknown line looks like a wrong password
    assert "ou le mot de passe fax (p:) est incorrect" in told[0][1]
    assert "The line number (subject) or the fax password" in told[0][1]
    assert "Aucun document" in told[2][1]
    assert all(answer.isascii() and WRONG not in answer for _, answer in told)
    assert code == 250  # the right password, and no list
    house.daemon.wait_for(rf"\[{reference}\] no reply by mail: nothing proves")
    house.daemon.wait_for(r"delivered")
    assert offer(house, write_mail(f"p:{WRONG}\n"), peer=RELAY)[0] == 250
    house.daemon.wait_for("refused: bad-credentials")  # and no bounce of the relay's
    house.hand_in(write_mail(f"p:{WRONG}\n"), TO)  # the last, from a trusted machine
    house.reply("refused")
    assert list(house.replies) == ["refused"]
    shown = house.command("show", reference).stdout
    assert "level D: dkim=none; spf=fail" in shown
