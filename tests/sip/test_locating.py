"""
The order of RFC 3263 and RFC 2782.
"""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.sip.hop import Transport
from ecofax_gateway.sip.locating import (
    MAX_SERVERS,
    Naptr,
    Server,
    Service,
    Srv,
    is_name,
    last_resort,
    servers,
    services,
    without_records,
)

UDP, TCP, TLS = Transport.UDP, Transport.TCP, Transport.TLS


def srv(target, priority=10, weight=0, port=5060):
    return Srv(priority=priority, weight=weight, port=port, target=target)


def naptr(service, order=10, preference=10, flags="s", replacement="_x.example.net."):
    return Naptr(
        order=order,
        preference=preference,
        flags=flags,
        service=service,
        replacement=replacement,
    )


@pytest.mark.parametrize(
    ("host", "port", "transport", "server"),
    [
        ("192.0.2.1", 0, None, Server("192.0.2.1", 5060, UDP)),
        ("192.0.2.1", 0, TLS, Server("192.0.2.1", 5061, TLS)),
        ("2001:db8::1", 5070, TCP, Server("2001:db8::1", 5070, TCP)),
        ("example.net", 5070, None, Server("example.net", 5070, UDP)),
        ("example.net", 5070, TLS, Server("example.net", 5070, TLS)),
        ("example.net", 0, None, None),
        ("example.net", 0, TCP, None),
    ],
)
def test_what_needs_no_records(host, port, transport, server):
    assert without_records(host, port, transport) == server


def test_without_any_record_the_host_itself_is_asked():
    assert last_resort("example.net", 0, None) == Server("example.net", 5060, UDP)
    assert last_resort("example.net", 0, TLS) == Server("example.net", 5061, TLS)


@pytest.mark.parametrize(
    ("transport", "naptrs", "expected"),
    [
        pytest.param(
            TLS, [], [Service("_sips._tcp.example.net", TLS)], id="transport-given"
        ),
        pytest.param(
            None,
            [],
            [
                Service("_sip._udp.example.net", UDP),
                Service("_sip._tcp.example.net", TCP),
            ],
            id="nothing-said",
        ),
        pytest.param(
            None,
            [
                naptr("SIP+D2U", order=20, replacement="u."),
                naptr("SIPS+D2T", order=10, preference=50, replacement="s."),
                naptr("sip+d2t", order=10, preference=5, flags="S", replacement="t."),
            ],
            [Service("t.", TCP), Service("s.", TLS), Service("u.", UDP)],
            id="order-then-preference",
        ),
        pytest.param(
            None,
            [
                naptr("SIP+D2S", replacement="sctp."),
                naptr("E2U+sip", flags="u"),
                naptr("SIP+D2U", flags="a"),
                naptr("SIP+D2U", replacement="."),
                naptr("SIP+D2U", replacement="a b."),
            ],
            [
                Service("_sip._udp.example.net", UDP),
                Service("_sip._tcp.example.net", TCP),
            ],
            id="none-of-ours",
        ),
    ],
)
def test_which_services_are_asked_for(transport, naptrs, expected):
    assert services("example.net", transport, naptrs) == expected


def test_lower_priorities_come_first():
    records = [srv("c.", 30), srv("a.", 10), srv("b.", 20, port=5080)]

    assert servers(records, TCP, lambda: 0.0) == [
        Server("a", 5060, TCP),
        Server("b", 5080, TCP),
        Server("c", 5060, TCP),
    ]


def test_weights_share_the_load():
    """RFC 2782: in the proportion of the weights; a weight of 0 nearly never."""
    records = [srv("light.", weight=20), srv("heavy.", weight=80), srv("none.")]
    random = Random(1)
    first = Counter(servers(records, UDP, random.random)[0].host for _ in range(10_000))

    assert first["heavy"] / 10_000 == pytest.approx(0.8, abs=0.02)
    assert first["light"] / 10_000 == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("target", [".", "", "a b.", "-a.", "a..b", "x" * 300])
def test_a_target_that_is_no_host_is_left_out(target):
    assert servers([srv(target)], UDP, lambda: 0.5) == []


@given(
    st.lists(
        st.builds(
            Srv,
            priority=st.integers(0, 3),
            weight=st.integers(0, 65535),
            port=st.integers(0, 70000),
            target=st.sampled_from(["a.", "b.", "c.example.", "."]),
        ),
        max_size=40,
    ),
    st.floats(0, 1),
)
def test_each_usable_record_is_tried_once(records, number):
    found = servers(records, UDP, lambda: number)
    usable = [r for r in records if is_name(r.target) and 1 <= r.port <= 65535]

    assert len(found) == min(len(usable), MAX_SERVERS)
    if len(usable) <= MAX_SERVERS:
        assert Counter((s.host, s.port) for s in found) == Counter(
            (r.target.rstrip("."), r.port) for r in usable
        )
