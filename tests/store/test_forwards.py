"""
Mail for the postmaster in the outbox: how much of it, and for how long.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from ecofax_gateway.store import forwards, replies
from ecofax_gateway.store.forwards import MOST_OF_ONE, Forward
from ecofax_gateway.store.tables import reply

MAIL = Forward(
    sender="Anne@cabinet.example", sha256="0" * 64, to_address="root@keeper.example",
    message=b"Subject: spam\r\n\r\np:Secret7\r\n",
)  # fmt: skip
LEASE = timedelta(minutes=5)


def offer(office, n=0, **other):
    mail = replace(MAIL, sha256=f"{n:064}", **other)
    return office.tx(forwards.forward, mail, now=office.now)


def claimed(office):
    return office.tx(replies.claim_due, node="n", now=office.now, lease=LEASE)


def test_a_sender_is_one_however_it_is_written(office):
    taken = [offer(office, n) for n in range(MOST_OF_ONE)]
    too_many = offer(office, MOST_OF_ONE, sender="ANNE@CABINET.EXAMPLE")
    other = offer(office, MOST_OF_ONE, sender="paul@cabinet.example")
    nobody = offer(office, MOST_OF_ONE, sender="")
    office.later(hours=1)
    later = offer(office, MOST_OF_ONE)

    assert all(taken)
    assert (too_many, other, nobody, later) == (False, True, True, True)


def test_the_same_mail_is_there_once(office):
    assert offer(office)
    assert offer(office)

    due = claimed(office)
    assert (due.kind, due.to_address) == (replies.FORWARDED, MAIL.to_address)
    assert due.message == MAIL.message
    assert claimed(office) is None


@pytest.mark.parametrize("end", ["sent", "dropped"])
def test_its_text_goes_when_it_has_left_or_was_given_up(office, end):
    offer(office)
    due = claimed(office)

    if end == "sent":
        assert office.tx(replies.sent, due.id, now=office.now)
    else:
        assert office.tx(replies.drop, due.id, "550 no", now=office.now)

    [row] = office.tx(lambda conn: conn.execute(select(reply)).mappings().all())
    assert (row["state"], row["message"]) == (end, None)
