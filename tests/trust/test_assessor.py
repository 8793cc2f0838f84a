"""
Senders looked into with real signatures, and records from a real name server.
"""

import asyncio
import base64
import contextlib
import socket

import dkim
import pytest
from nacl.signing import SigningKey

from ecofax_gateway.domain.trust import Level
from ecofax_gateway.trust.assessor import Assessor
from ecofax_gateway.trust.name_server import NameServer

from .senders import make_key, name_server, txt

HERE, ELSEWHERE = "127.0.0.1", "192.0.2.9"
MAIL = (
    b"From: Anne <anne@cabinet.example>\r\nTo: fax@ecofax.fr\r\nSubject: 0366720307\r\n"
    b"Message-ID: <1@cabinet.example>\r\n\r\np:Secret7\r\n"
)

FOOTBALL = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
FOOTBALL_KEY = txt(
    "brisbane._domainkey.football.example.com",
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
)


@pytest.fixture(scope="session")
def key(tmp_path_factory):
    return make_key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="session")
def short_key(tmp_path_factory):
    return make_key(tmp_path_factory.mktemp("key"), bits=768)


@contextlib.asynccontextmanager
async def assessing(folder, *records, **options):
    async with name_server(folder, *records) as address:
        assessor = Assessor(NameServer(address), **options)
        try:
            yield assessor
        finally:
            assessor.close()


async def assess(
    folder,
    records,
    mail,
    *,
    peer=ELSEWHERE,
    envelope_from="anne@cabinet.example",
    by_relay=False,
    **options,
):
    async with asyncio.timeout(60), assessing(folder, *records, **options) as assessor:
        return await assessor.assess(
            mail,
            peer=peer,
            envelope_from=envelope_from,
            helo="mx.cabinet.example",
            by_relay=by_relay,
        )


async def level_of(folder, records, mail, **options):
    verdict = await assess(folder, records, mail, **options)
    return verdict.trust.level, verdict.trust.detail


async def test_a_signature_of_the_senders_domain_proves_him(tmp_path, key):
    level, detail = await level_of(
        tmp_path,
        [key.record("cabinet.example")],
        key.sign(MAIL, "cabinet.example"),
    )

    assert level is Level.PROVEN
    assert "dkim=pass cabinet.example" in detail


async def test_the_signature_that_rfc_8463_prints_holds(tmp_path):
    """Ed25519, of appendix A: signed by somebody else's program."""
    level, detail = await level_of(
        tmp_path, [FOOTBALL_KEY], FOOTBALL, envelope_from="joe@football.example.com"
    )
    other, _ = await level_of(
        tmp_path, [FOOTBALL_KEY], FOOTBALL.replace(b"hungry", b"thirsty")
    )

    assert level is Level.PROVEN
    assert "dkim=pass football.example.com" in detail
    assert other is Level.CLAIMED


@pytest.mark.parametrize(
    ("published", "level"),
    [
        (0, Level.PROVEN),
        (1, Level.CLAIMED),
        ("", Level.CLAIMED),
        ("AAAA", Level.CLAIMED),
        ("!", Level.CLAIMED),
    ],
)
async def test_a_signature_with_ed25519_holds_with_its_own_key_only(
    tmp_path, published, level
):
    pairs = [SigningKey.generate() for _ in range(2)]
    if isinstance(published, int):
        point = bytes(pairs[published].verify_key)
        published = base64.b64encode(point).decode()
    field = dkim.sign(
        MAIL, b"s1", b"cabinet.example", base64.b64encode(bytes(pairs[0])),
        signature_algorithm=b"ed25519-sha256",
    )  # fmt: skip
    record = txt("s1._domainkey.cabinet.example", f"v=DKIM1; k=ed25519; p={published}")

    assert (await level_of(tmp_path, [record], field + MAIL))[0] is level


async def test_a_large_mail_is_read_from_its_file(tmp_path, key):
    path = tmp_path / "large.eml"
    body = MAIL + b"\r\n".join([b"x" * 70] * 20_000) + b"\r\n"
    path.write_bytes(key.sign(body, "cabinet.example"))

    level, _ = await level_of(tmp_path, [key.record("cabinet.example")], path)

    assert level is Level.PROVEN


async def test_the_second_signature_counts_if_the_first_is_broken(tmp_path, key):
    """dkimpy's own verify() looks at the first one only."""
    good = key.sign(MAIL, "cabinet.example")
    first = key.sign(MAIL, "cabinet.example").replace(b"bh=", b"bh=AAAA", 1)
    both = first[: first.index(b"From:")] + good

    level, detail = await level_of(tmp_path, [key.record("cabinet.example")], both)

    assert level is Level.PROVEN
    assert detail.startswith("dkim=fail cabinet.example")


async def test_a_sixth_signature_is_not_looked_at(tmp_path, key):
    good = key.sign(MAIL, "cabinet.example")
    broken = good[: good.index(b"From:")].replace(b"bh=", b"bh=AAAA")

    level, _ = await level_of(
        tmp_path, [key.record("cabinet.example")], broken * 5 + good
    )

    assert level is Level.CLAIMED


