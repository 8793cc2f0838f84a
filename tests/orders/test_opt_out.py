"""
Opt-out by mail: who is such a mail to, and which code is in it.
"""

from email.message import EmailMessage

import pytest

from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.orders.opt_out import MAX_CANDIDATES, codes, is_opt_out


def mail(subject="", text=""):
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(text)
    return parse_mail(message.as_bytes())


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [
        (["stop@ecofax.fr"], True),
        (["STOP@ecofax.fr"], True),
        (["desinscription@ecofax.fr"], True),
        (["désinscription@ecofax.fr"], True),
        (["stop+fax@ecofax.fr"], True),
        (["0972101010@ecofax.fr", "stop@ecofax.fr"], True),
        (["0972101010@ecofax.fr"], False),
        (["fax@ecofax.fr"], False),
        (["nonsense@ecofax.fr"], False),
    ],
)
def test_who_it_is_to(recipients, expected):
    assert is_opt_out(recipients) is expected


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("K7M2XQ9D", "", ["K7M2XQ9D"]),
        ("stop", "Bonjour,\nmon code : k7m2xq9d.\nMerci", ["K7M2XQ9D"]),
        ("Ne plus recevoir: K7M2-XQ9D", "", ["K7M2XQ9D"]),
        ("Ne plus recevoir: K7M2 XQ9D", "K7M2XQ9D", ["K7M2XQ9D"]),
        ("stop", "aucun code ici", []),
        ("K7M2XQ9DA", "", []),
        ("stop 0972101010", "", []),
    ],
)
def test_which_code_is_in_it(subject, text, expected):
    assert codes(mail(subject, text)) == expected


def test_a_mail_full_of_words_is_cut_off():
    many = " ".join(f"K7M2X{a}{b}D" for a in "23456789" for b in "23456789")

    assert len(codes(mail("stop", many))) == MAX_CANDIDATES
