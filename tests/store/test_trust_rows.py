"""
Guesses, lists of senders and levels of mails, in both databases.
"""

from datetime import timedelta
from ipaddress import ip_network

import pytest

from ecofax_gateway.domain.guesses import (
    LINE_AND_SENDER,
    subjects_of_login,
    subjects_of_mail,
)
from ecofax_gateway.domain.trust import HANDED_IN, UNKNOWN, AllowList, Level, Trust
from ecofax_gateway.store import allow_lists, erasure, guesses, lines, mails
from ecofax_gateway.store.content import Content
from ecofax_gateway.store.mails import NewMail

LINE = "+33366720307"
STRANGER, RELAY = "198.51.100.7", None


def of(sender, level=Level.PROVEN, peer=RELAY, line=LINE):
    return subjects_of_mail(line, sender=sender, level=level, peer=peer)


def fail(office, subjects, times):
    return [
        office.tx(guesses.count_failure, subjects, now=office.now) for _ in range(times)
    ]


def is_locked(office, subjects):
    return office.tx(guesses.locked_until, subjects, now=office.now) is not None


def test_the_fifth_wrong_password_locks_a_sender_and_no_other(office):
    anne = of("anne@cabinet.example")

    assert fail(office, anne, 5) == [False] * 4 + [True]

    assert is_locked(office, of("Paul@Cabinet.example"))
    assert not is_locked(office, of("anne@autre.example"))
    assert not is_locked(office, of("anne@cabinet.example", line="+33366720308"))
    office.later(minutes=15)
    assert not is_locked(office, anne)


def test_whoever_writes_a_senders_address_does_not_lock_him_out(office):
    fail(office, of("anne@cabinet.example", Level.CLAIMED, STRANGER), 5)

    assert is_locked(office, of("anne@cabinet.example", Level.CLAIMED, STRANGER))
    assert not is_locked(office, of("anne@cabinet.example", Level.PROVEN))


def test_a_new_name_each_time_helps_a_guesser_little(office):
    """His address is counted, and all who are not proven together."""
    for n in range(20):
        fail(office, of(f"x@n{n}.example", Level.CLAIMED, STRANGER), 1)
    other_line = of("y@new.example", Level.CLAIMED, STRANGER, line="+33100000001")
    assert is_locked(office, other_line)
    for n in range(30):
        fail(office, of(f"x@m{n}.example", Level.CLAIMED, f"198.51.100.{n + 10}"), 1)

    assert is_locked(office, of("z@o.example", Level.CLAIMED, "203.0.113.9"))
    assert not is_locked(office, of("z@o.example", Level.ATTESTED, "203.0.113.9"))


def test_one_ipv6_customer_is_one_guesser(office):
    fail(office, subjects_of_login(LINE, "2001:db8:1:1::1"), 5)

    assert is_locked(office, subjects_of_login(LINE, "2001:db8:1:1:ffff::2"))
    assert not is_locked(office, subjects_of_login(LINE, "2001:db8:1:2::1"))


def test_an_operator_can_lift_the_locks_of_a_line(office):
    fail(office, of("anne@cabinet.example"), LINE_AND_SENDER.failures)
    fail(office, subjects_of_login(LINE, STRANGER), LINE_AND_SENDER.failures)

    assert office.tx(guesses.forget_line, LINE) == 2

    assert not is_locked(office, of("anne@cabinet.example"))
    assert not is_locked(office, subjects_of_login(LINE, STRANGER))


def test_old_failures_are_forgotten(office):
    fail(office, of("anne@cabinet.example"), 1)
    office.tx(guesses.was_deferred, "aa", now=office.now)
    assert office.tx(guesses.forget, now=office.now + timedelta(days=1)) == 0

    assert office.tx(guesses.forget, now=office.now + timedelta(days=3)) == 2


def test_a_mail_is_put_off_once(office):
    first = office.tx(guesses.was_deferred, "aa", now=office.now)
    again = office.tx(guesses.was_deferred, "aa", now=office.now)
    other = office.tx(guesses.was_deferred, "bb", now=office.now)

    assert (first, again, other) == (False, True, False)


def test_a_list_belongs_to_a_line_and_goes_with_it(office):
    number = office.line()
    change = {
        "allow": ["anne@cabinet.example", "etude.example"],
        "open_to": ["10.1.0.0/16"],
    }

    assert office.tx(allow_lists.change, number, **change)
    assert office.tx(allow_lists.change, number, **change)  # the same again
    assert office.tx(allow_lists.get, number) == AllowList(
        senders=frozenset(change["allow"]), networks=(ip_network("10.1.0.0/16"),)
    )
    assert not office.tx(allow_lists.change, "+33900000000", allow=["x@y.example"])
    office.tx(
        allow_lists.change, number, forbid=["etude.example"], close_to=["10.1.0.0/16"]
    )
    assert office.tx(allow_lists.get, number) == AllowList(
        senders=frozenset({"anne@cabinet.example"})
    )
    office.tx(lines.remove, number)
    assert office.tx(allow_lists.get, number) == AllowList()


@pytest.mark.parametrize(
    "trust",
    [
        HANDED_IN,
        UNKNOWN,
        Trust(level=Level.CLAIMED, address="anne@cabinet.example", detail="dkim=none"),
    ],
)
def test_a_mail_keeps_its_level(office, trust):
    new = NewMail(
        ref="AAAA",
        envelope_from="anne@cabinet.example",
        recipients=("fax@ecofax.fr",),
        peer=STRANGER,
        content=Content.of(b"mail"),
        trust=trust,
    )
    office.tx(mails.accept, new, now=office.now)

    assert office.tx(mails.get, "AAAA").trust == trust


def test_an_erased_sender_is_in_no_mail_and_his_line_stays_closed(office):
    """A list whose last entry goes opens its line to everybody with the password."""
    number = office.line()
    office.tx(allow_lists.change, number, allow=["anne@cabinet.example"])
    test_a_mail_keeps_its_level(
        office,
        Trust(level=Level.PROVEN, address="anne@cabinet.example", detail="dkim=pass"),
    )
    office.tx(mails.mark_refused, "AAAA", "no-number", now=office.now)

    done = office.tx(erasure.erase_address, "Anne@cabinet.example", now=office.now)

    assert done["lists of lines he is on (kept; see: line allow --remove)"] == 1
    assert office.tx(allow_lists.get, number).senders
    assert office.tx(mails.get, "AAAA").trust == Trust(level=Level.PROVEN)
