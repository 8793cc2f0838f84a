"""
A mail that cannot be carried out: the right reply, no call, no password anywhere.
"""

import pytest

from .conftest import NO_OFFICE, PASSWORD, QUOTE, FarEnd, Gateway, write_mail

WRONG = "Mauvais9Mot"


@pytest.fixture(scope="module")
def far_end(tmp_path_factory):
    """A fax machine that nobody should call."""
    machine = FarEnd.start(tmp_path_factory.mktemp("refusals"))
    yield machine
    machine.program.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory, far_end):
    """One gateway that hears all of these mails: no office document is among them."""
    gateway = Gateway.set_up(tmp_path_factory.mktemp("house"), far_end, more=NO_OFFICE)
    gateway.start()
    yield gateway
    gateway.stop()


@pytest.mark.parametrize(
    ("mail", "sentences"),
    [
        pytest.param(
            lambda: write_mail(f"p:{WRONG}\n"),
            ["mot de passe fax (p:) est incorrect"],
            id="wrong-password",
        ),
        pytest.param(
            lambda: write_mail(subject="0366720308"),
            ["mot de passe fax (p:) est incorrect"],
            id="unknown-line",
        ),
        pytest.param(
            lambda: write_mail(attached=[]),
            ["Aucun document à faxer n'est joint"],
            id="no-attachment",
        ),
        pytest.param(
            lambda: write_mail(attached=[("facture.pdf", b"%PDF-1.7\n broken")]),
            ["« facture.pdf »"],
            id="broken-pdf",
        ),
        pytest.param(
            lambda: write_mail(attached=[QUOTE, ("b.pdf", b"%PDF-1.4\n broken")]),
            ["« b.pdf »"],
            id="one-broken-of-two",
        ),
        pytest.param(
            lambda: write_mail(f"p:{PASSWORD}\ndate:31-02-2027 10:00:00\n"),
            ["31-02-2027"],
            id="a-date-that-does-not-exist",
        ),
        pytest.param(
            lambda: write_mail("bonjour\n", subject="devis", attached=[]),
            [
                "L'objet de votre message",
                "Le mot de passe fax manque",
                "Aucun document à faxer",
            ],
            id="everything-at-once",
        ),
    ],
)
def test_the_right_reply_and_no_call(far_end, house, mail, sentences):
    ref = house.hand_in(mail(), "0972101010@ecofax.fr")

    refused = house.reply("refused", to=ref)
    assert refused.startswith("Télécopie : erreur de traitement")
    assert all(sentence in refused for sentence in sentences)
    assert far_end.calls() == 0
    everything = refused + house.daemon.output
    assert PASSWORD not in everything
    assert WRONG not in everything
