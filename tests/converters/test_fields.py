"""
Fields in texts, and what stands there for one recipient.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.fields import (
    MAX_VALUE,
    Field,
    fields_of,
    filled,
    key_of,
    missing,
    values_of,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Prénom", "PRENOM"),
        (" code  postal ", "CODE_POSTAL"),
        ("N° client", "N_CLIENT"),
        ("Date-RDV", "DATE_RDV"),
        ("straße", "STRASSE"),
        ("", ""),
    ],
)
def test_a_column_is_named_without_accents_and_case(name, key):
    assert key_of(name) == key


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Bonjour [PRENOM] [NOM],", [Field("PRENOM", None), Field("NOM", None)]),
        ("[PRÉNOM|client]", [Field("PRENOM", "client")]),
        ("[CODE POSTAL|]", [Field("CODE_POSTAL", "")]),
        ("[voir page 3] [sic] [1] []", []),
        ("[NOM\n]", []),
        ("[[NOM]]", [Field("NOM", None)]),
    ],
)
def test_fields_are_capitals_in_brackets(text, fields):
    assert list(fields_of(text)) == fields


def test_values_stand_in_the_place_of_fields():
    values = {"PRENOM": "Éléonore", "SOCIETE": ""}

    assert filled("Bonjour [PRÉNOM], chez [SOCIETE|vous]", values) == (
        "Bonjour Éléonore, chez vous"
    )


def test_a_line_whose_every_field_is_empty_is_left_out():
    assert filled("À : [NOM|]\nSociété : [SOCIETE|]\nMerci", {"NOM": "Zoé"}) == (
        "À : Zoé\nMerci"
    )


def test_what_stands_in_a_value_is_no_field():
    assert filled("[NOM]", {"NOM": "[PRENOM]", "PRENOM": "x"}) == "[PRENOM]"


def test_a_field_without_a_default_must_have_a_value():
    assert missing("[A] [B|] [C|x] [A] [D]", {"D": "d"}) == ("A",)


def test_the_first_column_that_says_something_counts():
    assert values_of([("Nom", ""), ("NOM", " de\n la  Tour "), ("nom", "x")]) == {
        "NOM": "de la Tour"
    }


@given(st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=20)))
def test_any_text_and_any_row_can_be_filled(text, row):
    values = values_of(row.items())

    filled(text, values)

    assert all(key == key_of(key) for key in values)
    assert all("\n" not in value for value in values.values())
    assert all(len(value) <= MAX_VALUE for value in values.values())
