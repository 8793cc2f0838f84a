"""
What a draft comes to before it is launched, and by which trunks.
"""

from datetime import UTC, datetime, time, timedelta

import pytest

from ecofax_gateway.domain.campaign import SendType
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.route import Carrier, NoRoute
from ecofax_gateway.domain.window import Window
from ecofax_gateway.pipeline import campaigns, drafting
from ecofax_gateway.pipeline.campaigns import Rules
from ecofax_gateway.pipeline.draft_quality import set_quality
from ecofax_gateway.pipeline.drafting import LackCode
from ecofax_gateway.pipeline.outlook import outlook
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.store import (
    draft_documents,
    drafts,
    lines,
    preparation,
    recipient_choices,
    trunks,
)
from ecofax_gateway.store.campaigns import NewDocument
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.drafts import Changes
from ecofax_gateway.store.recipient_choices import Choice

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
LINE = FaxLine(number="+33366720307", password_hash="x", max_calls=2)
COARSE = frozenset({Quality.NORMAL, Quality.PREMIUM})
ROUTING = Routing(
    [
        Carrier(name="main", qualities=COARSE, cost_per_minute=0.06),
        Carrier(name="fine", qualities=frozenset({Quality.BEST}), cost_per_minute=0.2),
    ]
)


class Table:
    """A draft in a store, and what is done with it."""

    def __init__(self, db):
        self.db = db
        for name in ROUTING.names:
            db.sync_tx(trunks.put, name, max_calls=5)
        db.sync_tx(lines.add, LINE, now=MONDAY)
        self.ref = drafting.fresh_reference()
        self.tx(drafting.begin, line=LINE, name="Tarifs")

    def tx(self, fn, *args, **kwargs):
        return self.db.sync_tx(fn, self.ref, *args, now=MONDAY, **kwargs)

    def fill(self, count):
        """Give it a document of two pages, of 14 400 octets in all, and numbers."""
        content = Content.of(b"a document")
        new = NewDocument(name="a.pdf", content=content)
        self.db.sync_tx(draft_documents.append, self.ref, [new])
        pages = Content.of(bytes(14_400))
        for dpi in (98, 196, 391):
            self.db.sync_tx(
                preparation.rendered, content.sha256, dpi, pages, count=2, now=MONDAY
            )
        self.tx(preparation.release, page_count=2)
        self.tx(drafts.edit, Changes(expected=count))
        numbers = [f"+33972{n:06}" for n in range(count)]
        self.tx(drafts.add_numbers, numbers, trunk="main", first=1)

    @property
    def draft(self):
        return self.db.sync_read(campaigns.found, self.ref)

    def foresee(self):
        return self.db.sync_read(outlook, self.draft, ROUTING, now=MONDAY)

    def lacks(self):
        found = self.db.sync_read(drafting.lacks, self.draft, now=MONDAY)
        return [each.code for each in found]


@pytest.fixture
def table(tmp_path, new_store):
    db = new_store(tmp_path)

    yield Table(db)

    db.close()


def test_nothing_is_foreseen_of_nothing(table):
    assert table.foresee() is None


def test_time_and_money_follow_from_pages_numbers_and_channels(table):
    table.fill(100)

    found = table.foresee()

    seconds = 14.6 + 2 * 3.3 + 14_400 * 8 / 14_400
    assert found.call_seconds == pytest.approx(seconds)
    assert (found.calls, found.channels) == (100, 2)
    assert found.busy == timedelta(seconds=50 * (seconds + 10))
    assert found.ends_at == MONDAY + found.busy
    assert found.cost == pytest.approx(100 * seconds / 60 * 0.06)


def test_a_pace_and_a_period_draw_it_out(table):
    table.fill(100)
    table.tx(campaigns.set_rules, Rules(pace=2))
    paced = table.foresee().busy
    table.tx(campaigns.set_rules, Rules(spread=timedelta(hours=3)))
    spread = table.foresee().busy

    assert paced == timedelta(minutes=50)
    assert spread == timedelta(hours=3)


def test_it_ends_in_the_hours_that_are_allowed(table):
    table.fill(100)
    window = Window(zone="UTC", opens=time(10), closes=time(10, 5))
    table.tx(campaigns.set_rules, Rules(window=window))

    ends_at = table.foresee().ends_at

    assert ends_at.date() == (MONDAY + timedelta(days=6)).date()
    assert ends_at.hour == 10


def test_another_quality_leaves_by_the_trunk_that_serves_it(table):
    table.fill(3)

    table.tx(set_quality, Quality.BEST, ROUTING)

    waiting = table.db.sync_read(trunks.of_campaign, table.ref)
    assert {each.trunk for each in waiting} == {"fine"}


def test_a_quality_that_no_trunk_serves_is_refused(table):
    table.fill(3)
    coarse = Routing([Carrier(name="main", qualities=COARSE)])

    with pytest.raises(NoRoute):
        table.tx(set_quality, Quality.BEST, coarse)

    assert table.draft.quality is Quality.PREMIUM


def test_a_coarser_quality_keeps_out_numbers_that_need_the_best(table):
    table.fill(1)
    table.tx(set_quality, Quality.BEST, ROUTING)
    table.tx(drafts.edit, Changes(expected=1))
    table.tx(drafts.add_numbers, ["+442079460000"], trunk="fine", first=1)

    with pytest.raises(OrderRefused, match="restricted-numbers"):
        table.tx(set_quality, Quality.NORMAL, ROUTING)

    assert table.draft.quality is Quality.BEST


def test_what_lacks_is_told_in_the_order_of_the_steps(table):
    nothing = table.lacks()
    table.fill(3)
    filled = table.lacks()
    changes = Changes(send_type=SendType.SCHEDULED, due_at=MONDAY, name="")
    table.tx(drafts.edit, changes)
    late = table.lacks()
    table.tx(drafts.edit, Changes(expected=5))

    assert nothing == [LackCode.DOCUMENT, LackCode.RECIPIENTS, LackCode.SEND_TYPE]
    assert filled == [LackCode.SEND_TYPE]
    assert late == [LackCode.NAME, LackCode.TIME_TO_COME]
    assert LackCode.WHOLE_LIST in table.lacks()


def test_recipients_that_are_being_written_or_cannot_be_are_told(table):
    table.fill(1)
    table.tx(recipient_choices.put, Choice(lists=()))
    writing = table.lacks()
    choice = table.db.sync_read(recipient_choices.get, table.ref)
    table.db.sync_tx(recipient_choices.fail, choice, "Illisible.", "list-unread")

    assert LackCode.WHOLE_LIST in writing
    assert LackCode.READABLE_LISTS in table.lacks()


def test_hours_that_are_never_open_are_told(table):
    window = Window(
        opens=time(9), closes=time(10), quiet=((time(8), time(11)),), zone="UTC"
    )
    table.tx(campaigns.set_rules, Rules(window=window))

    assert LackCode.OPEN_HOURS in table.lacks()


def test_a_draft_is_tried_out_only_before_its_launch(table):
    table.fill(1)
    table.tx(campaigns.set_rules, Rules())
    table.db.sync_tx(drafts.launch, table.ref, now=MONDAY)

    with pytest.raises(OrderRefused, match="not-a-draft"):
        table.db.sync_read(drafting.draft, table.ref)
