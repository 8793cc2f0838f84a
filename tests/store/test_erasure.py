"""
Erasure: who was erased is not to be found again, in rows nor in files.
"""

import json
from pathlib import Path

import pytest
from sqlalchemy import String, cast, select
from sqlalchemy.engine import make_url

from ecofax_gateway.domain.fax import FaxState
from ecofax_gateway.domain.journal import FarEnd, Journal
from ecofax_gateway.domain.number import FaxNumber
from ecofax_gateway.domain.outcome import Ending, Outcome
from ecofax_gateway.domain.quota import Quota
from ecofax_gateway.domain.retry import Done
from ecofax_gateway.store import (
    calls,
    campaigns,
    erasure,
    faxes,
    housekeeping,
    mails,
    objections,
    portrait,
    quotas,
    replies,
)
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.tables import metadata

ANNE, PAUL = "+33972101010", "+33972101011"
ADDRESS = "anne.durand@example.net"


@pytest.fixture
def used(office):
    """
    A store in which Anne's number and a requester's address have left traces.
    """
    line = office.line()
    office.tx(quotas.put, line, Quota(credit=100))
    mail = mails.NewMail(
        ref="MAYMAYMA",
        envelope_from=ADDRESS,
        recipients=("0972101010@ecofax.fr", "fax@ecofax.fr"),
        peer="192.0.2.1",
        content=Content.of(b"mail to 0972101010"),
    )
    office.tx(mails.accept, mail, now=office.now)
    ref = office.queue(
        line,
        [ANNE, PAUL],
        mail_ref="MAYMAYMA",
        requester=campaigns.Requester(
            address=ADDRESS, message_id="<1@x>", subject="Durand"
        ),
        notes={"duplicates": [ANNE], "bad_numbers": [{"text": "09 72 10 10 10 x"}]},
    )
    for claimed in office.claim(2):
        office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)
        outcome = Outcome(
            ending=Ending.DELIVERED,
            pages_confirmed=3,
            remote_id=FaxNumber(claimed.number).national,
            detail=f"for {claimed.number}",
            journal=Journal(
                far_end=FarEnd(ident=FaxNumber(claimed.number).national),
            ),
        )
        office.tx(calls.finish, claimed, outcome, Done(), now=office.now)
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)
    for n, state in enumerate(("sent", "pending")):
        new = replies.NewReply(
            event_key=f"{n}",
            kind="report",
            campaign=ref,
            to_address=ADDRESS,
            message=b"to 09 72 10 10 10 from anne.durand@example.net",
        )
        office.tx(replies.put, new, now=office.now)
        if state == "sent":
            office.tx(replies.sent, 1, now=office.now)
    office.tx(objections.add, [ANNE], source=ADDRESS, note="0972101010", now=office.now)
    return ref


def everything(conn):
    """
    Every value of every row, as text.
    """
    return "\n".join(
        str(tuple(row))
        for table in metadata.sorted_tables
        for row in conn.execute(select(*(cast(c, String) for c in table.columns)))
    )


def files_of(db_url):
    path = Path(make_url(db_url).database)
    return b"".join(p.read_bytes() for p in path.parent.glob(path.name + "*"))


def test_an_erased_number_is_nowhere(office, used, url):
    forms = erasure.written_forms(FaxNumber(ANNE))
    before = office.tx(everything)
    assert all(form in before for form in (ANNE, "0972101010", "09 72 10 10 10"))

    done = office.tx(erasure.erase_number, ANNE, now=office.now)

    assert done["faxes"] == 1
    assert done["calls"] == 1
    assert done["replies"] == 2
    after = office.tx(everything)
    assert not [form for form in forms if form in after]
    assert PAUL in after
    anne, paul = office.tx(faxes.listing, campaign_ref=used)
    assert (anne.number, anne.state) == (erasure.ERASED, FaxState.SENT)
    assert paul.number == PAUL
    assert office.tx(objections.blocking, ANNE, line="+33100000001")
    assert office.db.compact()
    if url.startswith("sqlite"):
        content = files_of(url)
        assert PAUL.encode() in content
        assert not [form for form in forms if form.encode() in content]


def test_an_erased_address_is_nowhere(office, used, url):
    done = office.tx(erasure.erase_address, ADDRESS.upper(), now=office.now)

    assert done["orders"] == 1
    assert done["mails"] == 1
    assert done["documents"] == 1
    assert ADDRESS not in office.tx(everything)
    assert office.db.compact()
    if url.startswith("sqlite"):
        assert ADDRESS.encode() not in files_of(url)
        assert b"a document" not in files_of(url)


def test_what_waits_for_an_erased_number_is_cancelled_and_paid_back(office):
    line = office.line()
    office.tx(quotas.put, line, Quota(credit=6))
    ref = office.queue(line, [ANNE, PAUL])

    done = office.tx(erasure.erase_number, ANNE, now=office.now)

    assert done["faxes cancelled"] == 1
    assert done.ended == {ref}
    office.tx(campaigns.finish_if_all_final, ref, now=office.now)
    assert office.tx(quotas.get, line).credit == 3
    assert [claimed.number for claimed in office.claim()] == [PAUL]


def test_a_call_under_way_is_told_to_end_and_erased_later(office):
    line = office.line()
    ref = office.queue(line, [ANNE])
    [claimed] = office.claim()
    office.tx(calls.intend, claimed, pages_sha256="x", now=office.now)

    done = office.tx(erasure.erase_number, ANNE, now=office.now)

    assert done["calls under way (erase again later)"] == 1
    assert office.tx(calls.to_hang_up, node="a", epoch=office.epoch) == [ref]
    outcome = Outcome(ending=Ending.DELIVERED, pages_confirmed=3)
    office.tx(calls.finish, claimed, outcome, Done(), now=office.now)
    assert office.tx(erasure.erase_number, ANNE, now=office.now)["faxes"] == 1
    assert ANNE not in office.tx(everything)


def test_large_contents_are_named_so_that_their_files_can_go(office):
    large = office.db.sync_keep(b"x" * 300_000)
    document = campaigns.NewDocument(name="a.pdf", content=large)
    ref = office.queue(office.line(), [ANNE], documents=(document,))
    office.tx(campaigns.cancel, ref, now=office.now)

    done = office.tx(erasure.erase_number, ANNE, now=office.now)

    assert done.files == ({large.spool} if large.spool else set())
    assert not done.files & office.tx(housekeeping.spool_names)


def test_pages_that_another_order_holds_stay(office, used):
    other = office.queue(office.line("+33100000002"), [PAUL])

    office.tx(erasure.erase_address, ADDRESS, now=office.now)

    kept = office.tx(portrait.of_line, "+33100000002")
    assert [each["name"] for each in kept["documents"]] == ["a.pdf"]
    assert [each["ref"] for each in kept["orders"]] == [other]


def test_the_portrait_of_a_line_has_all_but_secrets(office, used):
    told = office.tx(portrait.of_line, "+33100000001")

    text = json.dumps(told)
    assert ANNE in text
    assert ADDRESS in text
    assert "argon2id" not in text
    assert [len(told[k]) for k in ("orders", "faxes", "calls", "replies")] == [
        1,
        2,
        2,
        2,
    ]
    assert told["quota"][0]["credit"] == 94
    assert office.tx(portrait.of_line, "+33199999999") is None
