"""
Lists from their file to the faxes of a draft, with a real reader and a real store.
"""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.mode import T38
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.route import Carrier
from ecofax_gateway.orders.list_reader import ListLimits, ListReader
from ecofax_gateway.pipeline import campaigns, recipients
from ecofax_gateway.pipeline.list_clerk import LEASE, ListClerk
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.store import (
    covers,
    faxes,
    lines,
    list_reading,
    memory,
    nodes,
    objections,
    recipient_choices,
    recipient_lists,
    trunks,
)
from ecofax_gateway.store import recipients as rows
from ecofax_gateway.store.campaigns import NewCampaign, NewDocument, Wishes
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.drafts import DraftAnswer
from ecofax_gateway.store.recipient_choices import Choice
from ecofax_gateway.store.recipient_lists import NewList
from ecofax_gateway.store.reference import reference
from ecofax_gateway.store.states import ChoiceState, ListSource, ListState

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINE, OTHER = "+33366720307", "+33366720308"
ANNE, PAUL, ZOE = "+33972101010", "+33972101019", "+33145000000"


FEW_SECONDS = ListLimits(cpu_seconds=15)
"""Of CPU: the kernel counts them, whatever else the machine does."""


class Office:
    """A line, its drafts and lists, and the clerk who looks after them."""

    def __init__(self, db, folder):
        self.db = db
        self.now = NOON
        self.refs = (reference(n * 104729) for n in itertools.count(1))
        self.do(nodes.begin, "a")
        db.sync_tx(trunks.put, "main", max_calls=10)
        for number in (LINE, OTHER):
            self.do(lines.add, FaxLine(number=number, password_hash="x", max_calls=9))
        self.clerk = self.clerk_of("a", folder)

    def clerk_of(self, node, folder, limits=None):
        return ListClerk(
            db=self.db,
            reader=ListReader(folder=folder, limits=limits),
            routing=Routing([Carrier(name="main")]),
            node=node,
            clock=lambda: self.now,
        )

    def do(self, operation, *args, **kwargs):
        return self.db.sync_tx(operation, *args, now=self.now, **kwargs)

    def read(self, fn, *args, **kwargs):
        return self.db.sync_read(fn, *args, **kwargs)

    def draft(self, quality=Quality.PREMIUM):
        ref = next(self.refs)
        new = NewCampaign(
            ref=ref,
            line=LINE,
            trunk="main",
            source=Source.COMMAND,
            requester=Requester(address=None),
            quality=quality,
            documents=(NewDocument(name="a.pdf", content=Content.of(ref.encode())),),
            numbers=(),
            draft=True,
            wishes=Wishes(expected=0),
        )
        self.do(campaigns.create, new)
        return ref

    def new_list(self, text, *, name=None, ref=None, line=LINE):
        return NewList(
            line=line,
            name=name,
            campaign=ref,
            source=ListSource.FILE,
            origin="liste.csv",
            content=Content.of(text.encode()),
        )

    def saved(self, text, name):
        return self.do(recipients.add, self.new_list(text, name=name))

    def given(self, text, ref):
        return self.do(recipients.add_to_draft, self.new_list(text, ref=ref))

    def list(self, list_id):
        return self.read(recipient_lists.get, list_id)

    def numbers(self, list_id):
        return [each.number for each in self.read(rows.listing, list_id)]

    def faxed(self, ref):
        return [fax.number for fax in self.read(faxes.listing, campaign_ref=ref)]

    def choice(self, ref):
        return self.read(recipient_choices.get, ref)

    async def all_done(self):
        while await self.clerk.step():
            pass


@pytest.fixture
def office(tmp_path, new_store):
    db = new_store(tmp_path)

    yield Office(db, tmp_path / "lists")

    db.close()


async def test_a_list_becomes_the_recipients_of_a_draft(office):
    ref = office.draft()
    text = "nom;fax\nAnne;0972101010\nPaul;09 72 10 10 19\nAnne;0972101010\nZoé;non"
    list_id = office.given(text, ref)
    assert office.list(list_id).state is ListState.READING

    await office.all_done()

    read = office.list(list_id)
    assert read.state is ListState.READY
    assert (read.columns, read.number_column) == (("nom", "fax"), 1)
    assert (read.entries, read.valid, read.duplicates, read.invalid) == (4, 2, 1, 1)
    [fault] = office.read(rows.faults, list_id)
    assert (fault.line_number, fault.text) == (5, "non")
    assert office.faxed(ref) == [ANNE, PAUL]
    assert office.choice(ref).state is ChoiceState.SETTLED
    rows_of_faxes = dict(office.read(covers.rows_of, ref))
    assert rows_of_faxes[ANNE] == {"nom": "Anne", "fax": "0972101010"}
    assert office.read(recipient_choices.standing, ref) is DraftAnswer.DONE


