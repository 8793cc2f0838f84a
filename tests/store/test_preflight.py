"""
What is known of a list before it is called.
"""

from datetime import timedelta

from sqlalchemy import insert

from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import calls, objections, preflight
from ecofax_gateway.store.tables import number_memory

NUMBERS = [f"+3397210{n:04}" for n in range(1200)]


def look(office, line, numbers=NUMBERS):
    return office.tx(
        preflight.look, numbers, of_line=line, vertical_dpi=196, now=office.now
    )


def test_numbers_on_a_list_and_numbers_that_are_none_are_found(office):
    line = office.line()
    office.tx(objections.add, NUMBERS[-2:], source="command", now=office.now)
    office.tx(objections.add, NUMBERS[:1], scope=line, source="mail", now=office.now)
    rows = [
        {
            "number": number,
            "ending": ending,
            "detail": "",
            "since": office.now,
            "updated_at": office.now,
            "expires_at": office.now + timedelta(days=days),
        }
        for number, ending, days in (
            (NUMBERS[600], Ending.NUMBER_UNKNOWN, 1),
            (NUMBERS[601], Ending.DELIVERED, 1),
            (NUMBERS[602], Ending.NUMBER_UNKNOWN, -1),
        )
    ]
    office.tx(lambda conn: conn.execute(insert(number_memory), rows) and None)

    found = look(office, line)

    assert found.do_not_fax == {NUMBERS[0], *NUMBERS[-2:]}
    assert found.failed_for_good == {NUMBERS[600]}
    assert found.page_seconds is None
    assert found.window is None


def test_seconds_a_page_are_measured_once_enough_were_sent(office):
    line = office.line(max_calls=8)
    office.queue(line, NUMBERS[:8])
    for n, claimed in enumerate(office.claim(8)):
        office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
        outcome = Outcome(
            ending=Ending.DELIVERED,
            pages_confirmed=3,
            vertical_dpi=196,
            duration_s=90.0 if n % 2 else 60.0,
        )
        office.tx(calls.finish, claimed, outcome, Done(), now=office.now)

    assert look(office, line).page_seconds == 25.0
    assert office.tx(preflight.page_seconds, 98) is None
