import asyncio
import contextlib
import hashlib
import logging
import random
import re

import aiosmtplib
import pytest

from ecofax_gateway.domain.errors import StoreUnavailable
from ecofax_gateway.smtp import commands as commands_module
from ecofax_gateway.smtp import reception as reception_module
from ecofax_gateway.smtp.visitors import Limits

from .conftest import BODY


async def test_a_mail_is_handed_over_whole(listen, keeper):
    async with listen() as port:
        errors, reply = await aiosmtplib.send(
            BODY,
            sender="jeanne@example.fr",
            recipients=["0972101010@ecofax.test", "fax@ecofax.test"],
            hostname="127.0.0.1",
            port=port,
            start_tls=False,
        )

    assert errors == {}
    assert reply == "2.0.0 accepted, reference REF1"
    [mail] = keeper.mails
    assert mail.content == BODY
    assert mail.envelope_from == "jeanne@example.fr"
    assert mail.recipients == ("0972101010@ecofax.test", "fax@ecofax.test")
    assert mail.peer == "127.0.0.1"
    assert (mail.size, mail.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())


async def test_250_comes_only_after_the_commit(listen, keeper, client_of):
    keeper.gate = asyncio.Event()
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        await client.say(BODY + b".\r\n")
        await keeper.entered.wait()
        early = asyncio.ensure_future(client.reply())
        await asyncio.wait([early], timeout=0.05)

        assert not early.done()
        keeper.gate.set()
        assert (await early).startswith("250 2.0.0")


async def test_ehlo_announces_what_is_there_and_nothing_else(listen, client_of):
    async with listen(max_bytes=1000) as port:
        client = await client_of(port)
        greeting = await client.reply()
        lines = (await client.ask("EHLO c.test")).splitlines()

    assert greeting == "220 mx.ecofax.test ESMTP"
    offered = {line[4:].split()[0] for line in lines[1:]}
    assert offered == {
        "SIZE", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES", "HELP"
    }  # fmt: skip
    assert "250-SIZE 1000" in lines


async def test_every_reply_after_ehlo_has_an_enhanced_code(listen, client_of):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        replies = [
            await client.ask(command)
            for command in (
                "NOOP", "RSET", "VRFY a", "XYZ", "RCPT TO:<a@b>", "MAIL FROM:", "EXPN a",
                "MAIL FROM:<a@b> BODY=X", "MAIL FROM:<a@b> FOO=1", "DATA", "HELP",
                "MAIL FROM:<a@b.fr> SIZE=99999999999",
            )
        ]  # fmt: skip

    assert [
        r for r in replies if not re.match(r"[245]\d\d ([245])\.\d+\.\d+ ", r)
    ] == []
    assert all(reply[0] == reply[4] for reply in replies)


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ("0972101010@ecofax.test", "250 2.1.5"),
        ("+33972101010@ECOFAX.test", "250 2.1.5"),
        ('"09 72 10 10 10"@ecofax.test', "250 2.1.5"),
        ("FAX=+33972101010@ecofax.test", "250 2.1.5"),
        ("fax@ecofax.test", "250 2.1.5"),
        ("0972101010@elsewhere.test", "550 5.7.1"),
        ("0972101010", "550 5.7.1"),
        ("097210101O@ecofax.test", "550 5.1.1"),
        ("112@ecofax.test", "550 5.1.1"),
        ("jeanne@ecofax.test", "550 5.1.1"),
        ("é\u202e@ecofax.test", "550 5.1.1"),
    ],
)
async def test_recipients_are_checked_at_once(listen, client_of, recipient, code):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        await client.ask("MAIL FROM:<a@b.fr> SMTPUTF8")
        reply = await client.ask(f"RCPT TO:<{recipient}>")

    assert reply.startswith(code)
    assert reply.isascii()


@pytest.mark.parametrize("path", ["<", "@", "a@", "<@>", "(((a"])
async def test_a_malformed_address_is_the_clients_fault(listen, client_of, path):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        sender = await client.ask(f"MAIL FROM:{path}")
        await client.ask("MAIL FROM:<a@b.fr>")
        recipient = await client.ask(f"RCPT TO:{path}")

    assert (sender[:9], recipient[:9]) == ("553 5.1.3", "553 5.1.3")


async def test_one_recipient_too_many_is_put_off(listen, client_of, monkeypatch):
    monkeypatch.setattr(commands_module, "MAX_RECIPIENTS", 2)
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        await client.ask("MAIL FROM:<a@b.fr>")
        replies = [
            await client.ask(f"RCPT TO:<097210101{n}@ecofax.test>") for n in range(3)
        ]

    assert [reply[:9] for reply in replies] == ["250 2.1.5", "250 2.1.5", "452 4.5.3"]


