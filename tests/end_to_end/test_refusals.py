"""
A mail that cannot be carried out: the right reply, no call, no password anywhere.
"""

import pytest

from .conftest import PASSWORD, QUOTE, write_mail

WRONG = "Mauvais9Mot"


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
def test_the_right_reply_and_no_call(fax_machine, gateway, mail, sentences):
    far_end = fax_machine()
    house = gateway(far_end)

    house.hand_in(mail(), "0972101010@ecofax.fr")

    refused = house.reply("refused")
    assert refused.startswith("Télécopie : erreur de traitement")
    assert all(sentence in refused for sentence in sentences)
    assert far_end.calls() == 0
    everything = refused + house.daemon.output
    assert PASSWORD not in everything
    assert WRONG not in everything
