"""
Whom the gateway does not fax, and what it does not send: from the mail to the reply.
"""

import re

import pytest
from sqlalchemy import select

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.store.tables import fax

from .conftest import LINE, write_mail

NUMBER = "0972101010"
OTHER = "0972101011"


@pytest.fixture
def running(gateway, fax_machine):
    """
    A gateway and the fax machine that it calls.
    """
    far_end = fax_machine()
    return gateway(far_end), far_end


def test_a_number_on_the_list_is_not_dialled_and_its_sender_told(running):
    gateway, far_end = running
    added = gateway.command("donotfax", "add", NUMBER, "--note", "a demandé")
    assert added.stdout == "1 added, 0 were on the list\n"

    ref = gateway.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    told = gateway.reply("failed")

    assert "a demandé à ne plus recevoir de fax" in told
    assert "Aucun appel n'a été passé." in told
    assert told.rstrip().endswith("do-not-fax, not called")
    assert gateway.fax(ref).state is FaxState.FAILED
    assert far_end.calls() == 0
    ledger = gateway.command("donotfax", "ledger").stdout
    assert re.search(r"added +09 72 10 10 10 +every line +command +a demandé", ledger)


def test_the_same_fax_again_is_held_until_somebody_says_so(running):
    gateway, far_end = running
    gateway.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    gateway.reply("sent")

    again = gateway.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    told = gateway.reply("repeated")

    assert told.startswith("Télécopie de 'devis.pdf' : déjà envoyée\n")
    assert "- 09 72 10 10 10 : le " in told
    assert "doublon:oui" in told
    assert f"ecofax-gateway release {again}" in told
    assert gateway.fax(again).state is FaxState.HELD
    assert far_end.calls() == 1
    released = gateway.command("release", again)
    assert released.stdout == f"{again}: 1 faxes released\n"
    gateway.daemon.wait_for(rf"{again}.*delivered")
    assert far_end.calls() == 2

    meant = write_mail("p:Zebre7Quart\ndoublon:oui\n")
    third = gateway.hand_in(meant, f"{NUMBER}@ecofax.fr")
    gateway.daemon.wait_for(rf"{third}.*delivered")
    assert far_end.calls() == 3


def test_an_order_over_the_quota_is_refused_with_what_is_left(running):
    gateway, far_end = running
    limits = gateway.command("line", "quota", LINE, "--day", "5", "--credit", "100")
    assert limits.stdout.endswith("0 of 5 pages today, 100 prepaid pages left\n")
    numbers = ("numbers.txt", "\n".join(f"09721010{n}" for n in range(10, 20)).encode())

    gateway.hand_in(
        write_mail(attached=[("a.txt", b"Bonjour"), numbers]), "fax@ecofax.fr"
    )
    told = gateway.reply("over-quota")

    assert told.startswith("Télécopie de 'a.txt' : quota de pages dépassé\n")
    assert "demande 10 pages" in told
    assert "plus envoyer que 5 pages aujourd'hui, sur 5 par jour" in told
    assert far_end.calls() == 0
    gateway.hand_in(write_mail(attached=[("b.txt", b"Bonjour")]), f"{NUMBER}@ecofax.fr")
    gateway.reply("sent")
    shown = gateway.command("line", "show", LINE).stdout
    assert "1 of 5 pages today, 99 prepaid pages left" in shown


def test_a_recipient_opts_out_by_mail_with_the_code_of_his_page(running):
    gateway, far_end = running
    sent = gateway.command(
        "send", NUMBER, str(write_file(gateway, "a")), "--opt-out", "--wait"
    )
    assert sent.returncode == 0, sent.stdout + sent.stderr
    db = gateway.store()
    code = db.sync_read(lambda conn: conn.execute(select(fax.c.opt_out_code)).scalar())
    db.close()
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{8}", code)

    gateway.hand_in(
        write_mail(
            "Merci\n", subject=f"stop {code[:4]}-{code[4:].lower()}", attached=()
        ),
        "stop@ecofax.fr",
    )
    told = gateway.reply("opted-out")

    assert told.startswith("Télécopie : désinscription enregistrée\n")
    assert "le numéro 09 72 10 10 10 ne recevra plus de fax" in told
    refused = gateway.command("send", NUMBER, str(write_file(gateway, "b")), "--wait")
    assert refused.returncode == 1
    assert "do-not-fax" in refused.stdout
    allowed = gateway.command("send", OTHER, str(write_file(gateway, "b")), "--wait")
    assert allowed.returncode == 0
    assert far_end.calls() == 2
    listed = gateway.command("donotfax", "list", "--line", LINE).stdout
    assert "accueil@cabinet.example" in listed
    assert gateway.command("optout", code).returncode == 0
    assert gateway.command("optout", "22222222").returncode == 1


def test_a_code_that_nobody_printed_changes_nothing(running):
    gateway, _ = running

    gateway.hand_in(
        write_mail("code K7M2XQ9D\n", subject="stop", attached=()),
        "desinscription@ecofax.fr",
    )
    told = gateway.reply("opted-out")

    assert told.startswith("Télécopie : désinscription impossible\n")
    assert gateway.command("donotfax", "list").stdout == "the list is empty\n"


def test_an_erased_number_is_in_no_file_of_the_store(running):
    gateway, _ = running
    gateway.hand_in(write_mail(), f"{NUMBER}@ecofax.fr")
    gateway.reply("sent")
    exported = gateway.folder.parent / "line.json"
    assert gateway.command("export-line", LINE, "-o", str(exported)).returncode == 0
    assert f"+33{NUMBER[1:]}" in exported.read_text()

    erased = gateway.command("erase", NUMBER)

    assert erased.returncode == 0, erased.stdout + erased.stderr
    assert re.search(r" 1  faxes\n", erased.stdout)
    content = b"".join(
        path.read_bytes() for path in gateway.folder.glob("ecofax.sqlite*")
    )
    assert b"cabinet.example" in content
    assert NUMBER[1:].encode() not in content
    assert b"09 72 10 10 10" not in content


def write_file(gateway, name):
    """
    A document of its own for each name.
    """
    path = gateway.folder.parent / f"{name}.txt"
    path.write_text(f"Bonjour {name}\n")
    return path
