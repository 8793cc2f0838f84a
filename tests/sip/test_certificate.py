"""
Whose certificate a SIP domain's is.
"""

import pytest

from ecofax_gateway.sip.certificate import is_of_domain


def names(*alternatives, common="cn.example.net"):
    """As `ssl` gives a certificate."""
    return {
        "subject": ((("commonName", common),),),
        "subjectAltName": alternatives,
    }


@pytest.mark.parametrize(
    ("certificate", "domain", "is_good"),
    [
        pytest.param(names(("DNS", "example.net")), "example.net", True, id="dns"),
        pytest.param(names(("DNS", "Example.NET")), "example.net.", True, id="case"),
        pytest.param(names(("DNS", "sip.example.net")), "example.net", False, id="sub"),
        pytest.param(
            names(("URI", "sip:example.net")), "example.net", True, id="sip-uri"
        ),
        pytest.param(
            names(("URI", "sips:example.net")), "example.net", False, id="sips-uri"
        ),
        pytest.param(
            names(("URI", "sip:ann@example.net")), "example.net", False, id="a-person"
        ),
        pytest.param(
            names(("URI", "https://example.net")), "example.net", False, id="web"
        ),
        pytest.param(names(("URI", "sip:<>")), "example.net", False, id="broken-uri"),
        pytest.param(names(("DNS", "*.b.net")), "a.b.net", True, id="wildcard"),
        pytest.param(names(("DNS", "*.b.net")), "x.a.b.net", False, id="two-labels"),
        pytest.param(names(("DNS", "*.b.net")), "b.net", False, id="no-label"),
        pytest.param(names(("DNS", "*.net")), "b.net", False, id="top-level"),
        pytest.param(names(("DNS", "*")), "localhost", False, id="everything"),
        pytest.param(names(), "cn.example.net", True, id="common-name"),
        pytest.param(
            names(("DNS", "a.net")), "cn.example.net", False, id="common-name-beside"
        ),
        pytest.param(
            names(("IP Address", "192.0.2.1")), "192.0.2.1", True, id="address"
        ),
        pytest.param(
            names(("IP Address", "2001:DB8:0:0:0:0:0:1")), "2001:db8::1", True, id="v6"
        ),
        pytest.param(names(("DNS", "192.0.2.1")), "192.0.2.1", False, id="as-a-name"),
        pytest.param(
            names(("IP Address", "x")), "192.0.2.1", False, id="broken-address"
        ),
        pytest.param({}, "example.net", False, id="nothing"),
    ],
)
def test_whose_it_is(certificate, domain, is_good):
    assert is_of_domain(certificate, domain) is is_good
