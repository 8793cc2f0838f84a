from ipaddress import ip_network

import pytest

from ecofax_gateway.smtp.visitors import HOUR, MINUTE, Limits, Visitors

RELAY, STRANGER = "10.0.0.1", "198.51.100.7"
TRUSTED = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def visitors(**limits):
    return Visitors(TRUSTED, strangers=True, limits=Limits(**limits))


def test_strangers_stay_outside_unless_they_may_log_in():
    closed = Visitors(TRUSTED)

    refusal = closed.enter(STRANGER, now=0)

    assert refusal.reply.startswith("554 5.7.1 ")
    assert "smtp.trusted_networks" in refusal.log
    assert closed.enter(RELAY, now=0) is None
    assert closed.enter("::ffff:10.0.0.1", now=0) is None
    assert closed.enter("fd00::1%eth0", now=0) is None
    assert visitors().enter(STRANGER, now=0) is None


def test_what_is_no_address_is_turned_away():
    assert visitors().enter("", now=0).reply.startswith("554 ")


def test_a_stranger_has_some_connections_and_a_relay_all():
    house = visitors(connections=100, per_stranger=2)

    strangers = [house.enter(STRANGER, now=0) for _ in range(3)]
    relay = [house.enter(RELAY, now=0) for _ in range(20)]

    assert strangers[:2] == [None, None]
    assert strangers[2].reply.startswith("421 4.7.0 ")
    assert relay == [None] * 20
    house.leave(STRANGER)
    assert house.enter(STRANGER, now=0) is None


def test_strangers_together_leave_room_for_the_relay():
    house = visitors(connections=8)

    let_in = [house.enter(f"198.51.100.{n}", now=0) is None for n in range(8)]

    assert let_in == [True] * 6 + [False] * 2
    assert [house.enter(RELAY, now=0) is None for _ in range(3)] == [True, True, False]


def test_one_ipv6_customer_is_one_stranger():
    house = visitors(per_stranger=1)

    assert house.enter("2001:db8:1:1::1", now=0) is None
    assert house.enter("2001:db8:1:1:ffff::2", now=0) is not None
    assert house.enter("2001:db8:1:2::1", now=0) is None


def test_connections_in_a_minute_are_counted():
    house = visitors(per_minute=3)

    def visit(now):
        refusal = house.enter(STRANGER, now=now)
        if refusal is None:
            house.leave(STRANGER)
        return refusal is None

    assert [visit(now) for now in (0, 1, 2, 3)] == [True, True, True, False]
    assert visit(MINUTE)  # the first was a minute ago
    assert not visit(MINUTE)


@pytest.mark.parametrize("peer", [STRANGER, RELAY])
def test_passwords_are_guessed_slowly(peer):
    house = visitors(failed_logins=2)

    for now in (0, 1):
        assert house.may_log_in(peer, now=now)
        house.login_failed(peer, now=now)

    assert not house.may_log_in(peer, now=2)
    assert house.may_log_in("198.51.100.8", now=2)
    assert house.may_log_in(peer, now=HOUR)
    assert not house.may_log_in("nobody", now=0)
