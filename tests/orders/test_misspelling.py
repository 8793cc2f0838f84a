import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import MalformedMessage
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.mail.part import TextKind, TextPart
from ecofax_gateway.orders.body import written_lines
from ecofax_gateway.orders.directives import QUALITIES, find_directives
from ecofax_gateway.orders.misspelling import misspelt


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("dat:21-06-2027 15:15", "date"),
        ("datte:21-06-2027 15:15", "date"),
        ("dates:21-06-2027 15:15", "date"),
        ("adte:21-06-2027 15:15", "date"),
        ("Datr:21-06-2027 15:15", "date"),
        ("qualit:best", "qualite"),
        ("qualitée:best", "qualite"),
        ("qaulite:best", "qualite"),
        ("qualote=best", "qualite"),
        ("grade:oui", "garde"),
        ("gardes:oui", "garde"),
        ("coprs:oui", "corps"),
        ("lignes:0366720307", "ligne"),
        ("doublond:oui", "doublon"),
        ("pagse:1-3", "pages"),
        ("p:Secret7 dat:21-06-2027 15:15", "date"),
        ("Dat : 21-06-2027 15:15", "date"),
        ("Datte : lundi 21 juin 2027 à 15h", "date"),
        ("Qualtié : best", "qualite"),
        ("Qualitée : Premium.", "qualite"),
    ],
)
def test_a_slip_of_the_pen_is_asked_about(line, word):
    [mistake] = misspelt([line], qualities=QUALITIES)

    assert mistake.code == "misspelt"
    assert f"« {word}: »" in mistake.sentence
    assert "Secret7" not in mistake.sentence


@pytest.mark.parametrize(
    "line",
    [
        "date:21-06-2027 15:15",
        "page:1",
        "doublons:oui",
        "Qualité:best",
        "Data: 12 pages",
        "Lien:https://example.fr",
        "data://x",
        "Objet:devis",
        "Note:voir la page 3",
        "Bonjour, la dat:21-06-2027",
        "nm:Durand",
        "gate:",
        "Datte : 3 kg",
        "Qualités : écoute et rigueur",
        "",
    ],
)
def test_words_and_prose_are_left_alone(line):
    assert misspelt([line], qualities=QUALITIES) == ()


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ("p:Secret7\ndat:21-06-2027 15:15", ["misspelt"]),
        ("p:Secret7\ndat:21-06-2027 15:15\nqualite:top", ["misspelt", "bad-quality"]),
        ("dat:21-06-2027 15:15", []),
    ],
)
def test_it_is_a_mistake_where_a_password_makes_it_an_order(body, codes):
    found = find_directives([TextPart(TextKind.PLAIN, body)])

    assert [mistake.code for mistake in found.mistakes] == codes


def test_no_real_letter_is_asked_about(corpus):
    for name, raw in corpus:
        try:
            mail = parse_mail(raw)
        except MalformedMessage:
            continue
        for part in mail.texts:
            lines = written_lines(part)
            assert misspelt(lines, qualities=QUALITIES) == (), name


@given(st.lists(st.text("dateligncorpqu :=\n12é", max_size=60), max_size=4))
def test_any_lines_are_looked_at(lines):
    assert all(mistake.sentence for mistake in misspelt(lines, qualities=QUALITIES))
