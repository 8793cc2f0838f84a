"""
Overlays as people write them.
"""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.place import EVERY_PAGE, LAST_PAGE, Align, Family, Kind
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.pipeline.overlay_file import parse_overlay


def test_texts_and_codes_are_read():
    name, footer, code = parse_overlay(
        """
        [[text]]
        page = 1
        x = 25
        y = 52.5
        width = 90
        height = 8
        size = 14
        font = "serif"
        bold = true
        align = "right"
        text = "À l'attention de [PRENOM]"

        [[text]]
        page = "all"
        x = 20
        y = 280
        text = "une\\ndeux"

        [[qr]]
        page = "last"
        x = 170
        y = 255
        size = 25
        text = "https://fax.example/[CODE]"
        """.encode()
    )

    assert (name.page, name.x_mm, name.y_mm) == (1, 25, 52.5)
    assert (name.width_mm, name.height_mm, name.size_pt) == (90, 8, 14)
    assert (name.family, name.bold, name.align) == (Family.SERIF, True, Align.RIGHT)
    assert name.text == "À l'attention de [PRENOM]"
    assert footer.page == EVERY_PAGE
    assert footer.width_mm == 210 - 10 - 20
    assert footer.height_mm == pytest.approx(2 * 11 * 1.2 * 25.4 / 72)
    assert (code.kind, code.page, code.width_mm) == (Kind.QR, LAST_PAGE, 25)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", r"there is no \[\[text\]\] and no \[\[qr\]\]"),
        ("x = ", "Invalid value"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}", "Invalid"),
        ("[text]\npage=1", r"write \[\[text\]\]"),
        ("[[image]]\npage=1", r"\[\[image\]\]: there are"),
        ("[[text]]\npage=1\nx=1\ny=1", r"\[\[text\]\] number 1: 'text' is missing"),
        ("[[text]]\npage=1\nx=1\ny=400\ntext='a'", "not on the page"),
        ("[[text]]\npage=0\nx=1\ny=1\ntext='a'", "counted from 1"),
        ("[[text]]\npage='first'\nx=1\ny=1\ntext='a'", 'write 1, 2 and so on, "all"'),
        ("[[text]]\npage=true\nx=1\ny=1\ntext='a'", "page = True"),
        ("[[text]]\npage=1\nx=1\ny=1\ntext='a'\ncolour='red'", "'colour' is none of"),
        ("[[text]]\npage=1\nx='a'\ny=1\ntext='a'", "number 1"),
        ("[[text]]\npage=1\nx=nan\ny=1\ntext='a'", "not on the page"),
        ("[[text]]\npage=1\nx=1\ny=1\nsize=3\ntext='a'", "size 3: 7 to 200 points"),
        ("[[qr]]\npage=1\nx=1\ny=1\ntext='a'", "'size' is missing"),
        ("[[text]]\npage=1\nx=1\ny=1\ntext='a'\n" * 201, "more than 200"),
        ("#" * 70_000, "more than 64 KB"),
    ],
)
def test_what_is_wrong_is_said(written, told):
    with pytest.raises(OrderRefused, match="bad-overlay") as refused:
        parse_overlay(written.encode())

    assert re.search(told, refused.value.for_requester)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_is_read_or_refused(content):
    with contextlib.suppress(OrderRefused):
        parse_overlay(content)
