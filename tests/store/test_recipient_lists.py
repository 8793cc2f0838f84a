"""
Lists of recipients in both databases: searched, counted, cleared, erased, forgotten.
"""

import asyncio
from datetime import timedelta

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.objection import GATEWAY
from ecofax_gateway.pipeline import recipients as choices
from ecofax_gateway.store import (
    campaigns,
    drafts,
    erasure,
    housekeeping,
    lines,
    list_reading,
    objections,
    portrait,
    recipient_choices,
    recipient_lists,
    recipients,
    sifting,
)
from ecofax_gateway.store.campaigns import Wishes
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.drafts import Changes
from ecofax_gateway.store.recipient_choices import Choice
from ecofax_gateway.store.recipient_lists import NewList
from ecofax_gateway.store.recipients import FaultRow, Row
from ecofax_gateway.store.sifting import Sieve, Tally
from ecofax_gateway.store.states import ListSource

ANNE, PAUL, ZOE = "+33972101010", "+33972101019", "+33145000000"
LEASE = timedelta(minutes=5)


def new_list(line, name="Clients", *, campaign=None, content=b"0972101010"):
    return NewList(
        line=line,
        name=name,
        campaign=campaign,
        source=ListSource.FILE,
        origin="liste.csv",
        content=Content.of(content),
    )


@pytest.fixture
def line(office):
    return office.line()


@pytest.fixture
def listed(office, line):
    """Makes a list that was read."""

    def make(name, *numbers, **options):
        new = new_list(line, name, **options)
        list_id = office.tx(recipient_lists.create, new, now=office.now)
        leased = office.tx(list_reading.claim, node="a", now=office.now, lease=LEASE)
        rows = [
            Row(number, number.startswith("+338"), {"nom": f"Mme {n} Été", "fax": "x"})
            for n, number in enumerate(numbers)
        ]
        until = office.now + LEASE
        office.tx(list_reading.add_batch, leased, rows, first=1, until=until)
        counts = {"entries": len(rows), "valid": len(rows)}
        faults = [FaultRow(7, "0972 10 10", "doit avoir entre 6 et 17 chiffres")]
        office.tx(list_reading.finish, leased, counts, faults, now=office.now)
        return list_id

    return make


def draft(office, line):
    return office.campaign(line, [], draft=True, wishes=Wishes(expected=0))


def sieve(office, line, **values):
    told = {"quality": Quality.PREMIUM, "clean": False, "now": office.now, **values}
    return Sieve(line=line, **told)


def test_a_list_is_looked_into_a_page_at_a_time(office, listed):
    list_id = listed("Clients", ANNE, PAUL, ZOE)

    first = office.tx(recipients.listing, list_id, limit=2)
    rest = office.tx(recipients.listing, list_id, after=first[-1].position)

    assert [each.number for each in first] == [ANNE, PAUL]
    assert [each.number for each in rest] == [ZOE]
    assert [
        each.number
        for each in office.tx(lambda conn: list(recipients.every(conn, list_id)))
    ] == [ANNE, PAUL, ZOE]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("09 72 10 10 19", [PAUL]),
        ("0972", [ANNE, PAUL]),
        ("mme 2 été", [ZOE]),
        ("%", []),
        ("rien", []),
    ],
)
def test_recipients_are_found_by_number_and_by_what_is_known_of_them(
    office, listed, search, found
):
    list_id = listed("Clients", ANNE, PAUL, ZOE)

    rows = office.tx(recipients.listing, list_id, search=search)

    assert [each.number for each in rows] == found


def test_lists_are_told_by_name_and_the_same_name_is_kept_once(office, listed, line):
    listed("prospects", ANNE)
    listed("Clients", PAUL)

    again = office.tx(recipient_lists.create, new_list(line), now=office.now)

    assert again is None
    names = [each.name for each in office.tx(recipient_lists.named, line)]
    assert names == ["Clients", "prospects"]


def test_a_name_is_free_again_when_its_list_is_deleted(office, listed, line):
    list_id = listed("Clients", ANNE)

    assert office.tx(recipient_lists.mark_deleted, list_id, now=office.now)

    assert office.tx(recipient_lists.get, list_id) is None
    assert office.tx(recipient_lists.create, new_list(line), now=office.now)
    while office.tx(recipient_lists.clear_deleted):
        pass
    assert office.tx(recipients.listing, list_id) == []
    assert len(office.tx(recipient_lists.named, line)) == 1


