"""
Lists of recipients as people have them, and what is taken of each.
"""

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.orders.intake import MAX_FAULTS, Intake
from ecofax_gateway.orders.number_list import Limits
from ecofax_gateway.orders.roster import open_roster

from .workbooks import xlsx

ANNE, PAUL = "+33972101010", "+33972101019"


def read(content, **options):
    """The roster, what was taken, and the recipients."""
    if isinstance(content, str):
        content = content.encode()
    roster, intake = open_roster(content, **options), Intake()
    return roster, intake, list(intake.take(roster))


def numbers(content, **options):
    return [each.number for each in read(content, **options)[2]]


@pytest.mark.parametrize(
    "text",
    [
        "0972101010\n0972101019",
        "09 72 10 10 10, 09 72 10 10 19",
        "0972101010;0972101019\n",
        "Anne : rien\n0972101010\r\n0972101019\n0972101010",
        "fax;nom\n0972101010;Anne\n0972101019;Paul",
        "0972101010;Anne\n0972101019;Paul",
        "Anne\t0972101010\nPaul\t0972101019",
        'nom,fax\n"Durand, Anne",0972101010\n"Petit, Paul",0972101019',
        "sep=;\nnom;fax\nAnne;0972101010\nPaul;0972101019",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_list_is_read_whatever_its_form(text, encoding):
    assert numbers(text.encode(encoding)) == [ANNE, PAUL]


def test_the_column_of_the_numbers_is_found_by_its_name_or_its_cells():
    named = "nom;tel;fax\nAnne;0145000000;0972101010"
    unnamed = "nom;code;joindre\nAnne;75001;0972101010\nPaul;75002;0972101019"

    assert read(named)[0].number_column == 2
    assert read(unnamed)[0].number_column == 2


def test_where_two_columns_hold_numbers_one_is_taken_and_can_be_changed():
    text = "nom;siège;agence\nAnne;0972101010;0145000000\nPaul;0972101019;0145000001"

    roster, _, _ = read(text)

    assert roster.number_column == 1
    assert roster.columns == ("nom", "siège", "agence")
    assert roster.preview[0] == ("Anne", "0972101010", "0145000000")
    assert numbers(text, column=2) == ["+33145000000", "+33145000001"]


def test_a_wrong_column_gives_its_reasons_and_no_number():
    text = "nom;fax\nAnne;0972101010\n;0972101019"

    _, intake, recipients = read(text, column=0)

    assert recipients == []
    assert intake.invalid == 2
    assert intake.faults[0].line_number == 2
    assert intake.faults[0].text == "Anne"
    assert intake.reasons["contient des lettres"] == 1


def test_columns_without_a_name_can_be_chosen_and_drawn():
    roster, _, recipients = read("0972101010;Anne\n0972101019;Paul")

    assert roster.columns == ("Colonne 1", "Colonne 2")
    assert recipients[0].fields == {"Colonne 1": "0972101010", "Colonne 2": "Anne"}


def test_what_is_taken_adds_up():
    text = "fax\n0972101010\n09 72 10 10 10\nabc\n0899000000\n+442079460000\n15"

    _, intake, recipients = read(text)

    assert intake.entries == 6
    assert (intake.valid, intake.duplicates, intake.invalid) == (3, 1, 2)
    assert intake.restricted == 2
    assert [each.restricted for each in recipients] == [False, True, True]
    assert intake.entries == intake.valid + intake.duplicates + intake.invalid


def test_a_repeated_number_keeps_its_first_row():
    _, _, recipients = read("fax;nom\n0972101010;Anne\n0972101010;Paul")

    assert [each.fields["nom"] for each in recipients] == ["Anne"]


def test_faults_are_counted_and_the_first_are_told():
    _, intake, _ = read("fax\n" + "rien\n" * (MAX_FAULTS + 5))

    assert intake.invalid == MAX_FAULTS + 5
    assert len(intake.faults) == MAX_FAULTS


def test_a_workbook_is_a_table():
    rows = [["Nom", "Fax", "Né le"], ["Anne", 972101010, date(1980, 2, 1)]]
    rows.append(["Paul", "0972101019", None])

    roster, _, recipients = read(xlsx(rows))

    assert roster.columns == ("Nom", "Fax", "Né le")
    assert roster.number_column == 1
    assert [each.number for each in recipients] == [ANNE, PAUL]
    assert recipients[0].fields["Nom"] == "Anne"


def test_a_sheet_without_a_header_is_read_from_its_first_row():
    assert numbers(xlsx([["Anne", "0972101010"], ["Paul", "0972101019"]])) == [
        ANNE,
        PAUL,
    ]


def test_a_list_that_is_too_long_is_refused_whole():
    with pytest.raises(OrderRefused) as refused:
        list(
            Intake(limits=Limits(numbers=1)).take(
                open_roster(b"0972101010\n0972101019\n0972101020")
            )
        )

    assert refused.value.code == "list-too-long"


def archive(**files):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7", "list-is-document"),
        (b"{\\rtf1", "list-is-document"),
        (b"\x89PNG\r\n\x1a\n", "list-is-document"),
        (b"\xff\xd8\xff\xe0", "list-is-document"),
        (b"PK\x03\x04 broken", "list-unreadable"),
        (archive(letter=b"no workbook"), "list-unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "list-unreadable"),
        (b'nom;fax\n"Anne;0972101010\nPaul;0972101019', "list-quotes"),
        (b"0" * 17 * 1024**2, "list-too-large"),
    ],
)
def test_what_is_no_list_is_refused_by_its_reason(content, code):
    with pytest.raises(OrderRefused) as refused:
        read(content)

    assert refused.value.code == code


@given(st.binary(max_size=400) | st.text(alphabet='019 ;,\t"\nabé+', max_size=200))
def test_any_content_adds_up_or_is_refused(content):
    try:
        _, intake, recipients = read(content)
    except OrderRefused:
        return

    assert intake.entries == len(recipients) + intake.duplicates + intake.invalid
    assert len({each.number for each in recipients}) == len(recipients)
