"""
The tag line with an opt-out code: the code is never shortened.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from converters.tag_line import fitting
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.pipeline.sheets import tag_line

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize("name", ["", "Durand", "W" * 25, "Cabinet médical " * 20])
def test_a_tag_line_with_the_widest_code_is_printed_whole_or_loses_only_the_name(name):
    line = FaxLine(number="+33366720307", name=name, password_hash="x")

    text = tag_line(
        line, NOON, PARIS, page=118, of=200, first_page=2, opt_out="WMWMWMWM"
    )

    assert text.endswith("p. 118/200 Ne plus recevoir: WMWMWMWM")
    assert fitting(text).endswith("recevoir: WMWMWMWM")
    assert "03 66 72 03 07" in text


def test_a_page_without_a_code_says_nothing_of_it():
    line = FaxLine(number="+33366720307", name="Durand", password_hash="x")

    text = tag_line(line, NOON, PARIS, page=1, of=2, first_page=1)

    assert text == "21/11/2026 13:00 Durand 03 66 72 03 07 p. 1/2"
