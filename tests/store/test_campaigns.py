"""
An order from its creation to its end.
"""

from datetime import timedelta

import pytest

from ecofax_gateway.domain.document import Quality
from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.line import FaxLine
from ecofax_gateway.domain.order import Requester, Source
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import calls, campaigns, faxes, lines, mails, preparation
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.states import CampaignState, MailState

LEASE = timedelta(minutes=5)


def deliver_all(office):
    while claimed := office.claim():
        for each in claimed:
            office.tx(calls.intend, each, pages_sha256="x", now=office.now)
            outcome = Outcome(ending=Ending.DELIVERED, pages_confirmed=3)
            office.tx(calls.finish, each, outcome, Done(), now=office.now)


def accept(office, data=b"mail"):
    new = mails.NewMail(
        ref=next(office.refs),
        envelope_from="anne@example.net",
        recipients=("0972101010@fax.example",),
        peer="127.0.0.1",
        content=Content.of(data),
    )
    return office.tx(mails.accept, new, now=office.now)


def test_what_is_stored_comes_back(office):
    requester = Requester(address="a@b.fr", message_id="<1@b.fr>", subject="Devis")
    due_at = office.now + timedelta(hours=2)
    ref = office.campaign(
        office.line(),
        ["+33972101010", "+33972101011"],
        requester=requester,
        due_at=due_at,
        warnings=("Deux heures sont devenues trois.",),
        notes={"ignored": ["logo.gif"]},
    )

    campaign = office.tx(campaigns.get, ref)

    assert (campaign.requester, campaign.due_at) == (requester, due_at)
    assert (campaign.source, campaign.quality) == (Source.MAIL, Quality.PREMIUM)
    assert campaign.warnings == ("Deux heures sont devenues trois.",)
    assert campaign.notes == {"ignored": ["logo.gif"]}
    assert campaign.names == ("a.pdf",)
    assert campaign.counts == {FaxState.WAITING: 2}
    assert [fax.ref for fax in office.tx(faxes.listing, campaign_ref=ref)] == [
        f"{ref}-1",
        f"{ref}-2",
    ]


def test_a_mail_is_ordered_once(office):
    line = office.line()
    mail = accept(office)
    office.campaign(line, ["+33972101010"], ref=mail, mail_ref=mail)

    assert office.tx(mails.get, mail).state is MailState.ORDERED
    again = campaigns.NewCampaign(
        ref="OTHER",
        line=line,
        trunk="main",
        source=Source.MAIL,
        mail_ref=mail,
        requester=Requester(address=None),
        quality=Quality.NORMAL,
        documents=(),
        numbers=("+33972101010",),
    )
    created = office.tx(campaigns.create, again, now=office.now)
    assert created is campaigns.Creation.REPEATED
    assert office.tx(campaigns.get, "OTHER") is None


def test_there_is_no_campaign_without_its_line(office):
    new = campaigns.NewCampaign(
        ref="OTHER",
        line="+33199999999",
        trunk="main",
        source=Source.COMMAND,
        requester=Requester(address=None),
        quality=Quality.NORMAL,
        documents=(),
        numbers=("+33972101010",),
    )

    created = office.tx(campaigns.create, new, now=office.now)

    assert created is campaigns.Creation.LINE_GONE


def test_text_of_strangers_is_storable(office):
    requester = Requester(address="a@b.fr", subject="nul\0 and lone \udcff surrogate")
    ref = office.campaign(
        office.line(),
        ["+33972101010"],
        requester=requester,
        notes={"ignored": ["\0\udcff"]},
    )

    campaign = office.tx(campaigns.get, ref)

    assert campaign.requester.subject == "nul and lone ? surrogate"
    assert campaign.notes == {"ignored": ["\0\udcff"]}


def test_listing_gives_the_newest_first_in_pages(office):
    line = office.line()
    refs = [office.campaign(line, [f"+3397210101{n}"]) for n in range(3)]
    other = office.campaign(office.line("+33100000002"), ["+33972101010"])

    page = office.tx(campaigns.listing, line=line, limit=2)
    rest = office.tx(campaigns.listing, line=line, before=page[-1].id)

    assert [each.ref for each in page] == refs[:0:-1]
    assert [each.ref for each in rest] == refs[:1]
    assert office.tx(campaigns.listing, limit=1)[0].ref == other


def test_preparation_is_leased(office):
    ref = office.campaign(office.line(), ["+33972101010"])

    def claim():
        return office.tx(
            preparation.claim_preparation, node="a", now=office.now, lease=LEASE
        )

    first, rival = claim(), claim()
    office.later(minutes=5)
    second = claim()
    office.later(minutes=5)
    third = claim()
    office.later(minutes=4)
    not_yet = office.tx(preparation.poisoned, now=office.now)
    office.later(minutes=1)

    assert (first.ref, first.tries, first.documents[0].name) == (ref, 1, "a.pdf")
    assert rival is None
    assert (second.tries, third.tries) == (2, 3)
    assert claim() is None
    assert (not_yet, office.tx(preparation.poisoned, now=office.now)) == ([], [ref])
    document = first.documents[0].id
    assert office.tx(preparation.document_bytes, document) == b"a document"


