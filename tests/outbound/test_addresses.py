"""
Addresses that are public, and all the ways to write one that is not.
"""

from ipaddress import ip_network

import pytest

from ecofax_gateway.outbound.addresses import is_public


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "9.255.255.255", "100.63.255.255", "172.32.0.1"),
        *("223.255.255.255", "2606:4700:4700::1111", "2a01:e0a::1"),
        *("::ffff:1.1.1.1", "64:ff9b::101:101"),
    ],
)
def test_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254"),
        *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.170"),
        *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1"),
        *("203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::7f00:1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1"),
        *("2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1", "fe80::1"),
        *("fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1"),
        *("", "localhost", "127.1", "0x7f000001", "2130706433", "1.1.1.1.1"),
    ],
)
def test_all_else_is_not(address):
    assert not is_public(address)


def test_an_operator_may_allow_a_network_of_his_own():
    intranet = (ip_network("10.1.0.0/16"), ip_network("fd12::/32"))

    assert is_public("10.1.2.3", also=intranet)
    assert is_public("::ffff:10.1.2.3", also=intranet)
    assert is_public("fd12::7", also=intranet)
    assert not is_public("10.2.2.3", also=intranet)
