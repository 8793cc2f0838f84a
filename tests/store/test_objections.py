"""
Do-not-fax lists: who is on them, and what the ledger remembers.
"""

import pytest
from sqlalchemy import text

from ecofax_gateway.domain.objection import GATEWAY, fingerprint
from ecofax_gateway.store import objections
from ecofax_gateway.store.states import LedgerAction
from ecofax_gateway.store.unavailable import RuleBroken

LINE, OTHER_LINE = "+33100000001", "+33100000002"
ANNE, PAUL = "+33972101010", "+33972101011"


def add(office, *numbers, scope=GATEWAY, source="command", note=""):
    return office.tx(
        objections.add, numbers, scope=scope, source=source, note=note, now=office.now
    )


def blocks(office, number, line=LINE):
    return office.tx(objections.blocking, number, line=line) is not None


def test_a_gateway_entry_holds_for_every_line_and_a_lines_own_for_itself(office):
    assert add(office, ANNE) == 1
    assert add(office, PAUL, scope=LINE) == 1

    assert blocks(office, ANNE, LINE)
    assert blocks(office, ANNE, OTHER_LINE)
    assert blocks(office, PAUL, LINE)
    assert not blocks(office, PAUL, OTHER_LINE)
    assert office.tx(objections.blocked, [PAUL, "+33972101012"], line=LINE) == {PAUL}


def test_an_entry_keeps_where_it_came_from_and_is_added_once(office):
    assert add(office, ANNE, PAUL, ANNE, source="import", note="liste 2026") == 2
    assert add(office, ANNE, source="later") == 0

    first = office.tx(objections.listing)[0]
    assert (first.number, first.source, first.note) == (ANNE, "import", "liste 2026")
    assert first.added_at == office.now
    assert len(office.tx(objections.ledger)) == 2


def test_removals_are_in_the_ledger_too(office):
    add(office, ANNE)
    removed = {"scope": GATEWAY, "source": "command", "note": "asked to"}

    assert office.tx(objections.remove, ANNE, now=office.later(days=1), **removed)
    assert not office.tx(objections.remove, ANNE, now=office.now, **removed)

    assert not blocks(office, ANNE)
    added, gone = office.tx(objections.ledger)
    assert (added.action, gone.action) == (LedgerAction.ADDED, LedgerAction.REMOVED)
    assert (gone.number, gone.note, gone.at) == (ANNE, "asked to", office.now)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM objection_ledger",
        "UPDATE objection_ledger SET number = '+33972101099'",
        "UPDATE objection_ledger SET action = 'removed'",
        "UPDATE objection_ledger SET source = 'somebody else'",
        "UPDATE objection_ledger SET at = '2001-01-01 00:00:00+00'",
    ],
)
def test_nobody_rewrites_the_ledger(office, statement):
    add(office, ANNE)

    with pytest.raises(RuleBroken, match="ledger is kept"):
        office.tx(lambda conn: conn.execute(text(statement)))

    [entry] = office.tx(objections.ledger)
    assert (entry.number, entry.action) == (ANNE, LedgerAction.ADDED)


def test_an_erased_number_is_still_protected_and_nowhere_to_be_read(office):
    add(office, ANNE, source="anne@example.net", note="by telephone")
    add(office, ANNE, PAUL, scope=LINE)

    office.tx(objections.erase, ANNE, now=office.now)

    assert blocks(office, ANNE)
    assert blocks(office, PAUL)
    assert not blocks(office, PAUL, OTHER_LINE)
    assert office.tx(objections.blocked, [ANNE], line=OTHER_LINE) == {ANNE}
    told = [*office.tx(objections.listing), *office.tx(objections.ledger)]
    assert [e.number for e in told if e.number] == [PAUL, PAUL]
    assert not any("anne" in e.source or e.note for e in told)
    marks = {e.fingerprint for e in office.tx(objections.ledger) if e.fingerprint}
    assert marks == {fingerprint(ANNE)}


def test_an_erased_number_can_be_taken_off_by_who_knows_it(office):
    add(office, ANNE)
    office.tx(objections.erase, ANNE, now=office.now)

    assert office.tx(objections.remove, ANNE, source="command", now=office.now)

    assert not blocks(office, ANNE)


def test_lists_longer_than_a_page_are_walked_whole(office):
    numbers = [f"+3397210{n:04}" for n in range(2300)]
    assert add(office, *numbers) == 2300

    found = office.tx(lambda conn: [e.number for e in objections.every(conn)])

    assert found == numbers