async def test_a_stranger_is_turned_away_and_told_the_setting(listen, client_of):
    async with listen(trusted_networks=["192.0.2.0/24"]) as port:
        client = await client_of(port)
        reply = await client.reply()
        silence = await client.reply()

    assert reply.startswith("554 5.7.1 ")
    assert "trusted_networks" in reply
    assert silence == ""


async def test_too_many_connections_wait_outside(listen, client_of):
    async with listen(limits=Limits(connections=1)) as port:
        first = await (await client_of(port)).reply()
        second = await (await client_of(port)).reply()

    assert (first[:3], second[:9]) == ("220", "421 4.7.0")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (StoreUnavailable("p:Secret7"), "451 4.3.0"),
        (RuntimeError("/secret/path p:Secret7"), "451 4.3.0"),
        (OSError(28, "p:Secret7"), "451 4.3.0"),
    ],
)
async def test_a_fault_is_told_without_its_text(
    listen, keeper, client_of, caplog, fault, code
):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="mail.log")
    keeper.fault = fault
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        reply = await client.ask(BODY + b".\r\n")
        again = await client.ask("MAIL FROM:<a@b.fr>")

    assert reply.startswith(code)
    assert "Secret7" not in reply + caplog.text
    assert "secret" not in reply
    assert again.startswith("250")