def test_pages_are_kept_once(office):
    def keep(data):
        return office.tx(
            preparation.rendered,
            "d0c",
            196,
            Content.of(data),
            count=2,
            warnings=("Petit texte.",),
            now=office.now,
        )

    assert office.tx(preparation.find_pages, "d0c", 196) is None
    assert (keep(b"tiff"), keep(b"another")) == (True, False)
    found = office.tx(preparation.find_pages, "d0c", 196)
    assert (found.tiff, found.count, found.warnings) == (b"tiff", 2, ("Petit texte.",))
    assert office.tx(preparation.find_pages, "d0c", 98) is None


@pytest.mark.parametrize(
    ("delay", "state"),
    [
        pytest.param(None, FaxState.QUEUED, id="at-once"),
        pytest.param(timedelta(0), FaxState.QUEUED, id="now"),
        pytest.param(timedelta(seconds=1), FaxState.SCHEDULED, id="later"),
    ],
)
def test_release_lets_the_faxes_go(office, delay, state):
    due_at = None if delay is None else office.now + delay
    ref = office.campaign(office.line(), ["+33972101010"], due_at=due_at)

    released = office.tx(
        preparation.release, ref, page_count=4, warnings=["Flou."], now=office.now
    )
    again = office.tx(preparation.release, ref, page_count=4, now=office.now)

    campaign = office.tx(campaigns.get, ref)
    assert (released, again) == (1, 0)
    assert (campaign.state, campaign.pages) == (CampaignState.READY, 4)
    assert campaign.warnings == ("Flou.",)
    assert campaign.counts == {state: 1}


def test_documents_that_cannot_be_pages_fail_the_campaign(office):
    ref = office.campaign(office.line(), ["+33972101010"])

    def fail():
        return office.tx(preparation.fail_preparation, ref, "no pages", now=office.now)

    assert (fail(), fail()) == (True, False)
    campaign = office.tx(campaigns.get, ref)
    assert (campaign.state, campaign.finished_at) == (CampaignState.FAILED, office.now)
    assert office.fax(ref).ending is Ending.LOCAL_FAULT
    assert not office.tx(campaigns.finish_if_all_final, ref, now=office.now)


def test_a_campaign_finishes_once_with_its_last_fax(office):
    ref = office.queue(office.line(), ["+33972101010", "+33972101011"])

    def finish():
        return office.tx(campaigns.finish_if_all_final, ref, now=office.now)

    before = finish()
    deliver_all(office)

    assert (before, finish(), finish()) == (False, True, False)
    assert office.tx(campaigns.get, ref).state is CampaignState.FINISHED


@pytest.mark.parametrize("state", ["preparing", "scheduled", "queued"])
def test_cancelling_before_any_call_finishes_all(office, state):
    due_at = office.now + timedelta(hours=1) if state == "scheduled" else None
    make = office.campaign if state == "preparing" else office.queue
    ref = make(office.line(), ["+33972101010", "+33972101011"], due_at=due_at)

    cancellation = office.tx(campaigns.cancel, ref, now=office.now)

    assert cancellation == campaigns.Cancellation(2, ())
    assert office.tx(campaigns.finish_if_all_final, ref, now=office.now)
    assert office.tx(preparation.release, ref, page_count=1, now=office.now) == 0
    assert office.claim() == []
    assert office.tx(campaigns.cancel, ref, now=office.now).cancelled == 0


def test_there_is_nothing_to_cancel_under_an_unknown_reference(office):
    assert office.tx(campaigns.cancel, "NONE", now=office.now) is None
    assert office.tx(campaigns.get, "NONE") is None
    assert office.fax("NONE") is None


def test_lines_are_kept(office):
    line = FaxLine(number="+33366720307", name="Mairie", password_hash="h", max_calls=3)

    assert office.tx(lines.add, line, now=office.now)
    assert not office.tx(lines.add, line, now=office.now)
    assert office.tx(lines.set_password_hash, line.number, "other")
    assert office.tx(lines.get, line.number).password_hash == "other"
    assert not office.tx(lines.set_password_hash, "+33366720308", "other")
    assert [each.line.name for each in office.tx(lines.listing)] == ["Mairie"]


def test_a_line_with_faxes_to_send_stays(office):
    number = office.line()
    ref = office.queue(number, ["+33972101010"])
    in_use = office.tx(lines.remove, number)
    office.tx(campaigns.cancel, ref, now=office.now)

    assert in_use is lines.Removal.IN_USE
    assert office.tx(lines.remove, number) is lines.Removal.REMOVED
    assert office.tx(lines.remove, number) is lines.Removal.ABSENT
    assert office.tx(campaigns.get, ref).line == number