def test_what_lists_come_to_adds_up(office, listed, line):
    one = listed("un", ANNE, PAUL, "+33899000000")
    two = listed("deux", PAUL, ZOE)
    minus = listed("moins", ANNE)
    office.tx(objections.add, [ZOE], scope=GATEWAY, source="x", now=office.now)
    choice = Choice(lists=(one, two), minus=(minus,))

    tally = office.tx(sifting.tally, choice, sieve(office, line))

    assert tally == Tally(
        numbers=5, repeated=1, subtracted=1, objected=1, restricted=1, faxed=1
    )
    best = sieve(office, line, quality=Quality.BEST)
    assert office.tx(sifting.tally, choice, best).faxed == 2


def test_the_numbers_of_a_choice_are_those_that_were_counted(office, listed, line):
    one, two = listed("un", ANNE, PAUL), listed("deux", PAUL, ZOE)
    choice = Choice(lists=(one, two))
    given = sieve(office, line)

    found = [
        each.number
        for place in (0, 1)
        for each in office.tx(
            sifting.numbers, choice, given, place=place, after=0, limit=9
        )
    ]

    assert found == [ANNE, PAUL, ZOE]
    assert office.tx(sifting.tally, choice, given).faxed == 3


def test_nothing_is_settled_while_a_list_of_the_line_is_read(office, line):
    ref = draft(office, line)
    office.tx(recipient_lists.create, new_list(line), now=office.now)
    office.tx(recipient_choices.put, ref, Choice(lists=(1,)), now=office.now)

    claimed = office.tx(recipient_choices.claim, node="a", now=office.now, lease=LEASE)

    assert claimed is None
    standing = office.tx(recipient_choices.standing, ref)
    assert standing is drafts.DraftAnswer.SETTLING


def test_the_list_of_a_draft_is_waited_for_when_another_line_sends_it(office, line):
    ref = draft(office, line)
    mine = new_list(line, None, campaign=ref)
    list_id = office.tx(recipient_lists.create, mine, now=office.now)
    office.tx(recipient_choices.put, ref, Choice(lists=(list_id,)), now=office.now)
    other = Changes(line=office.line("+33100000002"))
    office.tx(drafts.edit, ref, other, now=office.now)

    claimed = office.tx(recipient_choices.claim, node="a", now=office.now, lease=LEASE)

    assert claimed is None
    assert office.tx(recipient_choices.drafts_of, list_id) == [ref]


async def test_lists_that_are_added_at_the_same_time_all_stay(office, line):
    ref = draft(office, line)
    new = [new_list(line, f"{n}", campaign=ref) for n in range(6)]

    ids = await asyncio.gather(
        *(office.db.tx(choices.add_to_draft, each, now=office.now) for each in new)
    )

    chosen = office.tx(recipient_choices.get, ref)
    assert sorted(chosen.lists) == sorted(ids)


def test_the_numbers_of_a_draft_are_written_under_a_lease(office, listed, line):
    ref = draft(office, line)
    one = listed("un", ANNE, PAUL)
    office.tx(recipient_choices.put, ref, Choice(lists=(one,)), now=office.now)
    claim = {"node": "a", "lease": LEASE}
    first = office.tx(recipient_choices.claim, now=office.now, **claim)
    assert office.tx(recipient_choices.claim, now=office.now, **claim) is None
    office.later(minutes=10)
    leased = office.tx(recipient_choices.claim, now=office.now, **claim)
    until = office.now + LEASE

    assert not office.tx(
        recipient_choices.begin, first, expected=2, quality=Quality.PREMIUM
    )
    assert office.tx(
        recipient_choices.begin, leased, expected=2, quality=Quality.PREMIUM
    )
    assert office.tx(recipient_choices.hold, leased, written=2, until=until)
    office.tx(
        drafts.add_numbers,
        ref,
        [ANNE, PAUL],
        trunk="main",
        first=1,
        fields={ANNE: {"nom": "Été"}},
        now=office.now,
    )
    assert office.tx(recipient_choices.finish, leased)

    assert office.tx(recipient_choices.standing, ref) is drafts.DraftAnswer.DONE
    assert office.tx(campaigns.get, ref).expected == 2
    assert office.tx(recipient_choices.drafts_of, one) == [ref]
    assert office.tx(recipient_choices.clear, leased) == 0, "it is done with"


