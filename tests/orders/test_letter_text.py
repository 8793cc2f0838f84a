import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.mail.part import TextKind, TextPart
from ecofax_gateway.orders.letter_text import letter_text

LETTER = "Bonjour,\n\nVoici le devis.\nIl vaut un mois.\n\nCordialement,\nJean"


def plain(text, passwords=("Secret7",)):
    return letter_text([TextPart(TextKind.PLAIN, text)], passwords)


def html(text):
    return letter_text([TextPart(TextKind.HTML, text)], ("Secret7",))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"p:Secret7\ngarde:oui\n\n{LETTER}\n", id="directives-above"),
        pytest.param(f"{LETTER}\n\np:Secret7\ngarde:oui\n", id="directives-below"),
        pytest.param(LETTER.replace("Voici", "p:Secret7\nnom:X\nVoici"), id="amid"),
        pytest.param(f"p:Secret7 garde:oui\n{LETTER}\n-- \nJ. Dupont", id="signature"),
        pytest.param(f"{LETTER}\n\nEnvoyé de mon iPhone\n", id="iphone"),
        pytest.param(f"{LETTER}\n\n> p:Ancien\n> vieux\n", id="quoted"),
        pytest.param(
            f"{LETTER}\n\nLe lun. 2 mars 2026 à 10:12, A <a@b.fr> a écrit :\nvieux\n",
            id="reply",
        ),
        pytest.param(LETTER.replace("\n", "\r\n"), id="crlf"),
        pytest.param("\n\n\n" + LETTER.replace("\n\n", "\n\n\n\n"), id="much-room"),
        pytest.param(LETTER.replace(" ", "\u00a0"), id="nbsp"),
    ],
)
def test_the_letter_is_what_was_written_to_the_recipient(body):
    assert plain(body) == LETTER


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            "<div>p:Secret7</div><div>Bonjour,</div><div><br></div><div>Voici le devis.</div>"
            "<div>Il vaut un mois.</div><div><br></div><div>Cordialement,</div><div>Jean"
            "</div><div class=gmail_quote>vieux</div>",
            id="gmail",
        ),
        pytest.param(
            "<p class=MsoNormal>p:Secret7<o:p></o:p></p>"
            "<p class=MsoNormal>Bonjour,<o:p></o:p></p>"
            "<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
            "<p class=MsoNormal>Voici le devis.<o:p></o:p></p>"
            "<p class=MsoNormal>Il vaut un mois.<o:p></o:p></p>"
            "<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
            "<p class=MsoNormal>Cordialement,<br>Jean<o:p></o:p></p>",
            id="outlook",
        ),
    ],
)
def test_of_html_the_paragraphs_are_kept(body):
    assert html(body) == LETTER


def test_the_plain_part_is_the_letter_where_there_are_both():
    parts = [
        TextPart(TextKind.HTML, "<p>p:Secret7</p><p>En HTML</p>"),
        TextPart(TextKind.PLAIN, "p:Secret7\nEn clair"),
        TextPart(TextKind.PLAIN, "Pied de page de la liste"),
    ]

    assert letter_text(parts, ()) == "En clair"
    assert letter_text(parts[:1], ()) == "En HTML"
    assert letter_text([], ()) == ""


@pytest.mark.parametrize(
    "body",
    [
        "p:Secret7\nLe mot de passe est Secret7.",
        "Bonjour, mon mot de passe : Secret7",
        "Voici p:Secret7 merci\nSecret7",
    ],
)
def test_the_password_is_never_in_the_letter(body):
    text = plain(body)

    assert "Secret7" not in text
    assert "***" in text


@pytest.mark.parametrize("body", ["", "p:Secret7\n", "p:Secret7\n-- \nJean", "> vieux"])
def test_a_mail_without_a_letter_has_an_empty_one(body):
    assert plain(body) == ""


@given(st.text(max_size=200), st.sampled_from(list(TextKind)))
def test_any_text_has_a_letter_without_the_password(text, kind):
    letter = letter_text([TextPart(kind, f"{text}\np:Secret7\n{text}")], ("Secret7",))

    assert "Secret7" not in letter
    assert letter == letter.strip("\n")
