"""
Plain text: charsets and setting.
"""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.text import NotText, decode_text, to_odt

FRENCH = "Noël à l’été : œuvre, 50 €\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(FRENCH.encode(), id="utf-8"),
        pytest.param(FRENCH.encode("utf-8-sig"), id="utf-8-mark"),
        pytest.param(FRENCH.encode("utf-16"), id="utf-16-mark"),
        pytest.param(FRENCH.encode("utf-16-le"), id="utf-16-le"),
        pytest.param(FRENCH.encode("utf-16-be"), id="utf-16-be"),
        pytest.param(FRENCH.encode("utf-32"), id="utf-32-mark"),
        pytest.param(FRENCH.encode("cp1252"), id="cp1252"),
        pytest.param(FRENCH.replace("\n", "\r\n").encode(), id="windows-lines"),
        pytest.param(FRENCH.encode() + b"\x1a", id="ctrl-z"),
    ],
)
def test_charsets(content):
    assert decode_text(content) == FRENCH


@pytest.mark.parametrize(
    "name", ["cp1252", "latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_real_files(document, name):
    text = decode_text(document(f"txt/x-fr-{name}.txt"))

    assert text.startswith("Déjà vu")
    assert "naïve, Noël" in text


@pytest.mark.parametrize(
    "path", ["pdf/openoffice.pdf", "jpg/flower2.jpg", "xls/finance.xls"]
)
def test_binary_is_not_text(document, path):
    with pytest.raises(NotText):
        decode_text(document(path))


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_not_text(content):
    with contextlib.suppress(NotText):
        text = decode_text(content)
        assert not set(text) & set(map(chr, [*range(9), 11, 13, *range(14, 32)]))
        to_odt(text)


def test_the_same_text_is_set_in_the_same_bytes():
    assert to_odt(FRENCH) == to_odt(FRENCH)