async def test_a_wrong_column_is_corrected_and_the_numbers_are_written_anew(office):
    ref = office.draft()
    text = "nom;standard;autre\nAnne;0145000000;0972101010\nPaul;0145000001;0972101019"
    list_id = office.given(text, ref)
    await office.all_done()
    assert office.faxed(ref) == [ZOE, "+33145000001"]

    office.now += timedelta(minutes=1)
    office.do(recipients.choose_column, office.list(list_id), 2)
    assert office.read(recipient_choices.standing, ref) is DraftAnswer.SETTLING
    await office.all_done()

    assert office.list(list_id).number_column == 2
    assert office.faxed(ref) == [ANNE, PAUL]


async def test_a_column_without_numbers_leaves_none(office):
    ref = office.draft()
    list_id = office.given("nom;fax\nAnne;0972101010", ref)
    await office.all_done()

    office.now += timedelta(minutes=1)
    office.do(recipients.choose_column, office.list(list_id), 0)
    await office.all_done()

    assert (office.list(list_id).valid, office.list(list_id).invalid) == (0, 1)
    assert office.faxed(ref) == []


async def test_lists_are_combined_and_subtracted(office):
    ref = office.draft()
    one = office.saved("0972101010\n0145000000", "Clients")
    two = office.saved("0145000000\n0972101019", "Prospects")
    minus = office.saved("0972101010", "Désabonnés")
    await office.all_done()

    office.do(recipients.choose, ref, Choice(lists=(one, two), minus=(minus,)))
    await office.all_done()

    assert office.faxed(ref) == [ZOE, PAUL]
    tally = office.do(recipients.tally, ref)
    assert (tally.numbers, tally.repeated, tally.subtracted) == (4, 1, 1)
    assert tally.faxed == 2


async def test_what_must_not_or_cannot_be_called_is_left_out_and_told(office):
    ref = office.draft()
    office.do(objections.add, [ANNE], scope=LINE, source="console")
    failed = Outcome(ending=Ending.NUMBER_UNKNOWN)
    office.do(memory.remember, PAUL, failed, T38)
    text = "0972101010\n0972101019\n0145000000\n0899000000"
    list_id = office.given(text, ref)
    await office.all_done()

    tally = office.do(recipients.tally, ref)
    assert (tally.objected, tally.failed, tally.restricted) == (1, 1, 1)
    assert office.faxed(ref) == [PAUL, ZOE]

    office.now += timedelta(minutes=1)
    office.do(recipients.choose, ref, Choice(lists=(list_id,), clean=True))
    await office.all_done()
    assert office.faxed(ref) == [ZOE]


async def test_the_best_quality_lets_restricted_numbers_through(office):
    ref = office.draft(Quality.BEST)
    office.given("0899000000\n0145000000", ref)
    await office.all_done()

    assert office.faxed(ref) == ["+33899000000", ZOE]


async def test_a_list_that_cannot_be_read_says_why(office):
    list_id = office.saved("%PDF-1.7", "Une lettre")
    await office.all_done()

    read = office.list(list_id)
    assert read.state is ListState.FAILED
    assert read.failure_code == "list-is-document"
    assert "liste" in read.failure


async def test_a_draft_does_not_go_to_lists_of_which_one_cannot_be_read(office):
    ref = office.draft()
    office.given("0972101010", ref)
    letter = office.given("%PDF-1.7", ref)
    await office.all_done()

    choice = office.choice(ref)
    assert (choice.state, choice.failure_code) == (ChoiceState.FAILED, "list-unread")
    assert office.read(recipient_choices.standing, ref) is DraftAnswer.INCOMPLETE

    office.do(recipients.drop, office.list(letter), ref)
    await office.all_done()
    assert office.faxed(ref) == [ANNE]
    assert office.read(recipient_choices.standing, ref) is DraftAnswer.DONE


