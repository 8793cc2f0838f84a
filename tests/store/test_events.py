"""
Events: every end and every launch is told once, and only where somebody listens.
"""

import itertools
from datetime import timedelta

import pytest

from ecofax_gateway.domain.event import EventKind
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Ask, Done, GiveUp
from ecofax_gateway.store import (
    calls,
    campaigns,
    claims,
    deliveries,
    erasure,
    events,
    housekeeping,
    idempotency,
    lines,
    portrait,
    preparation,
    schedules,
    webhooks,
)
from ecofax_gateway.store.idempotency import KeptAnswer
from ecofax_gateway.store.states import DeliveryState

LEASE = timedelta(minutes=1)
NUMBER = "+33972101010"


def hook(office, line, name="H1", *, kinds=(), active=True):
    new = webhooks.Webhook(
        id=name,
        line=line,
        url="https://example.net/hook",
        events=frozenset(kinds),
        secret="whsec_AAAA",
        active=active,
        failures=0,
        created_at=office.now,
    )
    assert office.tx(webhooks.add, new)
    return name


def publish(office):
    names = (f"evt{n}" for n in itertools.count(1))
    return office.tx(events.publish, lambda: next(names), now=office.now)


def published(office, line):
    publish(office)
    return [each.kind for each in reversed(office.tx(events.listing, line))]


def call(office, ending, decision, pages=0):
    [claimed] = office.claim()
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    outcome = Outcome(ending=ending, pages_confirmed=pages)
    office.tx(calls.finish, claimed, outcome, decision, now=office.now)
    office.tx(campaigns.finish_if_all_final, claimed.campaign, now=office.now)


def test_a_line_without_a_webhook_writes_no_event(office):
    line = office.line()
    ref = office.queue(line, [NUMBER])
    office.tx(schedules.set_paused, ref, paused=True, now=office.now)
    office.tx(campaigns.cancel, ref, now=office.now)

    assert publish(office) == 0


def test_a_webhook_that_is_switched_off_writes_no_event(office):
    line = office.line()
    hook(office, line, active=False)
    office.queue(line, [NUMBER])

    assert publish(office) == 0


@pytest.mark.parametrize(
    ("ending", "decision", "pages", "kind"),
    [
        (Ending.DELIVERED, Done(), 3, EventKind.FAX_SENT),
        (Ending.REJECTED, GiveUp(Ending.REJECTED), 0, EventKind.FAX_FAILED),
        (Ending.BROKEN_OFF, Ask(), 1, EventKind.FAX_UNKNOWN),
    ],
)
def test_the_end_of_a_call_is_told(office, ending, decision, pages, kind):
    line = office.line()
    hook(office, line)
    ref = office.queue(line, [NUMBER])
    call(office, ending, decision, pages)
    publish(office)

    told = {each.kind: each.body for each in office.tx(events.listing, line)}
    assert list(told) == [
        EventKind.CAMPAIGN_FINISHED,
        kind,
        EventKind.CAMPAIGN_LAUNCHED,
    ]
    assert told[kind]["type"] == kind
    assert told[kind]["timestamp"] == "2026-03-02T12:00:00Z"
    assert told[kind]["data"] == {
        "fax": ref,
        "campaign": ref,
        "number": NUMBER,
        "status": kind.partition(".")[2],
        "cause": ending,
        "pages": 3,
        "pagesConfirmed": pages,
        "attempts": 1,
    }
    assert told[EventKind.CAMPAIGN_FINISHED]["data"]["countTotal"] == 1


def test_what_people_do_with_a_campaign_is_told_once(office):
    line = office.line()
    hook(office, line)
    ref = office.queue(line, [NUMBER, "+33972101011"])
    for paused in (True, True, False):
        office.tx(schedules.set_paused, ref, paused=paused, now=office.now)
    office.tx(campaigns.cancel, ref, now=office.now)
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)

    assert sorted(published(office, line)) == sorted(
        [
            EventKind.CAMPAIGN_LAUNCHED,
            EventKind.CAMPAIGN_PAUSED,
            EventKind.CAMPAIGN_RESUMED,
            EventKind.CAMPAIGN_STOPPED,
            EventKind.FAX_CANCELLED,
            EventKind.FAX_CANCELLED,
            EventKind.CAMPAIGN_FINISHED,
        ]
    )


def test_documents_that_cannot_be_pages_are_told(office):
    line = office.line()
    hook(office, line)
    ref = office.campaign(line, [NUMBER])
    office.tx(preparation.fail_preparation, ref, "broken", now=office.now)

    assert sorted(published(office, line)) == [
        EventKind.CAMPAIGN_FAILED,
        EventKind.CAMPAIGN_LAUNCHED,
        EventKind.FAX_FAILED,
    ]


def test_a_lost_node_is_told_as_unknown(office):
    line = office.line()
    hook(office, line)
    office.queue(line, [NUMBER])
    [claimed] = office.claim()
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    office.tx(claims.take_over, node="a", epoch=office.epoch + 1, now=office.now)

    assert EventKind.FAX_UNKNOWN in published(office, line)


