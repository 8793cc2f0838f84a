"""
Drafts and canaries, from their first number to their launch.
"""

from datetime import timedelta

import pytest

from ecofax_gateway.domain.campaign import Canary, CanaryState, Relation
from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done, GiveUp
from ecofax_gateway.store import (
    calls,
    campaigns,
    canary,
    copies,
    drafts,
    faxes,
    lines,
    preparation,
    results,
)
from ecofax_gateway.store.campaigns import NewDocument, Wishes
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.drafts import Changes, DraftAnswer
from ecofax_gateway.store.states import CampaignState


def numbers(count):
    return [f"+339721010{n:02d}" for n in range(count)]


def draft(office, line, count, **wishes):
    """A draft whose numbers were all written."""
    known = Wishes(expected=count, **wishes)
    ref = office.campaign(line, [], draft=True, wishes=known)
    assert add(office, ref, numbers(count)) is DraftAnswer.DONE
    return ref


def add(office, ref, listed, first=1):
    return office.tx(
        drafts.add_numbers, ref, listed, trunk="main", first=first, now=office.now
    )


def launch(office, ref, **kwargs):
    return office.tx(drafts.launch, ref, now=office.now, **kwargs)


def render(office, ref):
    return office.tx(preparation.release, ref, page_count=2, now=office.now)


def claim(office):
    lease = timedelta(minutes=5)
    return office.tx(
        preparation.claim_preparation, node="a", now=office.now, lease=lease
    )


def counts(office, ref):
    return office.tx(campaigns.get, ref).counts


def end(office, claimed, outcome, decision):
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
    office.tx(calls.finish, claimed, outcome, decision, now=office.now)


def deliver(office, claimed):
    outcome = Outcome(ending=Ending.DELIVERED, pages_confirmed=2)
    end(office, claimed, outcome, Done())


def fail(office, claimed):
    outcome = Outcome(ending=Ending.NOT_A_FAX)
    end(office, claimed, outcome, GiveUp(Ending.NOT_A_FAX))


def settle(office, ref):
    verdict = office.tx(canary.settle, ref, now=office.now)
    return verdict and verdict.state


def test_numbers_come_in_batches_and_keep_their_places(office):
    ref = office.campaign(
        office.line(), [], draft=True, wishes=Wishes(expected=5, name="Voeux")
    )
    add(office, ref, numbers(5)[:3])
    add(office, ref, numbers(5)[3:], first=4)

    listed = office.tx(faxes.listing, campaign_ref=ref)

    assert [(fax.ref, fax.position) for fax in listed] == [
        (f"{ref}-{n}", n) for n in range(1, 6)
    ]
    assert [fax.number for fax in listed] == numbers(5)
    assert office.tx(campaigns.get, ref).name == "Voeux"


@pytest.mark.parametrize("order", ["pages-first", "launch-first"])
def test_nothing_leaves_before_launch_and_pages(office, order):
    ref = draft(office, office.line(), 2)
    steps = [render, launch] if order == "pages-first" else [launch, render]

    steps[0](office, ref)
    before = counts(office, ref), office.claim()
    steps[1](office, ref)

    assert before == ({FaxState.WAITING: 2}, [])
    assert counts(office, ref) == {FaxState.QUEUED: 2}
    assert office.claim()


def test_a_launch_for_later_is_planned(office):
    ref = draft(office, office.line(), 2)
    render(office, ref)
    at = office.now + timedelta(hours=3)

    launched = launch(office, ref, due_at=at)

    assert launched is DraftAnswer.DONE
    assert counts(office, ref) == {FaxState.SCHEDULED: 2}
    assert office.tx(campaigns.get, ref).due_at == at


def test_a_list_that_was_not_written_to_its_end_is_not_launched(office):
    ref = office.campaign(office.line(), [], draft=True, wishes=Wishes(expected=3))
    empty = launch(office, ref)
    add(office, ref, numbers(2))

    assert (empty, launch(office, ref)) == (DraftAnswer.INCOMPLETE,) * 2
    add(office, ref, numbers(3)[2:], first=3)
    assert launch(office, ref) is DraftAnswer.DONE


