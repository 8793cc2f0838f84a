"""
Pages in any charset, and wikitext.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.hypertext import to_utf8, wiki_to_html
from converters.text import NotText


@pytest.mark.parametrize(
    "head",
    [
        pytest.param('<meta charset="koi8-r">', id="short"),
        pytest.param(
            '<meta http-equiv="Content-Type" content="text/html; charset=KOI8-R">',
            id="long",
        ),
    ],
)
def test_a_page_says_its_charset(head):
    page = f"<html><head>{head}</head><body>Привет</body></html>"

    made = to_utf8(page.encode("koi8-r")).decode("utf-8-sig")

    assert "Привет" in made
    assert "koi8" not in made.lower()


def test_scripts_are_left_out():
    assert b"alert" not in to_utf8(b"<p>a</p><script>alert(1)</script>")


@pytest.mark.parametrize(
    ("wiki", "html"),
    [
        pytest.param("== Titre ==", "<h2>Titre</h2>", id="heading"),
        pytest.param("'''gras''' ''penché''", "<b>gras</b> <i>penché</i>", id="bold"),
        pytest.param("[[Page|le lien]]", "le lien", id="link"),
        pytest.param("[https://example.org le site]", "le site", id="outside"),
        pytest.param(
            "* un\n** deux", "<ul>\n<li>un</li>\n<ul>\n<li>deux</li>", id="list"
        ),
        pytest.param("<script>x</script>", "x", id="tag"),
        pytest.param("a<ref>note</ref> b", "a b", id="note"),
    ],
)
def test_wikitext(wiki, html):
    assert html in wiki_to_html(wiki).decode("utf-8-sig")


def test_a_table_of_wikitext():
    made = wiki_to_html("{|\n! A !! B\n|-\n| 1 || 2\n|}").decode("utf-8-sig")

    assert "<th>A</th>" in made
    assert "<td>1</td>\n<td>2</td>" in made
    assert made.count("</table>") == 1


@given(st.binary(max_size=200), st.text(max_size=200))
def test_anything_is_a_page_or_no_text(content, wiki):
    try:
        to_utf8(content)
    except NotText:
        assert content
    assert wiki_to_html(wiki).endswith(b"</html>")
