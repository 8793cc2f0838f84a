"""
What was answered with 250, and what is answered to it.
"""

import asyncio
from datetime import timedelta

from ecofax_gateway.store import mails, nodes, replies
from ecofax_gateway.store.content import INLINE_BYTES, Content
from ecofax_gateway.store.mails import Duplicate, NewMail
from ecofax_gateway.store.states import MailState, ReplyState

LEASE = timedelta(minutes=5)


def new_mail(ref, data=b"mail", recipients=("0972101010@fax.example",)):
    return NewMail(
        ref=ref,
        envelope_from="",
        recipients=recipients,
        peer="127.0.0.1",
        content=Content.of(data),
    )


def accept(office, *args, **kwargs):
    return office.tx(mails.accept, new_mail(*args, **kwargs), now=office.now)


def claim(office, node="a"):
    return office.tx(mails.claim_mail, node=node, now=office.now, lease=LEASE)


def test_an_accepted_mail_is_there(office):
    accept(office, "AAAA", b"\0\xff bytes")

    mail = claim(office)

    assert (mail.ref, mail.tries, mail.state) == ("AAAA", 1, MailState.ACCEPTED)
    assert (mail.recipients, mail.received_at) == (
        ("0972101010@fax.example",),
        office.now,
    )
    assert office.tx(mails.body, "AAAA") == b"\0\xff bytes"


def test_a_mail_that_was_dealt_with_leaves_no_bytes(office):
    """The fax password was among them."""
    accept(office, "AAAA", b"p:secret")

    assert office.tx(mails.mark_refused, "AAAA", "no-number", now=office.now)
    assert office.tx(mails.body, "AAAA") is None
    assert office.tx(mails.get, "AAAA").spool is None


def test_the_same_mail_is_accepted_once_a_day(office):
    first = accept(office, "AAAA", recipients=("A@x.fr", "b@x.fr"))
    office.later(hours=23, minutes=59)
    again = accept(office, "BBBB", recipients=("b@x.fr", "a@X.fr"))
    office.later(minutes=1)
    next_day = accept(office, "CCCC", recipients=("a@x.fr", "b@x.fr"))
    office.later(hours=1)

    assert (first, again, next_day) == ("AAAA", Duplicate("AAAA"), "CCCC")
    assert office.tx(mails.get, "BBBB") is None
    assert accept(office, "DDDD", recipients=("b@x.fr", "a@x.fr")) == Duplicate("CCCC")


def test_other_bytes_or_other_recipients_are_another_mail(office):
    accept(office, "AAAA")

    assert accept(office, "BBBB", b"other") == "BBBB"
    assert accept(office, "CCCC", recipients=("0972101011@fax.example",)) == "CCCC"


async def test_of_the_same_mail_offered_at_once_one_is_accepted(office):
    refs = [f"R{n}" for n in range(12)]

    answers = await asyncio.gather(
        *(office.db.tx(mails.accept, new_mail(ref), now=office.now) for ref in refs)
    )

    (winner,) = [answer for answer in answers if isinstance(answer, str)]
    assert answers.count(Duplicate(winner)) == 11


def test_mails_that_are_accepted_together_are_told_apart(office):
    accept(office, "AAAA", b"known")
    together = [
        new_mail("BBBB", b"new"),
        new_mail("CCCC", b"known"),
        new_mail("DDDD", b"new"),
        new_mail("EEEE", b"newer"),
    ]

    answers = office.tx(mails.accept_all, together, now=office.now)

    assert answers == ["BBBB", Duplicate("AAAA"), Duplicate("BBBB"), "EEEE"]
    kept = [office.tx(mails.body, ref) for ref in ("BBBB", "CCCC", "DDDD", "EEEE")]
    assert kept == [b"new", None, None, b"newer"]


def test_a_mail_is_leased_oldest_first(office):
    accept(office, "BBBB", b"1")
    office.later(seconds=1)
    accept(office, "AAAA", b"2")

    claimed = [claim(office), claim(office), claim(office)]

    assert [mail and mail.ref for mail in claimed] == ["BBBB", "AAAA", None]


