"""
From what was found about a mail to the level of its sender.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecofax_gateway.domain.trust import HANDED_IN, Level, Trust
from ecofax_gateway.trust.attestation import attested_checks
from ecofax_gateway.trust.dmarc import Policy, is_aligned, parse_policy
from ecofax_gateway.trust.level import (
    Check,
    Evidence,
    Result,
    answer_address,
    judge,
)
from ecofax_gateway.trust.organisation import organisation_of
from ecofax_gateway.trust.sender import from_address

ANNE = "anne@cabinet.example"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("anne@Cabinet.Example", ANNE),
        ("Anne <anne@cabinet.example>", ANNE),
        ('"anne@cabinet.example" <anne@cabinet.example>', ANNE),
        ('"Durand, Anne" <anne@cabinet.example>', ANNE),
        ('"Anne \\" D" <anne@cabinet.example>', ANNE),
        ("Anne (Compta) <anne@cabinet.example>", ANNE),
        ("anne@cabinet.example (Anne Durand)", ANNE),
        ("=?utf-8?q?anne=40autre=2Eexample?= <anne@cabinet.example>", ANNE),
        ("Anne\r\n <anne@cabinet.example>", ANNE),
        # what one program reads as the one and another as the other
        ("anne@cabinet.example <evil@autre.example>", ""),
        ("<anne@cabinet.example> <evil@autre.example>", ""),
        ("anne@cabinet.example, evil@autre.example", ""),
        ("Durand, Anne <anne@cabinet.example>", ""),
        ("Groupe: anne@cabinet.example;", ""),
        ("<@relais.example:anne@cabinet.example>", ""),
        ('"a" anne@cabinet.example', ""),
        ('"anne"@cabinet.example', ""),
        ("(anne@cabinet.example) <anne@cabinet.example>", ""),
        ("Anne <anne@cabinet.example", ""),
        ("anne@[192.0.2.7]", ""),
        ("anne@localhost", ""),
        ("anne", ""),
        ("\x00anne@cabinet.example", ""),
        ("", ""),
    ],
)
def test_from_names_one_mailbox_or_nobody(value, address):
    assert from_address(f"From: {value}\r\n\r\ntexte".encode()) == address


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@x.example\r\nFrom: b@y.example\r\n\r\n",
        b"From: a@x.example\r\nfrom : b@y.example\r\n\r\n",
        b"Subject: x\r\n\r\nFrom: a@x.example\r\n\r\n",
        b"\r\nFrom: a@x.example\r\n\r\n",
        b"From: " + b"a" * 5000 + b"@x.example\r\n\r\n",
        b"",
    ],
)
def test_a_header_without_one_from_names_nobody(raw):
    assert from_address(raw) == ""


@given(st.binary(max_size=300))
def test_no_header_breaks_the_readers(noise):
    raw = b"From: " + noise + b"\r\nAuthentication-Results: " + noise + b"\r\n\r\n"
    from_address(raw)
    attested_checks(raw, "mx.ecofax.fr")


@given(st.text(max_size=60))
def test_no_text_breaks_policies_and_domains(text):
    parse_policy([f"v=DMARC1;{text}"], of_organisation=True)
    is_aligned(text, "cabinet.example", strict=False, organisation=organisation_of)


@pytest.mark.parametrize(
    ("records", "at_organisation", "policy"),
    [
        ([], False, None),
        (["v=spf1 -all"], False, None),
        (["p=reject; v=DMARC1"], False, None),
        (["v=DMARC1; p=none"] * 2, False, None),
        (["v=DMARC1"], False, Policy(wish="none")),
        (["v=DMARC1; p=Reject"], False, Policy(wish="reject")),
        (["v=DMARC1;p=reject;sp=none"], True, Policy(wish="none")),
        (["v=DMARC1; p=reject"], True, Policy(wish="reject")),
        (["v=DMARC1; p=weird"], False, Policy(wish="none")),
        (
            ["v=spf1", "v=DMARC1; p=none; adkim=s; aspf=s; rua=mailto:a@b"],
            False,
            Policy(wish="none", strict_dkim=True, strict_spf=True),
        ),
    ],
)
def test_dmarc_records(records, at_organisation, policy):
    assert parse_policy(records, of_organisation=at_organisation) == policy


@pytest.mark.parametrize(
    ("one", "other", "relaxed", "strict"),
    [
        ("cabinet.example", "Cabinet.Example.", True, True),
        ("mail.cabinet.example", "cabinet.example", True, False),
        ("a.cabinet.co.uk", "b.cabinet.co.uk", True, False),
        ("cabinet.co.uk", "autre.co.uk", False, False),
        ("co.uk", "cabinet.co.uk", False, False),
        ("anne.github.io", "evil.github.io", False, False),
        ("xn--tude-9oa.fr", "étude.fr", True, True),
        ("cabinet.example", "", False, False),
        ("", "", False, False),
        ("notcabinet.example", "cabinet.example", False, False),
    ],
)
def test_domains_speak_for_each_other_below_what_was_registered(
    one, other, relaxed, strict
):
    found = [
        is_aligned(one, other, strict=how, organisation=organisation_of)
        for how in (False, True)
    ]

    assert found == [relaxed, strict]


def ours(result, domain="cabinet.example"):
    return Check(domain, result)


PASS, FAIL, TEMP = Result.PASS, Result.FAIL, Result.TEMPERROR
REJECT = Policy(wish="reject")


@pytest.mark.parametrize(
    ("evidence", "level", "temporary", "forbidden"),
    [
        pytest.param({}, "D", False, False, id="nothing"),
        pytest.param({"dkim": (ours(PASS),)}, "B", False, False, id="dkim"),
        pytest.param({"spf": ours(PASS)}, "B", False, False, id="spf"),
        pytest.param(
            {"dkim": (ours(FAIL), ours(PASS))}, "B", False, False, id="the-second"
        ),
        pytest.param(
            {"dkim": (ours(FAIL),), "spf": ours(PASS)}, "B", False, False, id="either"
        ),
        pytest.param(
            {"dkim": (ours(PASS, "autre.example"),)}, "D", False, False, id="stranger"
        ),
        pytest.param({"spf": ours(Result.SOFTFAIL)}, "D", False, False, id="softfail"),
        pytest.param(
            {"dkim": (ours(Result.POLICY),)}, "D", False, False, id="not-taken"
        ),
        pytest.param({"attested": (ours(PASS),)}, "C", False, False, id="relay"),
        pytest.param(
            {"attested": (ours(PASS, "autre.example"),)},
            "D",
            False,
            False,
            id="relay-of-a-stranger",
        ),
        pytest.param(
            {"attested": (ours(PASS),), "dkim": (ours(PASS),)},
            "B",
            False,
            False,
            id="better-than-the-relays-word",
        ),
        pytest.param({"dkim": (ours(TEMP),)}, "D", True, False, id="no-answer"),
        pytest.param(
            {"dkim": (ours(TEMP), ours(PASS))}, "B", False, False, id="no-matter"
        ),
        pytest.param(
            {"dkim": (ours(TEMP, "autre.example"),)},
            "D",
            False,
            False,
            id="no-answer-about-a-stranger",
        ),
        pytest.param({"policy_failed": True}, "D", True, False, id="no-policy-heard"),
        pytest.param({"policy": REJECT}, "D", False, True, id="reject"),
        pytest.param(
            {"policy": REJECT, "spf": ours(PASS)}, "B", False, False, id="reject-proven"
        ),
        pytest.param(
            {"policy": REJECT, "attested": (ours(PASS),)},
            "C",
            False,
            False,
            id="reject-attested",
        ),
        pytest.param(
            {"policy": Policy(wish="quarantine")}, "D", False, False, id="quarantine"
        ),
        pytest.param(
            {
                "policy": Policy(wish="none", strict_dkim=True),
                "dkim": (ours(PASS, "mail.cabinet.example"),),
            },
            "D",
            False,
            False,
            id="strict",
        ),
        pytest.param(
            {
                "policy": Policy(wish="none", strict_dkim=True),
                "spf": ours(PASS, "mail.cabinet.example"),
            },
            "B",
            False,
            False,
            id="strict-for-the-other",
        ),
        pytest.param(
            {"from_address": "", "dkim": (ours(PASS, ""),), "policy": REJECT},
            "D",
            False,
            False,
            id="from-nobody",
        ),
    ],
)
def test_levels(evidence, level, temporary, forbidden):
    verdict = judge(
        Evidence(**{"from_address": ANNE, **evidence}), organisation=organisation_of
    )

    assert verdict.trust.level == level
    assert (verdict.is_temporary, verdict.is_forbidden) == (temporary, forbidden)
    assert verdict.trust.detail


@pytest.mark.parametrize(
    ("trust", "envelope", "answered"),
    [
        (HANDED_IN, "anne@partout.example", "anne@partout.example"),
        (HANDED_IN, "", ""),
        (Trust(level=Level.PROVEN, address=ANNE), ANNE, ANNE),
        (
            Trust(level=Level.PROVEN, address=ANNE),
            "autre@mail.cabinet.example",
            "autre@mail.cabinet.example",
        ),
        # a valid mail of one domain that names a victim of another
        (Trust(level=Level.PROVEN, address=ANNE), "victim@autre.example", ANNE),
        (Trust(level=Level.ATTESTED, address=ANNE), "bounce+7@bulk.example", ANNE),
        (Trust(level=Level.PROVEN, address=ANNE), "", ""),
        (Trust(level=Level.CLAIMED, address=ANNE), ANNE, ""),
    ],
)
def test_answers_go_where_they_hurt_no_stranger(trust, envelope, answered):
    assert answer_address(trust, envelope, organisation=organisation_of) == answered
