"""
Replies on their way through relays that want TLS, a login, or are a real Postfix.
"""

import asyncio
import contextlib
import pwd
import shutil
import ssl
import tempfile
import warnings
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from bench import postfix
from ecofax_gateway.domain.order import Requester
from ecofax_gateway.replies.envelope import Letterhead
from ecofax_gateway.replies.refused import refused
from ecofax_gateway.smtp.postman import PostFailed, RelayTls, SmtpPostman
from ecofax_gateway.smtp.signing import Signer, dns_record, make_key

from .test_doors import make_pair
from .test_postfix import log_until

USER, PASSWORD = "ecofax", "Zebre7Quart"
TO = "jeanne@requester.test"


class Relay:
    """A mail server that keeps what it is given by those who logged in."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 ok"

    def authenticate(self, server, session, envelope, mechanism, login):
        known = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)


@contextlib.asynccontextmanager
async def listening(pair, tls):
    """A relay that wants TLS in one of the two ways, and a login; its port too."""
    relay, loop = Relay(), asyncio.get_running_loop()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*pair)
    is_implicit = tls is RelayTls.IMPLICIT

    def session():
        with warnings.catch_warnings():
            # It does not know that implicit TLS is TLS too.
            warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")
            return SMTP(
                relay,
                hostname="mx.ecofax.test",
                loop=loop,
                tls_context=None if is_implicit else context,
                require_starttls=not is_implicit,
                auth_required=True,
                auth_require_tls=not is_implicit,
                authenticator=relay.authenticate,
            )

    server = await loop.create_server(
        session, "127.0.0.1", 0, ssl=context if is_implicit else None
    )
    try:
        yield relay, server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.fixture
def pair(tmp_path):
    """Of the name that we call it by."""
    return make_pair(tmp_path, "localhost")


@pytest.fixture
def message():
    letterhead = Letterhead(
        from_address="fax@ecofax.test",
        requester=Requester(address=TO, message_id="<m1@requester.test>"),
        date=datetime(2026, 3, 2, 12, tzinfo=UTC),
        message_id="<r1@ecofax.test>",
    )
    return refused(letterhead, mistakes="Été.", domain="ecofax.test").as_bytes()


def postman(port, pair, tls, **others):
    return SmtpPostman(
        "localhost",
        port,
        tls=tls,
        authorities=others.pop("authorities", pair[0]),
        **{"username": USER, "password": PASSWORD, **others},
    )


@pytest.mark.parametrize("tls", [RelayTls.STARTTLS, RelayTls.IMPLICIT])
async def test_a_relay_with_tls_and_a_login(pair, message, tls):
    async with listening(pair, tls) as (relay, port):
        await postman(port, pair, tls).post(message, TO)

    [envelope] = relay.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("<>", [TO])
    assert envelope.content == message


@pytest.mark.parametrize("tls", [RelayTls.STARTTLS, RelayTls.IMPLICIT])
async def test_a_certificate_of_nobody_we_trust_gets_no_mail(
    tmp_path, pair, message, tls
):
    (tmp_path / "other").mkdir()
    stranger, _ = make_pair(tmp_path / "other", "localhost")
    async with listening(pair, tls) as (relay, port):
        with pytest.raises(PostFailed) as caught:
            await postman(port, pair, tls, authorities=stranger).post(message, TO)

    assert relay.envelopes == []
    assert caught.value.temporary
    assert "replies.relay_authorities" in caught.value.todo


async def test_a_wrong_login_is_our_settings_fault_and_tried_again(pair, message):
    async with listening(pair, RelayTls.STARTTLS) as (relay, port):
        with pytest.raises(PostFailed) as caught:
            await postman(port, pair, RelayTls.STARTTLS, password="no").post(
                message, TO
            )

    assert relay.envelopes == []
    assert caught.value.reply.startswith("535")
    assert caught.value.temporary
    assert "replies.relay_password_file" in caught.value.todo
    assert "no" not in caught.value.reply.split()


async def test_no_login_where_one_is_wanted_is_tried_again(pair, message):
    async with listening(pair, RelayTls.STARTTLS) as (_, port):
        with pytest.raises(PostFailed) as caught:
            await postman(
                port, pair, RelayTls.STARTTLS, username=None, password=None
            ).post(message, TO)

    assert caught.value.reply.startswith("530")
    assert caught.value.temporary


@pytest.fixture
def boxes():
    """A folder that Postfix may write to; below pytest's own it may not even look."""
    with tempfile.TemporaryDirectory(prefix="ecofax-maildir-") as name:
        shutil.chown(name, "postfix", "postfix")
        yield Path(name)


def keeping(boxes):
    """Settings of a Postfix that keeps mail for one person in a maildir."""
    user = pwd.getpwnam("postfix")
    return {
        "virtual_mailbox_domains": "requester.test",
        "virtual_mailbox_base": str(boxes),
        "virtual_mailbox_maps": "inline:{" + TO + "=jeanne/}",
        "virtual_minimum_uid": "1",
        "virtual_uid_maps": f"static:{user.pw_uid}",
        "virtual_gid_maps": f"static:{user.pw_gid}",
    }


async def test_a_signature_holds_through_a_real_postfix_with_tls(boxes, pair, message):
    chain, key = pair
    settings = {
        **keeping(boxes),
        "smtpd_tls_cert_file": str(chain),
        "smtpd_tls_key_file": str(key),
        "smtpd_tls_security_level": "encrypt",
        "smtpd_reject_unlisted_recipient": "yes",
    }
    secret = make_key()
    signed = Signer(domain="ecofax.test", selector="s1", key=secret).sign(message)
    with postfix.running(settings) as relay:
        mine = SmtpPostman(
            "localhost", relay.port, tls=RelayTls.STARTTLS, authorities=chain
        )
        await mine.post(signed, TO)
        with pytest.raises(PostFailed) as unknown:
            await mine.post(signed, "nobody@requester.test")
        await log_until(relay, [f"to=<{TO}>"])
        [kept] = [path.read_bytes() for path in boxes.glob("jeanne/new/*")]

    asked = []
    record = dns_record(secret).encode()
    assert dkim.verify(kept, dnsfunc=lambda name, **_: asked.append(name) or record)
    assert asked == [b"s1._domainkey.ecofax.test."]
    assert not dkim.verify(
        kept.replace(b"Subject: ", b"Subject: x"), dnsfunc=lambda *_, **__: record
    )
    assert not unknown.value.temporary
    assert unknown.value.reply.startswith("550 5.1.1")
    assert unknown.value.todo.endswith("nobody@requester.test")
