"""
Whole faxes through bad networks, in virtual time, between our own legs.

`python -m bench.impairments` prints the same table for as many seeds as wanted.
"""

import math

import pytest

from bench.impairments import CASES, Case, draw_pages, try_case
from bench.network import Impairment

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


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(Impairment(loss=0.2), id="loss"),
        pytest.param(Impairment(outages_per_s=0.1, outage_s=0.5), id="outages"),
    ],
)
def test_pages_of_several_blocks_survive_too(tmp_path, how):
    sending, images = draw_pages(tmp_path, pages=3, rows=2292)
    case = Case(name="long pages", how=how, least=1.0)

    tally = try_case(case, sending, images, tmp_path, range(2))

    assert tally.delivered == 2, tally.endings


def test_without_error_correction_lost_packets_are_damaged_rows(pages, tmp_path):
    """
    Why an outcome tells whether error correction was on: the page counts as confirmed.
    """
    sending, images = pages
    case = next(case for case in CASES if case.name == "loss 20%" and not case.ecm)

    tally = try_case(case, sending, images, tmp_path, SEEDS)

    assert tally.identical < tally.delivered
