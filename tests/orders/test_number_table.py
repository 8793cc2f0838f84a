import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.orders.number_list import parse_numbers
from ecofax_gateway.orders.number_table import (
    MAX_COLUMN_CHARS,
    MAX_VALUE_CHARS,
    parse_table,
)

A, B, C = "+33972101010", "+33972101927", "+33366720307"
DURAND = {"fax": "0972101010", "nom": "Mme Durand", "société": "Durand SA"}


def read(text, encoding="utf-8"):
    return parse_numbers(text.encode(encoding))


def e164s(found):
    return [number.e164 for number in found.numbers]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_and_encoding_are_found(separator, encoding, end):
    rows = ["fax;nom;société", "0972101010;Mme Durand;Durand SA", "0972101927;É;"]
    found = read(end.join(rows).replace(";", separator), encoding)

    assert e164s(found) == [A, B]
    assert found.columns == ("fax", "nom", "société")
    assert found.fields == {A: DURAND, B: {"fax": "0972101927", "nom": "É"}}
    assert found.bad == ()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("numero;nom", "0972101010;X", id="numero"),
        pytest.param("Numéro;Nom", "0972101010;X", id="accents"),
        pytest.param("nom;numéro de fax", "X;0972101010", id="second-column"),
        pytest.param("N° de fax;Nom", "0972101010;X", id="number-sign"),
        pytest.param("Number,Name", "0972101010,X", id="english"),
        pytest.param("Name,Fax Number", "X,0972101010", id="fax-number"),
        pytest.param("FAX_NUMBER;NAME", "0972101010;X", id="underscore"),
        pytest.param("Nom;Tél.;Fax", "X;0140000000;0972101010", id="fax-not-telephone"),
        pytest.param("Nom;Mobile;Télécopie", "X;0612345678;0972101010", id="telecopie"),
        pytest.param("Nom;Tél fax;Tél", "X;0972101010;0140000000", id="called-fax"),
        pytest.param("client;colonne", "X;0972101010", id="by-its-cells"),
        pytest.param("SIRET;fax", "73282932000074;0972101010", id="siret"),
        pytest.param("siren;fax", "732829320;0972101010", id="siren-looks-like-one"),
        pytest.param("téléphone;nom", "0972101010;X", id="telephone-alone"),
        pytest.param('"fax";"nom"', '"0972101010";"X"', id="quoted"),
        pytest.param('"fax";"nom"', '="0972101010";"X"', id="excel-formula"),
        pytest.param("fax;nom", "'0972101010;X", id="excel-apostrophe"),
        pytest.param("fax;nom", "972101010;X", id="nought-lost"),
        pytest.param("fax;nom", "09 72 10 10 10;X", id="spaced"),
        pytest.param("fax;nom", "+33 9 72 10 10 10;X", id="international"),
        pytest.param("fax;nom", "0972101010.0;X", id="decimal"),
        pytest.param("sep=;\nfax;nom", "0972101010;X", id="excel-sep"),
        pytest.param("# liste de mars\n\nfax;nom", "0972101010;X", id="comment-above"),
        pytest.param("fax;nom;", "0972101010;X;", id="separator-at-the-end"),
        pytest.param("fax;nom", "0972101010;X;en trop", id="cell-too-many"),
        pytest.param("fax;nom;ville", "0972101010;X", id="cell-too-few"),
        pytest.param("fax;;nom", "0972101010;vide;X", id="nameless-column"),
    ],
)
def test_the_column_of_the_numbers_is_found(header, row):
    found = read(f"{header}\n{row}\n")

    assert e164s(found) == [A]
    assert found.bad == ()
    assert found.fields[A]


@pytest.mark.parametrize(
    "text",
    [
        "0972101010;0972101927;0366720307",
        "0972101010\n0972101927\n0366720307",
        "numéros\n0972101010\n0972101927\n0366720307",
        "0972101010;Durand\n0972101927;Dupont\n0366720307;X",
    ],
)
def test_a_list_without_a_header_of_columns_stays_a_list(text):
    found = read(text)

    assert e164s(found) == [A, B, C]
    assert (found.columns, found.fields) == ((), {})