async def test_a_draft_is_not_copied_before_its_numbers_are_written(office):
    ref = office.draft()
    office.given("0972101010", ref)

    with pytest.raises(OrderRefused) as refused:
        office.do(campaigns.copy, ref, next(office.refs))
    assert refused.value.code == "recipients-settling"

    await office.all_done()
    copy = office.do(campaigns.copy, ref, next(office.refs))
    assert office.faxed(copy.ref) == [ANNE]


async def test_what_a_dead_node_had_begun_is_begun_again(office, tmp_path):
    list_id = office.saved("0972101010\n0972101019", "Clients")
    leased = office.do(list_reading.claim, node="a", lease=LEASE)
    row = rows.Row(ZOE, False, None)
    assert office.db.sync_tx(
        list_reading.add_batch, leased, [row], first=1, until=office.now + LEASE
    )
    assert not await office.clerk.step()

    await office.clerk.recover()
    await office.all_done()

    assert office.numbers(list_id) == [ANNE, PAUL]
    assert office.list(list_id).state is ListState.READY


async def test_a_list_that_ends_every_reader_is_given_up(office):
    list_id = office.saved("0972101010", "Clients")
    for _ in range(3):
        assert office.do(list_reading.claim, node="a", lease=LEASE)
        office.now += 2 * LEASE
    await office.all_done()

    assert office.list(list_id).state is ListState.FAILED
    assert office.list(list_id).failure_code == "list-given-up"


async def test_whoever_reads_a_list_stops_when_it_is_deleted(office):
    list_id = office.saved("0972101010", "Clients")
    leased = office.do(list_reading.claim, node="a", lease=LEASE)

    office.do(recipients.delete, office.list(list_id))

    row = rows.Row(ZOE, False, None)
    until = office.now + LEASE
    assert not office.db.sync_tx(
        list_reading.add_batch, leased, [row], first=1, until=until
    )
    await office.all_done()
    assert office.list(list_id) is None
    assert office.numbers(list_id) == []


async def test_numbers_are_not_written_for_a_choice_that_was_changed(office):
    ref = office.draft()
    office.given("0972101010", ref)
    old = office.choice(ref)
    office.now += timedelta(minutes=1)
    office.do(recipients.again, ref)

    assert not office.db.sync_tx(
        recipient_choices.hold, old, written=1, until=office.now + LEASE
    )


async def test_a_list_in_use_is_not_deleted(office):
    ref = office.draft()
    list_id = office.saved("0972101010", "Clients")
    office.do(recipients.choose, ref, Choice(lists=(list_id,)))

    with pytest.raises(OrderRefused) as refused:
        office.do(recipients.delete, office.list(list_id))
    assert refused.value.code == "list-in-use"

    office.do(recipients.drop, office.list(list_id), ref)
    office.do(recipients.delete, office.list(list_id))
    assert office.list(list_id) is None


async def test_a_name_is_taken_once(office):
    office.saved("0972101010", "Clients")
    other = office.saved("0972101010", "  Autres   clients ")
    assert office.list(other).name == "Autres clients"

    for text in ("Clients", " Clients "):
        with pytest.raises(OrderRefused) as refused:
            office.do(recipients.save, office.list(other), text)
        assert refused.value.code == "list-name-taken"
    with pytest.raises(OrderRefused) as refused:
        office.saved("0972101010", "Clients")
    assert refused.value.code == "list-name-taken"
    with pytest.raises(OrderRefused) as refused:
        office.do(recipients.save, office.list(other), "")
    assert refused.value.code == "list-name"


async def test_another_lines_list_cannot_be_chosen(office):
    ref = office.draft()
    foreign = office.new_list("0972101010", name="Clients", line=OTHER)
    list_id = office.do(recipients.add, foreign)

    with pytest.raises(OrderRefused) as refused:
        office.do(recipients.choose, ref, Choice(lists=(list_id,)))

    assert refused.value.code == "no-list"


async def test_a_hundred_thousand_rows_become_the_faxes_of_a_draft(office, tmp_path):
    office.clerk = office.clerk_of("a", tmp_path / "lists", limits=FEW_SECONDS)
    ref = office.draft()
    text = "fax;nom\n" + "".join(f"0{145000000 + n};Nom {n}\n" for n in range(100_000))
    list_id = office.given(text, ref)

    await office.all_done()

    assert office.list(list_id).valid == 100_000
    choice = office.choice(ref)
    assert (choice.state, choice.written) == (ChoiceState.SETTLED, 100_000)
    campaign = office.read(campaigns.found, ref)
    assert sum(campaign.counts.values()) == 100_000
