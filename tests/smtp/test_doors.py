"""
TLS, LMTP, logins and the PROXY protocol, with clients that speak them.
"""

import asyncio
import base64
import contextlib
import logging
import resource
import smtplib
import socket
import ssl
import struct
import subprocess
from hashlib import sha256

import aiosmtplib
import pytest

from ecofax_gateway.certificate import Certificate
from ecofax_gateway.smtp.listener import Protocol
from ecofax_gateway.smtp.visitors import Limits

from .conftest import BODY, Client

HOST = "127.0.0.1"
USER, PASSWORD = "0366720307", "Zebre7Quart"
HERE, NOWHERE = ["127.0.0.0/8"], ["192.0.2.0/24"]


def make_pair(folder, name="mx.ecofax.test"):
    """A certificate for *name* and its key, signed by itself."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", chain],
        check=True, capture_output=True,
    )  # fmt: skip
    return chain, key


def trusting(chain):
    """What a client believes that knows this certificate and nothing else."""
    return ssl.create_default_context(cafile=chain)


@pytest.fixture
def pair(tmp_path):
    return make_pair(tmp_path)


@pytest.fixture
async def certificate(pair):
    return Certificate(*pair, setting="smtp.certificate")


async def log_in(user, password, peer):
    return "+33366720307" if (user, password) == (USER, PASSWORD) else None


def encoded(*parts):
    return base64.b64encode("\0".join(parts).encode()).decode()


async def encrypted(port, chain, *, upgrade=True):
    """A client that has its TLS: by STARTTLS or from the first byte."""
    tls = trusting(chain)
    if not upgrade:
        return Client(
            *await asyncio.open_connection(
                HOST, port, ssl=tls, server_hostname="mx.ecofax.test"
            )
        )
    reader, writer = await asyncio.open_connection(HOST, port)
    client = Client(reader, writer)
    await client.reply()
    await client.ask("EHLO c.test")
    assert (await client.ask("STARTTLS")).startswith("220")
    await writer.start_tls(tls, server_hostname="mx.ecofax.test")
    return client


async def test_starttls(listen, keeper, certificate, pair):
    async with listen(certificate=certificate) as port:
        client = await encrypted(port, pair[0])
        offered = await client.ask("EHLO c.test")
        await client.ask("MAIL FROM:<jeanne@example.fr>")
        await client.ask("RCPT TO:<fax@ecofax.test>")
        await client.ask("DATA")
        reply = await client.ask(BODY + b".\r\n")
        await client.close()

    assert "STARTTLS" not in offered
    assert "AUTH" not in offered  # nobody to log in
    assert reply.startswith("250 2.0.0")
    assert keeper.mails[0].peer == HOST


async def test_tls_from_the_first_byte(listen, keeper, certificate, pair):
    doors = [(Protocol.SMTPS, HOST, 0)]
    async with listen(doors=doors, certificate=certificate) as port:
        client = await encrypted(port, pair[0], upgrade=False)
        greeting = await client.reply()
        offered = await client.ask("EHLO c.test")
        await client.close()

    assert greeting.startswith("220 mx.ecofax.test")
    assert "STARTTLS" not in offered


@pytest.mark.parametrize("protocol", [Protocol.SMTP, Protocol.SMTPS])
async def test_mails_of_megabytes_come_whole_through_tls(
    listen, keeper, certificate, pair, protocol
):
    """They come faster than they are written, so that the client has to wait."""
    text = b"\r\n" + b"".join(b"%07d." % n + b"y" * 70 + b"\r\n" for n in range(60_000))
    doors = [(protocol, HOST, 0)]
    async with (
        asyncio.timeout(60),
        listen(doors=doors, certificate=certificate) as port,
    ):
        client = await encrypted(port, pair[0], upgrade=protocol is Protocol.SMTP)
        if protocol is Protocol.SMTPS:
            await client.reply()
        await client.ask("EHLO c.test")
        for _ in range(2):
            await client.ask("MAIL FROM:<jeanne@example.fr>")
            await client.ask("RCPT TO:<fax@ecofax.test>")
            await client.ask("DATA")
            assert (await client.ask(text + b".\r\n")).startswith("250 2.0.0")
        await client.close()

    assert [mail.sha256 for mail in keeper.mails] == [sha256(text).hexdigest()] * 2
    assert keeper.mails[0].content.read_bytes() == text


async def test_without_a_certificate_nothing_is_offered(listen, client_of):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        offered = await client.ask("EHLO c.test")
        reply = await client.ask("STARTTLS")

    assert "STARTTLS" not in offered
    assert reply.startswith("454 4.7.0")


async def test_what_was_said_before_starttls_is_forgotten(
    listen, keeper, certificate, pair
):
    """Commands slipped in behind STARTTLS are not carried out encrypted."""
    async with listen(certificate=certificate) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        client = Client(reader, writer)
        await client.reply()
        await client.ask("EHLO evil.test")
        await client.ask("MAIL FROM:<evil@example.fr>")
        await client.say(b"STARTTLS\r\nEHLO evil.test\r\nMAIL FROM:<evil@a.fr>\r\n")
        assert (await client.reply()).startswith("220")
        await writer.start_tls(trusting(pair[0]), server_hostname="mx.ecofax.test")
        first = await client.ask("RCPT TO:<fax@ecofax.test>")
        await client.close()

    assert first.startswith("503 5.5.1")


async def test_a_renewed_certificate_is_taken_without_dropping_anybody(
    listen, certificate, pair, tmp_path
):
    chain, key = pair
    async with listen(certificate=certificate) as port:
        client = await encrypted(port, chain)
        fresh = tmp_path / "new"
        fresh.mkdir()
        new_chain, new_key = make_pair(fresh)
        new_chain.rename(chain)
        # The key is still the old one: half a renewal must not break anything.
        with pytest.raises(ssl.SSLCertVerificationError):
            await encrypted(port, chain)
        new_key.rename(key)
        renewed = await encrypted(port, chain)
        replies = [await each.ask("EHLO c.test") for each in (client, renewed)]
        for each in (client, renewed):
            await each.close()

    assert [reply[:3] for reply in replies] == ["250", "250"]


def test_a_locked_key_is_refused_and_nobody_is_asked(pair, tmp_path):
    chain, key = pair
    locked = tmp_path / "locked.pem"
    subprocess.run(
        ["openssl", "ec", "-aes128", "-passout", "pass:secret", "-in", key,
         "-out", locked],
        check=True, capture_output=True,
    )  # fmt: skip

    with pytest.raises(ssl.SSLError):
        Certificate(chain, locked, setting="smtp.certificate")


async def test_a_stranger_who_logs_in_is_taken_for_his_line(
    listen, keeper, certificate, pair
):
    doors = [(Protocol.SMTP, HOST, 0), (Protocol.SMTPS, HOST, 0)]
    async with listen(
        doors=doors,
        trusted_networks=NOWHERE,
        certificate=certificate,
        log_in=log_in,
    ) as (plain, wrapped):
        tls = trusting(pair[0])
        tls.check_hostname = False
        for port, options in (
            (plain, {"start_tls": True}),
            (wrapped, {"use_tls": True}),
        ):
            errors, _ = await aiosmtplib.send(
                BODY,
                sender="jeanne@example.fr",
                recipients=["0972101010@ecofax.test"],
                hostname=HOST,
                port=port,
                username=USER,
                password=PASSWORD,
                tls_context=tls,
                **options,
            )
            assert errors == {}

    assert [mail.login for mail in keeper.mails] == ["+33366720307"] * 2


@pytest.mark.parametrize("command", ["MAIL FROM:<a@b.fr>", "DATA", "VRFY a"])
async def test_a_stranger_does_nothing_before(listen, certificate, pair, command):
    async with listen(
        trusted_networks=NOWHERE, certificate=certificate, log_in=log_in
    ) as port:
        bare = await Client.connect(port)
        await bare.reply()
        offered = await bare.ask("EHLO c.test")
        in_clear = await bare.ask(command)
        password = await bare.ask(f"AUTH PLAIN {encoded('', USER, PASSWORD)}")
        await bare.close()
        client = await encrypted(port, pair[0])
        offered_then = await client.ask("EHLO c.test")
        then = await client.ask(command)
        await client.close()

    assert "AUTH" not in offered
    assert "STARTTLS" in offered
    assert "250-AUTH LOGIN PLAIN" in offered_then
    assert in_clear.startswith("530 5.7.0")
    assert "STARTTLS" in in_clear
    assert password.startswith("538 5.7.11")
    assert then.startswith("530 5.7.0")


async def test_login_by_both_mechanisms(listen, certificate, pair):
    async with listen(certificate=certificate, log_in=log_in) as port:
        plain = await encrypted(port, pair[0])
        await plain.ask("EHLO c.test")
        first = await plain.ask(f"AUTH PLAIN {encoded('', USER, PASSWORD)}")
        twice = await plain.ask(f"AUTH PLAIN {encoded('', USER, PASSWORD)}")
        await plain.close()
        login = await encrypted(port, pair[0])
        await login.ask("EHLO c.test")
        challenges = [await login.ask("AUTH LOGIN"), await login.ask(encoded(USER))]
        second = await login.ask(encoded(PASSWORD))
        await login.close()

    assert first.startswith("235 2.7.0")
    assert twice.startswith("503 5.5.1")
    asked = [base64.b64decode(each.split()[1]).decode() for each in challenges]
    assert asked == ["Username:", "Password:"]
    assert second.startswith("235 2.7.0")


async def test_wrong_passwords_are_few_and_nowhere_written(
    listen, certificate, pair, caplog
):
    caplog.set_level(logging.DEBUG)
    async with listen(
        certificate=certificate, log_in=log_in, limits=Limits(failed_logins=4)
    ) as port:
        replies = []
        for _ in range(2):
            client = await encrypted(port, pair[0])
            await client.ask("EHLO c.test")
            with contextlib.suppress(ConnectionError):
                for _ in range(3):
                    replies.append(
                        await client.ask(f"AUTH PLAIN {encoded('', USER, 'Wr0ng')}")
                    )
            await client.close()

    codes = [reply[:9] for reply in replies]
    assert codes == [
        "535 5.7.8",
        "535 5.7.8",
        "421 4.7.0",
        "535 5.7.8",
        "421 4.7.0",
        "",
    ]
    assert "Wr0ng" not in caplog.text
    assert encoded("", USER, "Wr0ng") not in caplog.text
    assert "failed login from 127.0.0.1" in caplog.text


@pytest.mark.parametrize("blob", ["=", "AAAA", encoded("a", "b"), "\xe9", "*"])
async def test_nonsense_instead_of_a_password(listen, certificate, pair, blob):
    async with listen(certificate=certificate, log_in=log_in) as port:
        client = await encrypted(port, pair[0])
        await client.ask("EHLO c.test")
        reply = await client.ask(f"AUTH PLAIN {blob}")
        after = await client.ask("NOOP")
        await client.close()

    assert reply.startswith(("501 5.5.", "535 5.7.8"))
    assert after.startswith("250")


async def test_lmtp_answers_for_each_recipient(listen, keeper, client_of):
    async with listen(doors=[(Protocol.LMTP, HOST, 0)]) as port:
        client = await client_of(port)
        await client.reply()
        helos = [await client.ask(f"{word} c.test") for word in ("EHLO", "HELO")]
        early = await client.ask("MAIL FROM:<a@b.fr>")
        await client.ask("LHLO c.test")
        await client.ask("MAIL FROM:<a@b.fr>")
        codes = [
            (await client.ask(f"RCPT TO:<{local}@ecofax.test>"))[:9]
            for local in ("0972101010", "112", "0972101011")
        ]
        await client.ask("DATA")
        first = await client.ask(BODY + b".\r\n")
        second = await client.reply()
        after = await client.ask("NOOP")
        none = await client.ask("DATA")

    assert [helo[:9] for helo in helos] == ["500 5.5.1", "500 5.5.1"]
    assert "LHLO" in early
    assert codes == ["250 2.1.5", "550 5.1.1", "250 2.1.5"]
    assert first == second
    assert first.startswith("250 2.0.0")
    assert after.startswith("250")
    assert none.startswith("503 5.5.1")
    assert len(keeper.mails) == 1
    assert len(keeper.mails[0].recipients) == 2


async def test_lmtp_with_the_standard_library(listen, keeper):
    """A client that is not ours reads as many answers as we give."""

    def deliver(port):
        with smtplib.LMTP(HOST, port, local_hostname="c.test") as session:
            return session.sendmail(
                "a@b.fr", ["fax@ecofax.test", "jeanne@ecofax.test"], BODY
            )

    async with listen(doors=[(Protocol.LMTP, HOST, 0)]) as port:
        refused = await asyncio.to_thread(deliver, port)

    assert list(refused) == ["jeanne@ecofax.test"]
    assert len(keeper.mails) == 1


def header(version, source="198.51.100.7"):
    """What a proxy says first; PROXY protocol, 2020, sections 2.1 and 2.2."""
    if version == 1:
        return f"PROXY TCP4 {source} 127.0.0.1 4711 25\r\n".encode()
    addresses = socket.inet_aton(source) + socket.inet_aton(HOST)
    addresses += struct.pack("!HH", 4711, 25)
    signature = b"\r\n\r\n\0\r\nQUIT\n"
    return signature + struct.pack("!BBH", 0x21, 0x11, len(addresses)) + addresses


@pytest.mark.parametrize("version", [1, 2])
async def test_behind_a_proxy_its_client_counts(
    listen, keeper, client_of, certificate, pair, version
):
    async with listen(
        trusted_networks=["198.51.100.0/24"],
        proxy_networks=HERE,
        certificate=certificate,
    ) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        client = Client(reader, writer)
        await client.say(header(version))
        await client.reply()
        await client.ask("EHLO c.test")
        assert (await client.ask("STARTTLS")).startswith("220")
        await writer.start_tls(trusting(pair[0]), server_hostname="mx.ecofax.test")
        await client.ask("EHLO c.test")
        await client.ask("MAIL FROM:<a@b.fr>")
        await client.ask("RCPT TO:<fax@ecofax.test>")
        await client.ask("DATA")
        reply = await client.ask(BODY + b".\r\n")
        await client.close()
        other = await client_of(port)
        await other.say(header(version, "203.0.113.1"))
        refusal = await other.reply()
        silence = await other.reply()

    assert reply.startswith("250")
    assert keeper.mails[0].peer == "198.51.100.7"
    assert refusal.startswith("554 5.7.1 203.0.113.1 ")
    assert silence == ""


@pytest.mark.parametrize(
    "said", [b"EHLO c.test\r\n", b"PROXY WRONG\r\n", bytes(range(64))]
)
async def test_a_proxy_that_says_something_else_is_cut_off(listen, client_of, said):
    async with listen(proxy_networks=HERE) as port:
        client = await client_of(port)
        await client.say(said)
        try:
            reply = await client.reply()
        except ConnectionError:
            reply = ""

    assert reply == ""


async def test_many_idle_connections_are_capped(listen, client_of, keeper):
    """1 500 at once: some wait inside, all others are told to come again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    async with listen(limits=Limits(connections=200)) as port:
        clients = [await Client.connect(port) for _ in range(1500)]
        greetings = [(await client.reply())[:3] for client in clients]
        for client in clients[:2]:
            await client.close()
        await asyncio.wait_for(_until_served(port), 60)
        for client in clients[2:]:
            await client.close()

    assert greetings.count("220") == 200
    assert greetings.count("421") == 1300