def test_what_was_launched_is_no_draft_any_more(office):
    ref = draft(office, office.line(), 1)
    launch(office, ref)

    assert launch(office, ref) is DraftAnswer.NOT_A_DRAFT
    assert add(office, ref, numbers(2)) is DraftAnswer.NOT_A_DRAFT
    edited = office.tx(drafts.edit, ref, Changes(name="x"), now=office.now)
    assert edited is DraftAnswer.NOT_A_DRAFT
    assert launch(office, "NONE") is DraftAnswer.NOT_A_DRAFT


def test_another_document_or_quality_is_rendered_again(office):
    ref = draft(office, office.line(), 1)
    render(office, ref)
    other = NewDocument(name="b.pdf", content=Content.of(b"another"))

    def edit(**changes):
        office.tx(drafts.edit, ref, Changes(**changes), now=office.now)
        return office.tx(campaigns.get, ref)

    named = edit(name="Voeux", quality=Quality.PREMIUM)
    finer = edit(quality=Quality.BEST)
    render(office, ref)
    replaced = edit(documents=(other,))

    assert (named.state, named.name) == (CampaignState.READY, "Voeux")
    assert (finer.state, finer.pages) == (CampaignState.PREPARING, None)
    assert replaced.state is CampaignState.PREPARING
    assert replaced.names == ("b.pdf",)


def test_an_edit_while_pages_are_made_offers_the_draft_again(office):
    ref = draft(office, office.line(), 1)
    old = claim(office)

    edited = office.tx(drafts.edit, ref, Changes(quality=Quality.BEST), now=office.now)
    new = claim(office)

    assert edited is DraftAnswer.DONE
    assert new.quality is Quality.BEST
    assert not office.tx(preparation.is_edition, ref, old.edition)
    assert office.tx(preparation.is_edition, ref, new.edition)


def test_new_numbers_take_the_place_of_the_old(office):
    ref = draft(office, office.line(), 3)

    office.tx(drafts.edit, ref, Changes(expected=1), now=office.now)
    add(office, ref, ["+33366720307"])

    listed = office.tx(faxes.listing, campaign_ref=ref)
    assert [(fax.number, fax.ref) for fax in listed] == [("+33366720307", ref)]
    assert launch(office, ref) is DraftAnswer.DONE


def test_a_proof_must_have_arrived_where_one_is_wanted(office):
    line = office.line()
    ref = draft(office, line, 2, needs_proof=True)
    proof = office.queue(
        line,
        ["+33366720307"],
        wishes=Wishes(origin=ref, relation=Relation.PROOF),
    )

    before = launch(office, ref)
    [claimed] = office.claim()
    deliver(office, claimed)

    assert claimed.ref == proof
    assert (before, launch(office, ref)) == (DraftAnswer.NO_PROOF, DraftAnswer.DONE)


def test_the_failed_numbers_are_copied_with_the_documents(office):
    line = office.line()
    ref = office.queue(line, numbers(3))
    first, second = office.claim(2)
    deliver(office, first)
    fail(office, second)
    copy = office.campaign(
        line, [], documents=(), draft=True, wishes=Wishes(origin=ref)
    )

    office.tx(copies.documents, ref, copy)
    copied = office.tx(
        copies.numbers, ref, copy, states=[FaxState.FAILED], now=office.now
    )

    made = office.tx(campaigns.get, copy)
    assert (copied, made.expected, made.names) == (1, 1, ("a.pdf",))
    [fax] = office.tx(faxes.listing, campaign_ref=copy)
    assert (fax.ref, fax.number, fax.state) == (copy, second.number, FaxState.WAITING)


def test_all_numbers_are_copied_in_their_order(office):
    ref = office.queue(office.line(), numbers(12))
    copy = office.campaign("+33100000001", [], draft=True)

    assert office.tx(copies.numbers, ref, copy, now=office.now) == 12
    listed = office.tx(faxes.listing, campaign_ref=copy)
    assert [fax.number for fax in listed] == numbers(12)
    assert [fax.ref for fax in listed] == [f"{copy}-{n}" for n in range(1, 13)]


def test_a_canary_goes_first_and_lets_the_rest_go_when_it_is_well(office):
    line = office.line(max_calls=9)
    ref = draft(office, line, 5, canary=Canary(2, 50))
    render(office, ref)
    launch(office, ref)
    began = counts(office, ref)
    first, second = office.claim()

    deliver(office, first)
    halfway = settle(office, ref)
    fail(office, second)
    verdicts = settle(office, ref), settle(office, ref)

    assert began == {FaxState.QUEUED: 2, FaxState.WAITING: 3}
    assert halfway is None
    assert verdicts == (CanaryState.PASSED, None)
    assert counts(office, ref)[FaxState.QUEUED] == 3