async def test_text_behind_a_signed_length_proves_nothing(tmp_path, key):
    """dkimpy takes it: `l=` says how much of the body was signed."""
    signed = key.sign(MAIL, "cabinet.example", length=True)
    longer = signed + b"p:Other\r\n"
    assert b" l=" in signed

    level, detail = await level_of(tmp_path, [key.record("cabinet.example")], longer)

    assert level is Level.CLAIMED
    assert "l= leaves room" in detail


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param((b"p:Secret7", b"p:Other77"), "the text was changed", id="body"),
        pytest.param((b"Subject: 03", b"Subject: 04"), "dkim=fail", id="header"),
    ],
)
async def test_what_was_changed_on_the_way_is_not_proven(tmp_path, key, change, reason):
    mail = key.sign(MAIL, "cabinet.example").replace(*change)

    level, detail = await level_of(tmp_path, [key.record("cabinet.example")], mail)

    assert level is Level.CLAIMED
    assert reason in detail


async def test_a_second_from_is_nobody(tmp_path, key):
    mail = b"From: evil@other.example\r\n" + key.sign(MAIL, "cabinet.example")

    verdict = await assess(tmp_path, [key.record("cabinet.example")], mail)

    assert verdict.trust.level is Level.CLAIMED
    assert verdict.trust.address == ""


async def test_somebody_elses_signature_is_no_proof(tmp_path, key):
    level, detail = await level_of(
        tmp_path, [key.record("other.example")], key.sign(MAIL, "other.example")
    )

    assert level is Level.CLAIMED
    assert "another domain" in detail


@pytest.mark.parametrize(
    ("records", "told"),
    [
        pytest.param(lambda key, other: [], "no keys published", id="no-key"),
        pytest.param(
            lambda key, other: [other.record("cabinet.example")],
            "dkim=fail",
            id="another-key",
        ),
        pytest.param(
            lambda key, other: [
                key.record("cabinet.example"),
                other.record("cabinet.example"),
            ],
            "2 keys published",
            id="two-keys",
        ),
        pytest.param(
            lambda key, other: [
                txt("s1._domainkey.cabinet.example", "v=DKIM1; p=!!!;;=;")
            ],
            "dkim=",
            id="nonsense",
        ),
    ],
)
async def test_without_its_key_a_signature_proves_nothing(
    tmp_path, key, short_key, records, told
):
    mail = key.sign(MAIL, "cabinet.example")

    level, detail = await level_of(tmp_path, records(key, short_key), mail)

    assert level is Level.CLAIMED
    assert told in detail


async def test_a_key_under_1024_bits_proves_nothing(tmp_path, short_key):
    mail = short_key.sign(MAIL, "cabinet.example")
    assert dkim.verify(
        mail, dnsfunc=lambda *a, **k: f"p={short_key.public}".encode(), minkey=512
    )

    level, _ = await level_of(tmp_path, [short_key.record("cabinet.example")], mail)

    assert level is Level.CLAIMED


SPF = "--host-record=mx.cabinet.example,192.0.2.9"


@pytest.mark.parametrize(
    ("record", "peer", "level"),
    [
        ("v=spf1 ip4:192.0.2.9 -all", ELSEWHERE, Level.PROVEN),
        ("v=spf1 ip4:192.0.2.0/28 -all", ELSEWHERE, Level.PROVEN),
        ("v=spf1 a:mx.cabinet.example -all", ELSEWHERE, Level.PROVEN),
        ("v=spf1 mx -all", ELSEWHERE, Level.PROVEN),
        ("v=spf1 include:_spf.other.example -all", ELSEWHERE, Level.PROVEN),
        ("v=spf1 redirect=_spf.other.example", ELSEWHERE, Level.PROVEN),
        ("v=spf1 exists:%{i}.ok.cabinet.example -all", ELSEWHERE, Level.PROVEN),
        ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8::7", Level.PROVEN),
        ("v=spf1 ip4:192.0.2.9 -all", "192.0.2.10", Level.CLAIMED),
        ("v=spf1 ~all", ELSEWHERE, Level.CLAIMED),
        ("v=spf1 ?all", ELSEWHERE, Level.CLAIMED),
        ("v=spf1 nonsense:%%% -all", ELSEWHERE, Level.CLAIMED),
        ("v=spf1 include:loop.cabinet.example -all", ELSEWHERE, Level.CLAIMED),
        ("something else", ELSEWHERE, Level.CLAIMED),
    ],
)
async def test_spf_of_the_envelopes_domain(tmp_path, record, peer, level):
    records = [
        SPF,
        txt("cabinet.example", record),
        txt("_spf.other.example", "v=spf1 ip4:192.0.2.9 -all"),
        txt("loop.cabinet.example", "v=spf1 include:loop.cabinet.example -all"),
        "--mx-host=cabinet.example,mx.cabinet.example,10",
        "--host-record=192.0.2.9.ok.cabinet.example,127.0.0.2",
    ]

    found, _ = await level_of(tmp_path, records, MAIL, peer=peer)

    assert found is level