def test_quoted_cells_hold_separators_quotes_and_line_ends():
    found = read(
        'fax;adresse;nom\n0972101010;"1, rue ""X"" ;\n75001 Paris";Z\n0972101927;b;c\n12;;\n'
    )

    assert found.fields[A]["adresse"] == '1, rue "X" ; 75001 Paris'
    assert found.fields[B] == {"fax": "0972101927", "adresse": "b", "nom": "c"}
    # The file's own line, though a cell before it has two.
    assert [bad.line for bad in found.bad] == [5]


def test_bad_rows_are_named_with_line_and_reason():
    found = read(
        "nom;fax\nDurand;09721O1010\nDupont;\nMartin;9,72101E+08\nDoe;112\n;\nZ;0972101010\n"
    )

    assert e164s(found) == [A]
    assert [(bad.line, bad.text) for bad in found.bad] == [
        (2, "09721O1010"), (3, "Dupont"), (4, "9,72101E+08"), (5, "112"),
    ]  # fmt: skip
    assert found.bad[1].reason == "n'a pas de numéro dans la colonne « fax »"
    assert "tableur" in found.bad[2].reason


def test_of_a_number_that_is_there_twice_the_first_row_counts():
    found = read("fax;nom\n0972101010;Un\n0972101927;B\n+33972101010;Deux\n")

    assert [number.e164 for number in found.duplicates] == [A]
    assert found.lines == {A: (2, 4), B: (3,)}
    assert found.fields[A]["nom"] == "Un"


@pytest.mark.parametrize(
    "text",
    [
        "nom;a;b\nX;0972101010;0972101927\n",
        "Numéros, un par ligne\n0972101010, 0972101927\n",
        "numero;n°;nom\n0972101010;0972101927;X\n",
    ],
)
def test_two_columns_that_may_be_called_are_asked_about(text):
    with pytest.raises(OrderRefused) as caught:
        read(text)

    assert caught.value.code == "list-two-columns"
    assert "nommez « fax » celle qu'il faut appeler" in caught.value.for_requester


def test_an_open_quote_swallows_no_recipients():
    with pytest.raises(OrderRefused) as caught:
        read('fax;nom\n0972101010;X\n0972101927;"Durand\n0366720307;Z\n')

    assert caught.value.code == "list-quotes"
    assert "à partir de la ligne 3" in caught.value.for_requester


def test_cells_are_cut_and_cleaned():
    long = "x" * (MAX_VALUE_CHARS + 1)
    found = read(f"fax;nom;\u202enote\n0972101010;A\x00\u200b  B\ud7ff;{long}\n")

    assert found.fields[A]["nom"] == "A B\ud7ff"
    assert found.fields[A]["note"] == "x" * MAX_VALUE_CHARS
    assert read(f"fax;{'n' * 99}\n0972101010;X").columns[1] == "n" * MAX_COLUMN_CHARS


def test_a_second_column_of_the_same_name_is_not_kept():
    assert read("fax;nom;nom\n0972101010;A;B").fields[A]["nom"] == "A"


cells = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=12)


@given(st.lists(st.tuples(cells, cells), max_size=6), st.sampled_from(";,\t|"))
def test_what_a_spreadsheet_writes_is_read_back(rows, separator):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(["fax", "nom", "ville"])
    for place, row in enumerate(rows):
        writer.writerow([f"09721010{place:02}", *row])
    table = parse_table(out.getvalue().splitlines())

    assert [row.number for row in table.rows] == [
        f"09721010{place:02}" for place in range(len(rows))
    ]
    for (name, town), row in zip(rows, table.rows, strict=True):
        assert len(row.fields) == 1 + bool(name) + bool(town)


@given(
    st.sampled_from(["fax;nom\n", "a,b\n", "sep=|\n", "nom\tfax\n"]),
    st.text('0123456789;,|\t"=\n #ax', max_size=80),
)
def test_any_table_is_read_or_refused(header, text):
    with contextlib.suppress(OrderRefused):
        found = parse_numbers((header + text).encode())
        assert found.fields.keys() <= {number.e164 for number in found.numbers}
