"""
Digest: the vectors of the standards, and challenges as servers write them.
"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.sip.digest import (
    MAX_CHALLENGES,
    Challenge,
    Credentials,
    answer,
    parse_challenges,
)

RFC_7616_NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
RFC_7616_CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def response_of(challenge: Challenge, **options) -> str:
    value = answer(
        challenge,
        **{
            "username": "Mufasa",
            "password": "Circle of Life",
            "method": "GET",
            "uri": "/dir/index.html",
            "body": b"",
            "nc": 1,
            "cnonce": RFC_7616_CNONCE,
            **options,
        },
    )
    return value.partition('response="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_rfc_7616_section_3_9_1(algorithm, response):
    (challenge,) = parse_challenges(
        [
            f'Digest realm="http-auth@example.org", qop="auth, auth-int",'
            f' algorithm={algorithm}, nonce="{RFC_7616_NONCE}",'
            ' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
        ]
    )

    assert response_of(challenge) == response


def test_rfc_2617_section_3_5():
    challenge = Challenge(
        realm="testrealm@host.com",
        nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",
        qop=("auth", "auth-int"),
        opaque="5ccc069c403ebaf9f0171e9517f40e41",
    )

    assert (
        response_of(challenge, password="Circle Of Life", cnonce="0a4f113b")
        == "6629fae49393a05397450978507c4ef1"
    )


def test_without_qop_the_older_formula_holds():
    """RFC 2617 §3.2.2.1, computed by hand from its MD5 sums."""
    import hashlib

    def md5(text):
        return hashlib.md5(text.encode()).hexdigest()

    challenge = Challenge(realm="r", nonce="n")
    expected = md5(f"{md5('u:r:p')}:n:{md5('INVITE:sip:x')}")
    value = answer(
        challenge,
        username="u",
        password="p",
        method="INVITE",
        uri="sip:x",
        body=b"",
        nc=1,
        cnonce="c",
    )

    assert f'response="{expected}"' in value
    assert "qop" not in value
    assert "cnonce" not in value


def test_auth_int_counts_the_body():
    challenge = Challenge(realm="r", nonce="n", qop=("auth-int",))

    assert response_of(challenge, body=b"a") != response_of(challenge, body=b"b")


def test_auth_does_not_count_the_body():
    challenge = Challenge(realm="r", nonce="n", qop=("auth-int", "auth"))

    assert response_of(challenge, body=b"a") == response_of(challenge, body=b"b")


@pytest.mark.parametrize("algorithm", ["MD5-sess", "SHA-256-sess", "sha-512-256"])
def test_every_algorithm_gives_its_own_answer(algorithm):
    plain = response_of(Challenge(realm="r", nonce="n", qop=("auth",)))
    challenge = Challenge(realm="r", nonce="n", qop=("auth",), algorithm=algorithm)

    assert challenge.is_supported
    assert response_of(challenge) != plain


def test_an_answer_has_everything_in_its_place():
    value = answer(
        Challenge(realm='a"b', nonce="n", qop=("auth",), opaque=""),
        username="u\\x",
        password="secret",
        method="BYE",
        uri="sip:x",
        body=b"",
        nc=17,
        cnonce="c",
    )

    assert value.startswith('Digest username="u\\\\x", realm="a\\"b", nonce="n"')
    assert "qop=auth, nc=00000011" in value
    assert value.endswith('cnonce="c", opaque=""')
    assert "secret" not in value


@pytest.mark.parametrize(
    ("lines", "realms"),
    [
        pytest.param(['Digest realm="a",nonce="n"'], ["a"], id="one"),
        pytest.param(
            ["Digest realm=a nonce=n qop=auth"], ["a"], id="no-comma-no-quote"
        ),
        pytest.param(
            ['Digest realm="a", nonce="n", Digest realm="b", nonce="m"'],
            ["a", "b"],
            id="two-in-a-line",
        ),
        pytest.param(
            ['Basic realm="x", Digest realm="b", nonce="m"'], ["b"], id="after-basic"
        ),
        pytest.param(
            ["NTLM", 'digest REALM="a, b", NONCE="n"'], ["a, b"], id="two-lines"
        ),
        pytest.param(['Digest realm="a"'], [], id="no-nonce"),
        pytest.param(["Digest"], [], id="empty"),
        pytest.param(['Digest realm="a'], [], id="open-quote"),
    ],
)
def test_challenges(lines, realms):
    assert [challenge.realm for challenge in parse_challenges(lines)] == realms


def test_the_parameters_of_a_challenge():
    (challenge,) = parse_challenges(
        ['Digest qop="auth,auth-int",stale=TRUE,algorithm=MD5,realm="r",nonce="n"']
    )

    assert challenge.qop == ("auth", "auth-int")
    assert challenge.is_stale
    assert challenge.is_supported


@pytest.mark.parametrize(
    "challenge",
    [
        Challenge(realm="r", nonce="n", algorithm="AKAv1-MD5"),
        Challenge(realm="r", nonce="n", qop=("token",)),
    ],
)
def test_what_is_not_supported_is_not_answered(challenge):
    assert not challenge.is_supported

    with pytest.raises(ValueError, match="cannot answer"):
        response_of(challenge)


def test_the_password_is_in_no_repr():
    assert "hunter2" not in repr(Credentials("u", "hunter2"))


def test_no_more_challenges_than_the_limit():
    line = ", ".join(['Digest realm="a", nonce="n"'] * (MAX_CHALLENGES + 5))

    assert len(parse_challenges([line])) == MAX_CHALLENGES


@given(st.lists(st.text(max_size=80), max_size=3))
def test_any_text_gives_challenges(lines):
    parse_challenges(lines)
    parse_challenges([f"Digest {line}" for line in lines])


@pytest.mark.parametrize("noise", [" ", ",", "a ", "a=", '"', "a=b "])
def test_no_challenge_takes_long_to_read(noise):
    began = time.process_time()

    parse_challenges([f"Digest realm=x {noise * 4000}!"])

    assert time.process_time() - began < 0.5