async def test_spf_through_our_own_relay_is_not_asked(tmp_path):
    """The relay's address may be in the record of a neighbour."""
    records = [txt("cabinet.example", "v=spf1 ip4:192.0.2.9 -all")]

    level, detail = await level_of(tmp_path, records, MAIL, by_relay=True)

    assert level is Level.CLAIMED
    assert "spf" not in detail


@pytest.mark.parametrize(
    ("envelope_from", "helo_level"),
    [
        ("anne@other.example", Level.CLAIMED),
        ("bounces@mail.cabinet.example", Level.PROVEN),
        ("", Level.PROVEN),
    ],
)
async def test_spf_speaks_only_for_its_own_domain(tmp_path, envelope_from, helo_level):
    """The empty envelope is judged by the name in EHLO: mx.cabinet.example."""
    passes = "v=spf1 ip4:192.0.2.9 -all"
    records = [
        txt(name, passes)
        for name in ("other.example", "mail.cabinet.example", "mx.cabinet.example")
    ]

    level, _ = await level_of(tmp_path, records, MAIL, envelope_from=envelope_from)

    assert level is helo_level


async def test_dmarc_may_ask_for_the_very_domain(tmp_path, key):
    mail = key.sign(MAIL, "news.cabinet.example")
    records = [key.record("news.cabinet.example")]
    strict = txt("_dmarc.cabinet.example", "v=DMARC1; p=none; adkim=s")

    relaxed, _ = await level_of(tmp_path, records, mail)
    strictly, _ = await level_of(tmp_path, [*records, strict], mail)

    assert (relaxed, strictly) == (Level.PROVEN, Level.CLAIMED)


@pytest.mark.parametrize(
    ("records", "forbidden"),
    [
        ([], False),
        ([txt("_dmarc.cabinet.example", "v=DMARC1; p=none")], False),
        ([txt("_dmarc.cabinet.example", "v=DMARC1; p=quarantine")], False),
        ([txt("_dmarc.cabinet.example", "v=DMARC1;p=reject;rua=mailto:a")], True),
        ([txt("_dmarc.cabinet.example", "v=DMARC1; p=reject")] * 2, True),
    ],
)
async def test_a_domain_may_ask_to_reject_what_it_did_not_sign(
    tmp_path, records, forbidden
):
    verdict = await assess(tmp_path, records, MAIL)

    assert verdict.is_forbidden is forbidden


async def test_a_subdomain_follows_sp_of_its_organisation(tmp_path):
    mail = MAIL.replace(b"anne@cabinet", b"anne@paris.cabinet")
    records = [txt("_dmarc.cabinet.example", "v=DMARC1; p=none; sp=reject")]

    assert (await assess(tmp_path, records, mail)).is_forbidden
    assert not (await assess(tmp_path, records, MAIL)).is_forbidden


async def test_our_relays_word_is_level_c_and_only_its_own(tmp_path):
    said = (
        b"Authentication-Results: mx.ecofax.fr; dmarc=pass header.from=cabinet.example"
    )
    mail = said + b"\r\n" + MAIL

    async def level(by_relay, authserv_id):
        found, _ = await level_of(
            tmp_path, [], mail, by_relay=by_relay, authserv_id=authserv_id
        )
        return found

    assert await level(True, "mx.ecofax.fr") is Level.ATTESTED
    assert await level(True, "mx.other.fr") is Level.CLAIMED
    assert await level(True, "") is Level.CLAIMED
    assert await level(False, "mx.ecofax.fr") is Level.CLAIMED


async def test_a_name_server_that_is_silent_is_told_from_one_that_says_no(
    tmp_path, key
):
    mail = key.sign(MAIL, "cabinet.example")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HERE, 0))
        names = NameServer(f"{HERE}:{silent.getsockname()[1]}")
        assessor = Assessor(names, budget_seconds=1.0)
        async with asyncio.timeout(60):
            verdict = await assessor.assess(
                mail, peer=ELSEWHERE, envelope_from="", helo="x.example", by_relay=False
            )
        assessor.close()

    assert verdict.is_temporary
    assert verdict.trust.level is Level.CLAIMED
    assert "temperror" in verdict.trust.detail


async def test_no_mail_of_the_corpus_breaks_it(tmp_path, corpus):
    """Their signatures are of other times and their keys are gone; none is proven."""
    async with asyncio.timeout(120), assessing(tmp_path) as assessor:
        for name, raw in corpus:
            verdict = await assessor.assess(
                raw, peer=ELSEWHERE, envelope_from="a@b.test", helo="c", by_relay=True
            )
            assert verdict.trust.level is Level.CLAIMED, name