def test_a_canary_is_stopped_at_once_and_may_be_overruled(office):
    ref = draft(office, office.line(), 5, canary=Canary(4, 20))
    render(office, ref)
    launch(office, ref)

    fail(office, office.claim(1)[0])
    verdict = settle(office, ref)
    again = settle(office, ref)
    before = counts(office, ref)
    overruled = [office.tx(canary.overrule, ref, now=office.now) for _ in range(2)]

    assert (verdict, again) == (CanaryState.STOPPED, None)
    assert before[FaxState.WAITING] == 1
    assert overruled == [True, False]
    assert FaxState.WAITING not in counts(office, ref)


def test_a_canary_of_more_numbers_than_there_are_is_no_rest(office):
    ref = draft(office, office.line(), 2, canary=Canary(10, 0))
    render(office, ref)
    launch(office, ref)

    for claimed in office.claim():
        deliver(office, claimed)

    assert settle(office, ref) is CanaryState.PASSED
    assert office.tx(campaigns.finish_if_all_final, ref, now=office.now)


def test_one_number_is_cancelled(office):
    ref = office.queue(office.line(), numbers(3))

    done = office.tx(campaigns.cancel, ref, number=numbers(3)[1], now=office.now)
    again = office.tx(campaigns.cancel, ref, number=numbers(3)[1], now=office.now)

    assert (done.cancelled, again.cancelled) == (1, 0)
    assert counts(office, ref) == {FaxState.QUEUED: 2, FaxState.CANCELLED: 1}


def test_only_what_is_over_is_hidden(office):
    ref = office.queue(office.line(), numbers(1))
    before = office.tx(drafts.hide, ref, now=office.now)
    office.tx(campaigns.cancel, ref, now=office.now)
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)

    assert (before, office.tx(drafts.hide, ref, now=office.now)) == (False, True)
    assert office.tx(campaigns.listing) == []
    assert office.tx(campaigns.get, ref) is not None


def test_results_tell_of_every_fax_and_its_last_call(office, monkeypatch):
    """In pages: the sixth of two a page has none to follow."""
    monkeypatch.setattr(results, "BATCH", 2)
    ref = office.queue(office.line(max_calls=9), numbers(6))
    other = office.queue("+33100000001", ["+33366720307"])
    for claimed in office.claim(3):
        if claimed.campaign == ref:
            fail(office, claimed)

    told = office.tx(lambda conn: list(results.results(conn, ref)))

    assert [result.number for result in told] == numbers(6)
    failed = [result for result in told if result.state is FaxState.FAILED]
    assert failed
    assert all(
        (result.calls, result.outcome.ending) == (1, Ending.NOT_A_FAX)
        for result in failed
    )
    assert all(
        (result.calls, result.outcome) == (0, None)
        for result in told
        if result.state is FaxState.QUEUED
    )
    assert other not in {result.number for result in told}


def test_a_draft_gets_another_line_and_reply_address(office):
    """
    Its faxes are the other line's too; a line that there is not changes nothing.
    """
    first, second = office.line(), office.line("+33100000002")
    ref = office.campaign(first, ["+33972101010"], draft=True)
    changes = drafts.Changes(line=second, address="paul@example.net")

    no_line = drafts.Changes(line="+33100000009", name="x")
    refused = office.tx(drafts.edit, ref, no_line, now=office.now)
    done = office.tx(drafts.edit, ref, changes, now=office.now)
    campaign = office.tx(campaigns.get, ref)
    nobody = drafts.Changes(no_address=True)
    office.tx(drafts.edit, ref, nobody, now=office.now)

    assert (refused, done) == (drafts.DraftAnswer.NO_LINE, drafts.DraftAnswer.DONE)
    assert (campaign.line, campaign.requester.address) == (second, "paul@example.net")
    assert campaign.name == ""
    assert office.fax(ref).line == second
    assert office.tx(campaigns.get, ref).requester.address is None
    assert office.tx(lines.remove, second) is lines.Removal.IN_USE
    assert office.tx(lines.remove, first) is lines.Removal.REMOVED