async def _until_served(port):
    """The listener still serves: it hears sooner or later that two have gone."""
    while True:
        client = await Client.connect(port)
        greeting = await client.reply()
        await client.close()
        if greeting.startswith("220"):
            return


@pytest.mark.parametrize("upgrade", [True, False])
async def test_a_client_with_our_authoritys_certificate_needs_no_login(
    listen, keeper, pair, tmp_path, upgrade
):
    ours, others = tmp_path / "ours", tmp_path / "others"
    for folder in (ours, others):
        folder.mkdir()
    client_pair, stranger_pair = make_pair(ours, "scanner"), make_pair(others, "x")
    certificate = Certificate(
        *pair, client_authority=client_pair[0], setting="smtp.certificate"
    )
    protocol = Protocol.SMTP if upgrade else Protocol.SMTPS

    async def hand_in(port, shown):
        tls = trusting(pair[0])
        tls.check_hostname = False  # it is reached by its address
        if shown is not None:
            tls.load_cert_chain(*shown)
        async with aiosmtplib.SMTP(
            hostname=HOST,
            port=port,
            use_tls=not upgrade,
            start_tls=upgrade,
            tls_context=tls,
        ) as client:
            await client.sendmail("s@x.example", ["fax@ecofax.test"], BODY)

    async with (
        asyncio.timeout(60),
        listen(
            doors=[(protocol, HOST, 0)],
            trusted_networks=NOWHERE,
            certificate=certificate,
        ) as port,
    ):
        await hand_in(port, client_pair)
        with pytest.raises(aiosmtplib.SMTPResponseException, match="530"):
            await hand_in(port, None)
        with pytest.raises((aiosmtplib.SMTPException, OSError)):
            await hand_in(port, stranger_pair)

    assert [mail.has_certificate for mail in keeper.mails] == [True]
