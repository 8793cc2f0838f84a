"""
Who may send for a line.
"""

import pytest

from ecofax_gateway.domain.trust import (
    Admission,
    AllowList,
    Level,
    is_in,
    parse_networks,
)

LIST = AllowList(
    senders=frozenset({"anne@cabinet.example", "etude.example"}),
    networks=parse_networks(["10.1.0.0/16", "2001:db8::/32"]),
)
OUTSIDE, SCANNER = "198.51.100.7", "10.1.2.3"


@pytest.mark.parametrize(
    ("address", "level", "peer", "admission"),
    [
        ("anne@cabinet.example", Level.PROVEN, OUTSIDE, Admission.ADMITTED),
        ("Anne@Cabinet.Example", Level.HANDED_IN, OUTSIDE, Admission.ADMITTED),
        ("paul@etude.example", Level.PROVEN, OUTSIDE, Admission.ADMITTED),
        ("paul@cabinet.example", Level.PROVEN, OUTSIDE, Admission.NOT_LISTED),
        ("paul@mail.etude.example", Level.PROVEN, OUTSIDE, Admission.NOT_LISTED),
        ("", Level.HANDED_IN, OUTSIDE, Admission.NOT_LISTED),
        ("anne@cabinet.example", Level.ATTESTED, OUTSIDE, Admission.NOT_PROVEN),
        ("anne@cabinet.example", Level.CLAIMED, OUTSIDE, Admission.NOT_PROVEN),
        ("anne@cabinet.example", Level.CLAIMED, SCANNER, Admission.ADMITTED),
        ("anne@cabinet.example", Level.CLAIMED, "2001:db8::9", Admission.ADMITTED),
        ("paul@cabinet.example", Level.CLAIMED, SCANNER, Admission.NOT_LISTED),
    ],
)
def test_a_sender_has_to_be_listed_and_proven(address, level, peer, admission):
    assert LIST.admits(address, level, peer) is admission


def test_a_line_without_a_list_takes_everybody_with_its_password():
    assert AllowList().admits("", Level.CLAIMED, OUTSIDE) is Admission.ADMITTED


@pytest.mark.parametrize(
    ("peer", "found"),
    [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("10.2.0.1", False), ("x", False)],
)
def test_networks(peer, found):
    assert is_in(peer, LIST.networks) is found
