"""
Which mail is for whoever runs the service, and what is written in front of it.
"""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.orders.postmaster import is_for_role, with_trace, without_roles

AT = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "address",
    [
        "postmaster@ecofax.fr", "PostMaster@ECOFAX.fr", "postmaster", "POSTMASTER",
        "abuse@ecofax.fr", "Abuse@ecofax.fr", '"postmaster"@ecofax.fr',
    ],
)  # fmt: skip
def test_postmaster_and_abuse_are_known_in_any_case(address):
    assert is_for_role(address)


@pytest.mark.parametrize(
    "address",
    [
        "abuse", "0972101010@ecofax.fr", "fax@postmaster", "postmasters@ecofax.fr", "",
        "postmaster@x@0972101010", "stop@ecofax.fr",
    ],
)  # fmt: skip
def test_nobody_else_is_taken_for_them(address):
    assert not is_for_role(address)


def test_the_others_are_faxed_in_their_order():
    assert without_roles(("b@x", "Abuse@x", "a@x", "postmaster")) == ("b@x", "a@x")


@given(st.text(max_size=300), st.text(max_size=300))
def test_what_a_client_says_adds_one_field_and_no_more(helo, sender):
    mail = b"Subject: hello\r\n\r\nx\r\n"
    traced = with_trace(
        mail,
        helo=helo,
        peer="2001:db8::1",
        envelope_from=sender,
        hostname="mx.ecofax.fr",
        reference="K7M2XQ9D",
        now=AT,
    )

    assert traced.endswith(mail)
    assert message_from_bytes(traced).keys() == ["Received", "Subject"]
    assert all(len(line) < 990 for line in traced.splitlines())
