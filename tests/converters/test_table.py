"""
CSV: what is written in a cell is printed.
"""

import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.contract import ConversionFailed
from converters.table import MAX_CELLS, separator, to_ods


def cells(text, *, tabs=False):
    with zipfile.ZipFile(io.BytesIO(to_ods(text, tabs=tabs))) as archive:
        content = archive.read("content.xml").decode()
    return [
        re.findall(r"<text:p>(.*?)</text:p>", row)
        for row in content.split("<table:table-row>")[1:]
    ]


@pytest.mark.parametrize(
    ("text", "tabs", "parts"),
    [
        pytest.param("a;b\n1,5;2,5\n", False, ";", id="decimal-comma"),
        pytest.param("a,b\n1.5,2.5\n", False, ",", id="comma"),
        pytest.param("a\tb\n1,5\t2,5\n", False, "\t", id="tabs"),
        pytest.param('a;b\n"x,y,z";2\n', False, ";", id="quoted"),
        pytest.param("a\tb;c\n", True, "\t", id="named-tsv"),
        pytest.param("seul\n", False, ",", id="one-column"),
    ],
)
def test_what_parts_the_cells(text, tabs, parts):
    assert separator(text, tabs=tabs) == parts


def test_every_cell_stays_as_it_is_written():
    text = "Numéro;Formule;Montant\n0972101010;=1+1;12,50\n"

    assert cells(text)[1] == ["0972101010", "=1+1", "12,50"]


def test_quoted_lines_and_marks():
    made = cells('"x\ny";a;b\n<b>;"&";c\n')

    assert made == [["x", "y", "a", "b"], ["&lt;b&gt;", "&amp;", "c"]]


def test_as_many_cells_as_allowed_and_one_more():
    to_ods("x\n" * MAX_CELLS, tabs=False)
    with pytest.raises(ConversionFailed) as caught:
        to_ods("x\n" * (MAX_CELLS + 1), tabs=False)
    assert caught.value.code == "too-many-pages"


@given(st.text(max_size=200))
def test_any_text_is_a_table(text):
    assert zipfile.is_zipfile(io.BytesIO(to_ods(text, tabs=False)))