async def test_a_body_taken_for_commands_is_not_logged(listen, client_of, caplog):
    """After a refused DATA a client that does not wait sends its body as commands."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="mail.log")
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        await client.say(b"DATA\r\np:Secret7\r\nqualite:best\r\n")
        replies = [await client.reply() for _ in range(3)]

    assert replies[0].startswith("503")
    assert "secret7" not in caplog.text.lower()


async def test_long_lines_and_bare_ends_are_kept(listen, keeper, client_of):
    text = b"\r\n" + b"a" * 300_000 + b"\r\n\nb\rc\r\n"
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        reply = await client.ask(text + b".\r\n")
        content = keeper.mails[0].content.read_bytes()

    assert reply.startswith("250")
    assert content == text


async def test_dots_are_undone_in_segments_of_any_size(listen, keeper, client_of):
    rng = random.Random(7)
    alphabet = [b".", b"..", b"\r\n", b"\r", b"\n", b"x", b"\r\n.", b"\r\n.."]
    texts = [
        b"".join(rng.choices(alphabet, k=rng.randrange(30))) + b"\r\n"
        for _ in range(60)
    ]
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        for text in texts:
            await client.ask("MAIL FROM:<a@b.fr>")
            await client.ask("RCPT TO:<fax@ecofax.test>")
            await client.ask("DATA")
            stuffed = re.sub(rb"(\A|\r\n)\.", rb"\1..", text)
            stuffed = re.sub(rb"\r\n\.(?=\r\n\.)", rb"\r\n..", stuffed) + b".\r\n"
            while stuffed:
                size = rng.randrange(1, 10)
                await client.say(stuffed[:size])
                stuffed = stuffed[size:]
                await asyncio.sleep(0)
            assert (await client.reply()).startswith("250")

    assert [mail.content for mail in keeper.mails] == texts


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r",
     b"\r\n\0.\r\n", b"\r\r\n.\r\r\n", b"\r\n.\0\r\n", b"\r\n.\r\r\n"],
)  # fmt: skip
async def test_no_other_end_smuggles_a_second_mail(listen, keeper, client_of, end):
    smuggled = b"MAIL FROM:<x@y.fr>\r\nRCPT TO:<fax@ecofax.test>\r\nDATA\r\nevil\r\n"
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        reply = await client.ask(b"one" + end + smuggled + b".\r\n")
        after = await client.ask("NOOP")

    assert reply.startswith("250")
    assert after.startswith("250")
    assert len(keeper.mails) == 1
    assert b"evil" in keeper.mails[0].content


async def test_a_mail_just_within_the_limit_is_taken(listen, keeper, client_of):
    async with listen(max_bytes=1000) as port:
        client = await client_of(port)
        await client.until_data()
        fits = await client.ask(b"x" * 998 + b"\r\n.\r\n")
        await client.ask("MAIL FROM:<a@b.fr>")
        await client.ask("RCPT TO:<fax@ecofax.test>")
        await client.ask("DATA")
        larger = await client.ask(b"x" * 999 + b"\r\n.\r\n")
        next_mail = await client.ask("MAIL FROM:<a@b.fr>")

    assert fits.startswith("250")
    assert larger.startswith("552 5.3.4")
    assert next_mail.startswith("250")
    assert [mail.size for mail in keeper.mails] == [1000]


async def test_an_endless_line_is_cut_off_and_leaves_no_file(
    listen, keeper, client_of, tmp_path
):
    async with listen(max_bytes=300_000) as port:
        client = await client_of(port)
        await client.until_data()
        with pytest.raises(ConnectionError):
            await client.say_for_ever(b"x" * 65_536)

    assert keeper.mails == []
    assert list((tmp_path / "spool").iterdir()) == []


async def test_a_large_mail_is_a_private_file(listen, keeper, client_of, tmp_path):
    text = b"\r\n" + (b"y" * 70 + b"\r\n") * 40_000
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        reply = await client.ask(text + b".\r\n")

    assert reply.startswith("250")
    [mail] = keeper.mails
    assert mail.content.parent == tmp_path / "spool"
    assert mail.content.read_bytes() == text
    assert mail.content.stat().st_mode & 0o777 == 0o600
    assert mail.sha256 == hashlib.sha256(text).hexdigest()


async def test_a_refused_large_mail_leaves_no_file(listen, keeper, client_of, tmp_path):
    keeper.fault = StoreUnavailable("no")
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        reply = await client.ask(b"\r\n" + (b"y" * 70 + b"\r\n") * 40_000 + b".\r\n")

    assert reply.startswith("451 4.3.0")
    assert list((tmp_path / "spool").iterdir()) == []


async def test_the_commit_goes_on_when_the_client_vanishes(
    listen, keeper, client_of, tmp_path
):
    keeper.gate = asyncio.Event()
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        await client.say(b"\r\n" + (b"y" * 70 + b"\r\n") * 40_000 + b".\r\n")
        await keeper.entered.wait()
        await client.close()
        other = await client_of(port)
        await other.reply()  # the loop has seen the first one go
        keeper.gate.set()
        await keeper.committed.wait()

    assert keeper.mails[0].content.exists()


async def test_a_client_that_goes_in_mid_mail_leaves_nothing(
    listen, keeper, client_of, tmp_path
):
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        await client.say(b"\r\n" + (b"y" * 70 + b"\r\n") * 40_000)
        await client.close()

    assert keeper.mails == []
    assert list((tmp_path / "spool").iterdir()) == []


async def test_a_silent_client_is_told_and_dropped(listen, client_of, monkeypatch):
    monkeypatch.setattr(reception_module, "IDLE_SECONDS", 0.05)
    async with listen() as port:
        client = await client_of(port)
        await client.until_data()
        await client.say(b"half a li")
        reply = await client.reply()
        silence = await client.reply()

    assert reply.startswith("421 4.4.2")
    assert silence == ""


async def test_a_bounce_has_an_empty_sender(listen, keeper, client_of):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        await client.say(
            b"MAIL FROM:<>\r\nRCPT TO:<fax@ecofax.test>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"
        )
        replies = [await client.reply() for _ in range(5)]

    assert [reply[:3] for reply in replies] == ["250", "250", "354", "250", "221"]
    assert keeper.mails[0].envelope_from == ""


async def test_raw_bytes_in_addresses_are_refused(listen, client_of):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        sender = await client.ask(b"MAIL FROM:<\xe9@b.fr>\r\n")
        await client.ask("MAIL FROM:<a@b.fr>")
        recipient = await client.ask(b"RCPT TO:<\xe9@ecofax.test>\r\n")

    assert (sender[:3], recipient[:3]) == ("553", "553")


async def test_what_a_dead_process_left_is_removed(listen, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "a.part").write_bytes(b"p:Secret7")
    async with listen():
        names = list(spool.iterdir())

    assert names == []


async def test_a_client_that_does_not_wait_for_354_is_understood(
    listen, keeper, client_of
):
    text = b"\r\n" + b"y" * 70 + b"\r\n"
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO client.test")
        await client.ask("MAIL FROM:<jeanne@example.fr>")
        await client.say(
            b"RCPT TO:<0972101010@ecofax.test>\r\nDATA\r\n"
            + text * 10_000
            + b".\r\nNOOP\r\n"
        )
        replies = [await client.reply() for _ in range(4)]

    assert [reply[:3] for reply in replies] == ["250", "354", "250", "250"]
    [mail] = keeper.mails
    assert mail.size == len(text) * 10_000


async def test_the_text_of_a_mail_that_was_cut_off_is_never_obeyed(
    listen, keeper, client_of
):
    """Else what a stranger wrote into a far too large mail would be his relay's words."""
    smuggled = (
        b"MAIL FROM:<chief@example.fr>\r\nRCPT TO:<0972101010@ecofax.test>\r\nDATA\r\n"
        b"Subject: x\r\n\r\nx\r\n.\r\n"
    )
    async with listen(max_bytes=1_000) as port:
        client = await client_of(port)
        await client.until_data()
        with contextlib.suppress(ConnectionError):  # cut off before it could be read
            await client.say(b"\r\n" + b"y" * 700_000 + b"\r\n" + smuggled * 2_000)
            assert (await client.reply()).startswith("421 4.3.4")
            assert await client.reply() == ""

    assert keeper.mails == []
