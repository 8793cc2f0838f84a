"""
Whole faxes through bad networks, in virtual time, between our own legs.

`python -m bench.impairments` prints the same table for as many seeds as wanted.
"""

import math

import pytest

from bench.impairments import CASES, draw_pages, try_case

SEEDS = range(3)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return draw_pages(tmp_path_factory.mktemp("pages"))


@pytest.mark.parametrize(
    "case",
    CASES,
    ids=lambda c: f"{c.name}-{c.protection}-{c.peer}-{'' if c.ecm else 'no-'}ecm",
)
def test_a_fax_survives_the_network(case, pages, tmp_path):
    """
    As many calls are delivered as libspandsp can, and what is called delivered is
    what was sent: the run itself raises otherwise.
    """
    sending, images = pages

    tally = try_case(case, sending, images, tmp_path, SEEDS)

    assert tally.delivered >= math.floor(case.least * len(SEEDS)), tally.endings
    assert tally.longest_s < 240


def test_without_error_correction_lost_packets_are_damaged_rows(pages, tmp_path):
    """
    Why an outcome tells whether error correction was on: the page counts as confirmed.
    """
    sending, images = pages
    case = next(case for case in CASES if case.name == "loss 20%" and not case.ecm)

    tally = try_case(case, sending, images, tmp_path, SEEDS)

    assert tally.identical < tally.delivered
