"""
What a whole mail asks of its pages and its recipients.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.document import DocumentRole
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.order import Cover
from ecofax_gateway.mail.message import parse_mail
from ecofax_gateway.orders.letter_text import MAX_COVER_CHARS, MAX_COVER_LINES
from ecofax_gateway.orders.ordering import order_of

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 6, 20, 10, tzinfo=UTC)
ONE = ("0972101010@ecofax.test",)
CAMPAIGN = ("fax@ecofax.test",)
PDF = ("fax.pdf", b"%PDF-1.4 x")
TABLE = ("numbers.csv", "fax;nom\n0972101010;Mme Durand\n0972101927;É\n".encode())
LETTER = "Bonjour,\n\nVoici le devis."


def order(raw, recipients=ONE, **options):
    return order_of(
        parse_mail(raw),
        recipients=recipients,
        now=NOW,
        zone=PARIS,
        **options,
    )


def refusal(raw, recipients=ONE, **options):
    with pytest.raises(OrderRefused) as caught:
        order(raw, recipients, **options)
    return caught.value


def test_without_wishes_there_are_none(make_mail):
    found = order(make_mail(f"p:Secret7\n\n{LETTER}\n"))

    assert (found.cover, found.page_choice, found.fields) == (None, None, {})
    assert [document.role for document in found.documents] == [DocumentRole.ATTACHED]
    assert found.warnings == ()


def test_the_letter_is_a_document_before_the_others(make_mail):
    found = order(make_mail(f"p:Secret7\ncorps:oui\n\n{LETTER} p:Secret7\n"))

    letter, attached = found.documents
    assert (letter.name, letter.role) == ("message.txt", DocumentRole.BODY)
    assert letter.content.decode("utf-8-sig") == LETTER + " p:***"
    assert attached.name == "fax.pdf"
    assert found.cover is None


def test_the_letter_alone_is_a_fax(make_mail):
    found = order(make_mail(f"p:Secret7\ncorps:oui\n\n{LETTER}\n", files=[]))

    assert [document.name for document in found.documents] == ["message.txt"]


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ("p:Secret7\ncorps:oui\n", "empty-body", "il est vide"),
        ("p:Secret7\ncorps:oui\n-- \nJean", "empty-body", "il est vide"),
        ("p:Secret7\ngarde:oui\n\nBonjour", "no-document", "corps:oui"),
        ("p:Secret7\nBonjour", "no-document", "corps:oui"),
    ],
)
def test_nothing_to_fax_says_what_to_write(make_mail, body, code, says):
    error = refusal(make_mail(body, files=[]))

    assert error.code == code
    assert says in error.for_requester


def test_the_cover_has_the_name_and_the_letter(make_mail):
    found = order(make_mail(f"p:Secret7\nnom:Mme Durand\ngarde:oui\n\n{LETTER}\n"))

    assert found.cover == Cover(name="Mme Durand", subject="", text=LETTER)
    assert [document.name for document in found.documents] == ["fax.pdf"]


def test_the_subject_is_on_the_cover_where_it_is_no_line(make_mail):
    body = f"p:Secret7\nligne:0366720307\ngarde:oui\n\n{LETTER}\n"
    found = order(make_mail(body, subject="Votre devis p:Secret7"))

    assert found.line_number.e164 == "+33366720307"
    assert found.cover.subject == "Votre devis p:***"


def test_a_letter_on_pages_of_its_own_is_not_on_the_cover(make_mail):
    found = order(make_mail(f"p:Secret7\ngarde:oui\ncorps:oui\n\n{LETTER}\n"))

    assert found.cover == Cover()
    assert [document.name for document in found.documents] == ["message.txt", "fax.pdf"]


@pytest.mark.parametrize(
    ("letter", "fits"),
    [
        ("x\n" * MAX_COVER_LINES, True),
        ("x\n" * (MAX_COVER_LINES + 1), False),
        ("x" * 500 + "\n" + "y" * (MAX_COVER_CHARS - 501), True),
        (("x" * 500 + "\n") * 4, False),
    ],
)
def test_a_letter_too_long_for_a_cover_is_refused_with_the_way_out(
    make_mail, letter, fits
):
    raw = make_mail(f"p:Secret7\ngarde:oui\n{letter}\n")
    if fits:
        assert order(raw).cover.text
    else:
        error = refusal(raw)
        assert error.code == "cover-too-long"
        assert "corps:oui" in error.for_requester


def test_a_name_without_a_cover_is_told(make_mail):
    found = order(make_mail("p:Secret7\nnom:Mme Durand\n"))

    assert found.cover is None
    assert "garde:oui" in found.warnings[0]


def test_a_choice_of_pages_is_told(make_mail):
    found = order(make_mail("p:Secret7\npages:1-3, 5\n"))

    assert str(found.page_choice) == "1-3,5"
    assert "pages:1-3,5" in found.warnings[0]


def test_rows_of_the_table_go_with_their_numbers(make_mail):
    found = order(make_mail(files=[TABLE, PDF]), ("0366720307@x.test", *CAMPAIGN))

    assert [number.national for number in found.numbers] == [
        "0366720307", "0972101010", "0972101927"
    ]  # fmt: skip
    assert found.fields == {
        "+33972101010": {"fax": "0972101010", "nom": "Mme Durand"},
        "+33972101927": {"fax": "0972101927", "nom": "É"},
    }
    assert found.lines == {"+33972101010": (2,), "+33972101927": (3,)}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("numbers.xlsx", b"PK\x03\x04"),
        ("Numbers.XLS", b"\xd0\xcf\x11\xe0"),
        ("numeros.ods", b"PK\x03\x04"),
        ("numbers.numbers", b"PK\x03\x04"),
        ("numbers.rtf", b"{\\rtf1"),
        ("numéros.docx", b"PK\x03\x04"),
    ],
)
def test_a_list_of_an_office_program_says_how_to_save_it(make_mail, name, start):
    error = refusal(make_mail(files=[(name, start), PDF]), CAMPAIGN)

    assert error.code == "list-not-text"
    assert "numbers.csv" in error.for_requester


def test_who_logged_in_is_told_of_mistakes_too(make_mail):
    raw = make_mail("date:demain\npages:toutes\n")

    lines = refusal(raw, has_login=True).for_requester.splitlines()
    assert len(lines) == 2
    assert "« toutes »" in lines[0]
    assert "« demain »" in lines[1]


def test_a_mistake_never_quotes_the_password(make_mail):
    body = "p:Secret7\npages:Secret7\ngarde:Secret7\nligne:Secret7\ndate:Secret7\n"
    error = refusal(make_mail(body))

    assert len(error.for_requester.splitlines()) == 4
    assert "Secret7" not in error.for_requester