def test_a_mail_that_kills_its_workers_is_poisoned(office):
    accept(office, "AAAA")
    for tries in (1, 2, 3):
        assert claim(office).tries == tries
        assert office.tx(mails.poisoned, now=office.now) == []
        office.later(minutes=5)

    assert claim(office) is None
    assert office.tx(mails.poisoned, now=office.now) == ["AAAA"]
    assert office.tx(mails.mark_refused, "AAAA", "poison", now=office.now)
    assert office.tx(mails.poisoned, now=office.now) == []


def test_a_mail_is_refused_once(office):
    accept(office, "AAAA")

    def refuse():
        return office.tx(mails.mark_refused, "AAAA", "bad-password", now=office.now)

    assert (refuse(), refuse()) == (True, False)
    mail = office.tx(mails.get, "AAAA")
    assert (mail.state, mail.code) == (MailState.REFUSED, "bad-password")
    assert claim(office) is None


def test_a_restart_frees_the_leases_of_its_node(office):
    accept(office, "AAAA")
    accept(office, "BBBB", b"other")
    claim(office)
    claim(office, node="b")
    office.tx(nodes.begin, "a", now=office.now)

    assert claim(office).ref == "AAAA"
    assert claim(office) is None


async def test_large_mails_come_back_whole(db, office):
    for size in (INLINE_BYTES, INLINE_BYTES + 1):
        data = b"x" * size
        content = await db.keep(data)
        new = NewMail(
            ref=str(size), envelope_from="", recipients=(), peer="", content=content
        )
        await db.tx(mails.accept, new, now=office.now)

        assert await db.read(mails.body, str(size)) == data


def reply(key="report:AAAA"):
    return replies.NewReply(
        event_key=key, kind="report", campaign="AAAA", to_address="a@b", message=b"Hi"
    )


def test_an_event_is_answered_once(office):
    assert office.tx(replies.put, reply(), now=office.now)
    assert not office.tx(replies.put, reply(), now=office.now)


def test_a_reply_is_tried_until_it_is_sent(office):
    def due():
        return office.tx(replies.claim_due, node="a", now=office.now, lease=LEASE)

    office.tx(replies.put, reply(), now=office.now)
    first, rival = due(), due()
    at = office.now + timedelta(minutes=10)
    assert office.tx(replies.postpone, first.id, at=at, error="451")
    too_early = due()
    office.later(minutes=10)
    second = due()

    assert (first.message, first.tries) == (b"Hi", 1)
    assert (rival, too_early) == (None, None)
    assert second.tries == 2
    assert office.tx(replies.sent, second.id, now=office.now)
    assert not office.tx(replies.drop, second.id, "late", now=office.now)
    assert not office.tx(replies.postpone, second.id, at=at, error="late")
    assert due() is None
    (status,) = office.tx(replies.of_campaign, "AAAA")
    assert (status.state, status.finished_at) == (ReplyState.SENT, office.now)


def test_a_reply_can_be_given_up(office):
    office.tx(replies.put, reply(), now=office.now)
    due = office.tx(replies.claim_due, node="a", now=office.now, lease=LEASE)

    assert office.tx(replies.drop, due.id, "550 no such user", now=office.now)
    (status,) = office.tx(replies.of_campaign, "AAAA")
    assert (status.state, status.last_error) == (ReplyState.DROPPED, "550 no such user")


def test_nodes_live_one_life_at_a_time(office):
    """
    The fixture began node "a" at noon; another node fences it.
    """
    beats = office.tx(nodes.beat, "a", 1, now=office.now)
    since = office.later(minutes=1)
    silent = office.tx(nodes.silent, since=since)
    epoch = office.tx(nodes.fence, "a", 1, since=since, now=since)

    assert beats
    assert (silent, epoch) == ([("a", 1)], 2)
    assert not office.tx(nodes.beat, "a", 1, now=office.now)
    assert office.tx(nodes.fence, "a", 1, since=since, now=since) is None
    assert office.tx(nodes.begin, "a", now=since) == 3


def test_a_node_that_is_heard_is_not_fenced(office):
    since = office.later(minutes=1)
    office.tx(nodes.beat, "a", 1, now=since)

    assert office.tx(nodes.silent, since=since) == []
    assert office.tx(nodes.fence, "a", 1, since=since, now=since) is None