def test_the_earlier_numbers_of_a_draft_are_cleared_by_whoever_has_the_lease(
    office, listed, line
):
    ref = draft(office, line)
    one = listed("un", ANNE, PAUL)
    office.tx(drafts.add_numbers, ref, [ZOE], trunk="main", first=1, now=office.now)
    office.tx(recipient_choices.put, ref, Choice(lists=(one,)), now=office.now)
    claim = {"node": "a", "lease": LEASE}
    first = office.tx(recipient_choices.claim, now=office.now, **claim)
    office.later(minutes=10)
    leased = office.tx(recipient_choices.claim, now=office.now, **claim)

    assert office.tx(recipient_choices.clear, first) == 0
    office.tx(recipient_choices.fail, first, "Trop tard.", "late")
    assert office.tx(recipient_choices.clear, leased) == 1
    assert office.tx(recipient_choices.clear, leased) == 0
    assert office.tx(recipient_choices.get, ref).failure is None


def test_an_erased_number_leaves_every_list_and_every_file(office, listed, line):
    list_id = listed("Clients", ANNE, PAUL, content=b"fax\n0972101010\n")
    waiting = office.tx(
        recipient_lists.create, new_list(line, "Attend"), now=office.now
    )

    done = office.tx(erasure.erase_number, ANNE, now=office.now)

    assert done["recipients of lists"] == 1
    assert done["files of lists (all of them)"] == 2
    rows = office.tx(recipients.listing, list_id)
    assert [each.number for each in rows] == [PAUL]
    assert not office.tx(recipient_lists.get, list_id).has_content
    assert office.tx(recipient_lists.get, waiting).failure_code == "list-erased"


def test_what_names_an_erased_number_goes_with_it(office, listed):
    list_id = listed("Clients", PAUL)
    number = FaxNumber("+3397210").national

    office.tx(recipients.erase, "+33000000000", [number, "0972 10 10"])

    assert office.tx(recipients.faults, list_id) == []


def test_the_portrait_of_a_line_has_its_lists_and_no_file(office, listed, line):
    listed("Clients", ANNE)

    told = office.tx(portrait.of_line, line)

    assert told["lists"][0]["name"] == "Clients"
    assert "inline" not in told["lists"][0]
    assert told["recipients_of_lists"][0]["number"] == ANNE


def test_lists_of_a_removed_line_go_with_it(office, listed, line):
    list_id = listed("Clients", ANNE)

    assert office.tx(lines.remove, line) is lines.Removal.REMOVED

    assert office.tx(recipient_lists.get, list_id) is None


def test_what_was_read_for_a_draft_is_forgotten_when_it_has_left(office, listed, line):
    ref, other = draft(office, line), draft(office, line)
    gone = listed(None, ANNE, campaign=ref)
    kept = listed(None, ANNE, campaign=other)
    named = listed("Clients", ANNE)
    for each in (ref, other):
        office.tx(recipient_choices.put, each, Choice(lists=()), now=office.now)
    office.tx(campaigns.cancel, ref, now=office.now)
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)

    office.tx(housekeeping.purge, before=office.now, now=office.now)

    assert office.tx(recipient_lists.get, gone) is None
    assert office.tx(recipient_lists.get, kept).has_content
    assert office.tx(recipient_choices.get, ref) is None
    assert office.tx(recipient_choices.get, other) is not None
    office.tx(housekeeping.purge, before=office.later(days=40), now=office.now)
    assert not office.tx(recipient_lists.get, named).has_content


def test_the_file_of_a_list_is_not_swept(office, line):
    content = office.db.sync_keep(b"0972101010\n" * 40_000)
    new = NewList(
        line=line,
        name="Longue",
        campaign=None,
        source=ListSource.FILE,
        origin="",
        content=content,
    )
    office.tx(recipient_lists.create, new, now=office.now)

    names = office.tx(housekeeping.spool_names)

    assert names == ({content.spool} if content.spool else set())
