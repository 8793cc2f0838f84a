"""
What the wishes of an answer do to an order in each of its states.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from ecofax_gateway.domain.campaign import Canary, Relation
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.errors import OrderRefused
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.route import Carrier
from ecofax_gateway.orders.answering import Verb, Wishes
from ecofax_gateway.pipeline import campaigns
from ecofax_gateway.pipeline.amending import Amender
from ecofax_gateway.pipeline.routing import Routing
from ecofax_gateway.replies.answered import Done
from ecofax_gateway.store import calls, claims, faxes
from ecofax_gateway.store import campaigns as store

from .test_campaign_operations import NOON, Desk, bad, good, lost

CANCEL = Wishes(verbs=frozenset({Verb.CANCEL}))
RESEND = Wishes(verbs=frozenset({Verb.RESEND}))
RESUME = Wishes(verbs=frozenset({Verb.RESUME}))
LATER = Wishes(due="05-03-2026 12:00:00")
BEST = Wishes(quality=Quality.BEST)


class Answered(Desk):
    """A desk to which answers are carried."""

    def amend(self, ref, wishes):
        carriers = [
            Carrier(
                name="main",
                prefixes=("+33",),
                qualities=frozenset(Quality),
                cost_per_minute=0.0,
                cost_by_prefix={},
            )
        ]
        amender = Amender(Routing(carriers), ZoneInfo("Europe/Paris"), self.answer)
        campaign = self.found(ref)
        return self.do(
            amender.amend, campaign, wishes, message_id="<answer@example.net>"
        )

    def made_from(self, ref):
        """The one order that was made from another one."""
        [made] = [
            each for each in self.db.sync_read(store.listing) if each.origin == ref
        ]
        return made

    def numbers(self, ref):
        listed = self.db.sync_read(faxes.listing, campaign_ref=ref)
        return [fax.number for fax in listed]


@pytest.fixture
def desk(tmp_path, new_store):
    db = new_store(tmp_path)

    yield Answered(db)

    db.close()


def test_what_was_not_called_is_cancelled_and_the_last_reply_tells(desk):
    ref = desk.launched(3)

    assert desk.amend(ref, CANCEL) is None
    assert desk.found(ref).counts == {FaxState.CANCELLED: 3}
    assert desk.kinds(ref) == ["accepted", "cancelled"]


def test_what_is_over_cannot_be_cancelled(desk):
    ref = desk.launched(1)
    desk.call(good)

    assert desk.amend(ref, CANCEL) is Done.OVER
    assert desk.amend(ref, LATER) is Done.OVER
    assert desk.kinds(ref) == ["accepted", "sent"]


def test_only_what_failed_is_sent_again(desk):
    ref = desk.launched(3)
    desk.call(lambda c: bad(c) if c.number.endswith("01") else good(c))

    assert desk.amend(ref, RESEND) is None

    made = desk.made_from(ref)
    assert made.relation is Relation.RESEND
    assert made.requester.message_id == "<answer@example.net>"
    assert desk.numbers(made.ref) == ["+33972101001"]


def test_what_broke_off_is_sent_again_because_a_person_says_so(desk):
    ref = desk.launched(1)
    desk.call(lost)

    desk.amend(ref, RESEND)

    assert desk.numbers(desk.made_from(ref).ref) == desk.numbers(ref)


def test_what_may_have_arrived_does_not_go_again_with_what_failed(desk):
    ref = desk.launched(2)
    desk.call(lambda c: lost(c) if c.number.endswith("00") else bad(c))

    desk.amend(ref, RESEND)

    assert desk.numbers(desk.made_from(ref).ref) == ["+33972101001"]


def test_nothing_failed_nothing_goes_again(desk):
    ref = desk.launched(1)
    desk.call(good)

    with pytest.raises(OrderRefused) as refused:
        desk.amend(ref, RESEND)
    assert refused.value.code == "nothing-failed"


def test_a_resend_may_have_another_quality_and_date(desk):
    ref = desk.launched(1)
    desk.call(bad)

    desk.amend(
        ref,
        Wishes(verbs=RESEND.verbs, quality=Quality.NORMAL, due="05-03-2026 12:00:00"),
    )

    made = desk.made_from(ref)
    assert made.quality is Quality.NORMAL
    assert made.due_at == NOON + timedelta(days=3, hours=-1)


@pytest.mark.parametrize("wishes", [LATER, BEST])
def test_a_change_ends_the_order_and_makes_it_anew(desk, wishes):
    ref = desk.launched(2)

    assert desk.amend(ref, wishes) is None

    made = desk.made_from(ref)
    assert desk.found(ref).counts == {FaxState.CANCELLED: 2}
    assert desk.kinds(ref) == ["accepted"]
    assert made.relation is Relation.REPLACEMENT
    assert desk.numbers(made.ref) == desk.numbers(ref)
    desk.render(made.ref)
    state = FaxState.SCHEDULED if wishes is LATER else FaxState.QUEUED
    assert desk.found(made.ref).counts == {state: 2}


def test_another_quality_keeps_the_date(desk):
    ref = desk.draft(1)
    desk.render(ref)
    tomorrow = NOON + timedelta(days=1)
    desk.do(campaigns.launch, ref, desk.answer, due_at=tomorrow)

    desk.amend(ref, BEST)

    assert desk.made_from(ref).due_at == tomorrow
    assert desk.made_from(ref).quality is Quality.BEST


def test_a_date_of_a_moment_ago_means_at_once(desk):
    ref = desk.draft(1)
    desk.render(ref)
    desk.do(campaigns.launch, ref, desk.answer, due_at=NOON + timedelta(days=1))

    desk.amend(ref, Wishes(due="02-03-2026 12:59:00"))

    assert desk.made_from(ref).due_at is None


@pytest.mark.parametrize("wishes", [LATER, BEST])
def test_it_is_too_late_for_changes_once_somebody_is_called(desk, wishes):
    ref = desk.launched(2)
    desk.do(claims.claim, node="a", epoch=desk.epoch, limit=1)
    before = desk.found(ref)

    assert desk.amend(ref, wishes) is Done.UNDER_WAY
    assert desk.found(ref) == before


def test_a_call_under_way_is_hung_up_and_its_end_is_told_later(desk):
    ref = desk.launched(1)
    [claimed] = desk.do(claims.claim, node="a", epoch=desk.epoch, limit=1)
    desk.do(calls.intend, claimed, pages_sha256="x")

    assert desk.amend(ref, CANCEL) is Done.HANGING_UP
    assert desk.kinds(ref) == ["accepted"]


def test_repeats_that_are_meant_are_let_go(desk):
    ref, again = desk.launched(1), next(desk.refs)
    desk.call(good)
    desk.do(campaigns.copy, ref, again)
    desk.render(again)
    desk.do(campaigns.launch, again, desk.answer)
    assert desk.found(again).counts == {FaxState.HELD: 1}

    assert desk.amend(again, Wishes(repeats=True)) is Done.RELEASED
    assert desk.found(again).counts == {FaxState.QUEUED: 1}


def test_a_paused_campaign_goes_on(desk):
    ref = desk.launched(4, canary=Canary(2, 10))
    desk.call(bad)

    assert desk.found(ref).paused
    assert desk.amend(ref, RESUME) is Done.RESUMED
    assert not desk.found(ref).paused
    with pytest.raises(OrderRefused) as refused:
        desk.amend(ref, RESUME)
    assert refused.value.code == "not-paused"


@pytest.mark.parametrize(
    ("wishes", "done"),
    [
        (Wishes(), Done.NOT_UNDERSTOOD),
        (Wishes(verbs=frozenset({Verb.CANCEL, Verb.RESEND})), Done.CONTRADICTION),
        (Wishes(repeats=True), Done.NOTHING_HELD),
    ],
)
def test_what_cannot_be_done_changes_nothing(desk, wishes, done):
    ref = desk.launched(1)
    before = desk.found(ref)

    assert desk.amend(ref, wishes) is done
    assert desk.found(ref) == before


@pytest.mark.parametrize(
    ("wishes", "code"),
    [
        (Wishes(due="32-13-2026 25:00"), "bad-date"),
        (Wishes(mistakes=("La qualité « x » n'existe pas.",)), "bad-answer"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(desk, wishes, code):
    ref = desk.launched(1)
    before = desk.found(ref)

    with pytest.raises(OrderRefused) as refused:
        desk.amend(ref, wishes)

    assert refused.value.code == code
    assert desk.found(ref) == before
