"""
A path is read as the library reads it, only sooner.
"""

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.orders.address import plain_path

LIBRARY = object.__new__(SMTP)

PIECES = ["<", ">", "@", ".", "..", "a", "b-c", "0972101010", "+33", " ", "\t", "(", ")",
          '"', "\\", ",", ":", ";", "é", "\0", "\r", "SIZE=10", "[127.0.0.1]", "_"]  # fmt: skip


def by_the_library(arg):
    address, parameters = LIBRARY._getaddr(arg)
    return address, (parameters or "").split()


def read(arg):
    address, parameters = plain_path(arg)
    return address, parameters.split()


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_is_read_sooner_is_read_alike(arg):
    if plain_path(arg) is not None:
        assert read(arg) == by_the_library(arg)


@given(
    st.from_regex(r"[a-z0-9+_=-]{1,9}(\.[a-z0-9]{1,9}){0,2}", fullmatch=True),
    st.from_regex(r"[a-zA-Z0-9-]{1,9}(\.[a-z]{1,9}){0,2}", fullmatch=True),
    st.sampled_from(["", " SIZE=10", " BODY=8BITMIME SMTPUTF8", " x y"]),
)
def test_an_ordinary_path_is_read_sooner(local, domain, parameters):
    arg = f"<{local}@{domain}>{parameters}"

    assert read(arg) == by_the_library(arg)


def test_the_null_sender_has_no_address():
    assert read("<> SIZE=3") == by_the_library("<> SIZE=3") == ("<>", ["SIZE=3"])


@pytest.mark.parametrize(
    "arg", ['<"a b"@c.fr>', "<a@b.fr> (so)", "<@x:a@b.fr>", "a@b.fr", "<a@b", "<a b@c>"]
)
def test_anything_else_is_left_to_the_library(arg):
    assert plain_path(arg) is None