def test_each_webhook_gets_what_it_wants(office):
    line, other = office.line(), office.line("+33100000002")
    hook(office, line, "ALL")
    hook(office, line, "ENDS", kinds=[EventKind.FAX_SENT])
    hook(office, other, "OTHER")
    office.queue(line, [NUMBER])
    call(office, Ending.DELIVERED, Done(), 3)
    publish(office)

    sent = {
        name: [each.kind for each in office.tx(deliveries.listing, name)]
        for name in ("ALL", "ENDS", "OTHER")
    }
    assert len(sent["ALL"]) == 3
    assert sent["ENDS"] == [EventKind.FAX_SENT]
    assert sent["OTHER"] == []


def test_a_test_goes_to_its_webhook_alone(office):
    line = office.line()
    hook(office, line, "ONE")
    hook(office, line, "TWO")
    office.tx(events.record_test, line, "ONE", now=office.now)
    publish(office)

    assert len(office.tx(deliveries.listing, "ONE")) == 1
    assert office.tx(deliveries.listing, "TWO") == []


def due(office):
    return office.tx(deliveries.claim_due, node="a", now=office.now, lease=LEASE)


def test_a_message_is_leased_to_one_until_it_is_given_back(office):
    line = office.line()
    hook(office, line)
    office.tx(events.record_test, line, "H1", now=office.now)
    publish(office)
    first = due(office)
    meanwhile = due(office)
    office.tx(deliveries.give_back, node="a")
    second = due(office)

    assert meanwhile is None
    assert (first.ref, first.tries) == (second.ref, second.tries)


def test_a_message_is_tried_until_it_is_taken(office):
    line = office.line()
    hook(office, line)
    office.tx(events.record_test, line, "H1", now=office.now)
    publish(office)
    later = office.now + timedelta(minutes=5)
    office.tx(deliveries.postpone, due(office), at=later, status=503, error="503")
    too_early = due(office)
    office.later(minutes=5)
    again = due(office)
    office.tx(deliveries.delivered, again, status=204, now=office.now)

    assert too_early is None
    assert again.tries == 2
    [status] = office.tx(deliveries.listing, "H1")
    assert (status.state, status.status) == (DeliveryState.DELIVERED, 204)
    assert due(office) is None


def test_a_webhook_that_is_gone_gets_nothing_more(office):
    line = office.line()
    hook(office, line)
    for _ in range(3):
        office.tx(events.record_test, line, "H1", now=office.now)
    publish(office)
    office.tx(
        deliveries.give_up,
        due(office),
        status=410,
        error="410 Gone",
        switch_off=True,
        now=office.now,
    )

    states = {each.state for each in office.tx(deliveries.listing, "H1")}
    assert states == {DeliveryState.GIVEN_UP}
    assert not office.tx(webhooks.get, line, "H1").active
    assert due(office) is None


def test_events_are_forgotten_with_contents(office):
    line = office.line()
    hook(office, line)
    office.tx(events.record_test, line, "H1", now=office.now)
    publish(office)
    office.later(days=31)
    before = office.now - timedelta(days=30)
    while office.tx(housekeeping.purge, before=before, now=office.now):
        pass

    assert office.tx(events.listing, line) == []
    assert office.tx(deliveries.listing, "H1") == []


def test_an_erased_number_is_in_no_event(office):
    line = office.line()
    hook(office, line)
    office.queue(line, [NUMBER])
    call(office, Ending.DELIVERED, Done(), 3)
    publish(office)
    office.tx(erasure.erase_number, NUMBER, now=office.now)

    told = office.tx(events.listing, line)
    assert told
    assert NUMBER not in str([each.body for each in told])


def test_an_erased_number_and_an_erased_address_are_in_no_kept_answer(office):
    line = office.line()
    for key, body in (
        ("number", b'{"number": "+33972101010"}'),
        ("address", b'{"replyTo": "Anne@example.net"}'),
        ("other", b'{"number": "+33972101011"}'),
    ):
        kept = {"fingerprint": "f", "now": office.now}
        office.tx(idempotency.begin, line, key, **kept)
        answer = KeptAnswer(status=201, headers={}, body=body)
        office.tx(idempotency.keep, line, key, answer)
    office.tx(erasure.erase_number, NUMBER, now=office.now)
    done = office.tx(erasure.erase_address, "anne@example.net", now=office.now)
    bodies = [
        office.tx(idempotency.begin, line, key, fingerprint="f", now=office.now).body
        for key in ("number", "address", "other")
    ]

    assert bodies == [b"{}", b"{}", b'{"number": "+33972101011"}']
    assert done["answers of the API"] == 1


def test_whoever_has_an_address_erased_is_told_which_lines_still_use_it(office):
    office.set_line(office.line(), copies=("anne@example.net",))
    done = office.tx(erasure.erase_address, "Anne@example.net", now=office.now)

    assert done["lines that send him copies (kept; see: line set --copy-to)"] == 1


def test_a_removed_line_leaves_no_webhook(office):
    line = office.line()
    hook(office, line)
    office.tx(events.record_test, line, "H1", now=office.now)
    publish(office)
    office.tx(lines.remove, line)

    assert office.tx(webhooks.find, "H1") is None
    assert due(office) is None


def test_a_line_is_told_of_its_webhooks_without_their_secrets(office):
    line = office.line()
    hook(office, line)
    told = office.tx(portrait.of_line, line)

    assert [each["url"] for each in told["webhooks"]] == ["https://example.net/hook"]
    assert "whsec_" not in str(told)
