"""
What bench measures of calls is measured, and within what is promised.
"""

import pytest

from bench import calls, wire


@pytest.mark.parametrize(
    ("page", "dpi", "coding"),
    [("letter", 98, "MH"), ("letter", 196, "MMR"), ("text", 196, "MMR")],
)
def test_a_call_lasts_hardly_longer_than_it_must(page, dpi, coding):
    """
    14.6 s, 3.3 s a page, and the bits; HDLC puts 4 % on these.
    """
    measured = wire.measure(page, dpi, coding)

    assert 0.99 < measured.seconds / measured.floor_s < 1.05


async def test_many_calls_are_counted():
    run = await calls.measure(5, "letter", paced=False)

    figures = run.figures()
    assert (figures["completed"], figures["identical"]) == (5, 5)
    assert 0 < figures["cpu_s_per_fax"] < 5
    assert figures["rss_mb_per_call"] < 10
    assert figures["late_max_ms"] > 0
