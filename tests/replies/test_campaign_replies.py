"""
What a requester is told of a large campaign, and of one that paused itself.
"""

import pytest

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.replies import paused
from ecofax_gateway.replies.accepted import accepted
from ecofax_gateway.replies.facts import FaxFacts
from ecofax_gateway.replies.report import MAX_LINES, report

from .conftest import text_of

BUSY = Outcome(ending=Ending.BUSY, detail="486 Busy Here")


def number(n):
    return FaxNumber(f"+3397{n:07}")


def test_an_acknowledgement_counts_more_than_it_is_given(letterhead, campaign):
    first = [number(n) for n in range(20)]

    message = accepted(letterhead, campaign, numbers=first, count=100_000)
    text = text_of(message)

    assert "Destinataires (100000)" in text
    assert text.count("\n- 09 7") == 20
    assert "- ... et 99980 autres\n" in text


@pytest.mark.parametrize("more", [0, 1, 5000])
def test_a_report_names_as_many_as_somebody_reads(letterhead, campaign, more):
    """What failed comes first, so that it is never what is left out."""
    sent = FaxFacts(number=number(1), state=FaxState.SENT, pages_confirmed=3)
    failed = FaxFacts(number=number(2), state=FaxState.FAILED, outcome=BUSY)

    told = [sent] * (MAX_LINES + more - 1) + [failed]
    text = text_of(report(letterhead, campaign, told))

    assert f"Numéros : {MAX_LINES + more}" in text
    assert text.count("\n- 09 7") == MAX_LINES
    assert str(failed.number) in text
    assert (f"... et {more} autres numéros." in text) == (more > 0)
    assert "rapport.csv" in text


def test_a_campaign_that_paused_itself_says_why_and_what_to_decide(
    letterhead, campaign
):
    why = paused.reason(3, of=20, percent=10)

    message = paused.paused(letterhead, campaign, failed=3, of=20, percent=10)

    assert why == "3 numéros en échec sur les 20 premiers : plus de 10 % d'échecs"
    assert message["Subject"] == "Télécopie de 'fax.pdf' : campagne en pause"
    text = text_of(message)
    assert f"Raison : {why}\nRéférence : C7\n" in text
    assert "Les autres numéros n'ont pas été appelés." in text
    assert "donnez la référence C7" in text
