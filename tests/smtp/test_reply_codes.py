"""
Which reply each command gets: the table that relays and their operators go by.

RFC 5321 (2008) §4.3.2; codes of the operators' table. What needs more than a command has
tests of its own: connections (`test_doors`), bombs, trust, disks.
"""

import pytest

from ecofax_gateway.smtp.visitors import Limits

MAIL = "MAIL FROM:<a@b.fr>"
FAX = "RCPT TO:<fax@ecofax.test>"

TABLE = [
    # what is asked after EHLO, the last one counts; its reply
    (["NOOP"], "250 2.0.0"),
    (["RSET"], "250 2.0.0"),
    (["VRFY jeanne"], "252 2.5.0"),
    (["QUIT"], "221 2.0.0"),
    ([MAIL], "250 2.1.0"),
    (["MAIL FROM:<>"], "250 2.1.0"),
    ([MAIL + " SIZE=1000000"], "250 2.1.0"),
    ([MAIL + " BODY=8BITMIME"], "250 2.1.0"),
    ([MAIL + " SMTPUTF8"], "250 2.1.0"),
    ([MAIL, FAX], "250 2.1.5"),
    ([MAIL, FAX, "DATA"], "354"),
    # the client's mistakes
    (["MAIL"], "501 5.5.4"),
    (["MAIL FROM:"], "501 5.5.4"),
    (["MAIL FROM:<"], "553 5.1.3"),
    ([MAIL, MAIL], "503 5.5.1"),
    ([FAX], "503 5.5.1"),
    (["DATA"], "503 5.5.1"),
    ([MAIL, "DATA"], "503 5.5.1"),
    ([MAIL, FAX, "DATA now"], "501 5.5.4"),
    ([MAIL, "RCPT TO:<"], "553 5.1.3"),
    (["XYZ"], "500 5.5.2"),
    (["NOOP " + "x" * 600], "500 5.5.2"),
    # whom we do not serve
    ([MAIL, "RCPT TO:<0972101010@elsewhere.test>"], "550 5.7.1"),
    ([MAIL, "RCPT TO:<jeanne@ecofax.test>"], "550 5.1.1"),
    ([MAIL, "RCPT TO:<097210101O@ecofax.test>"], "550 5.1.1"),
    ([MAIL, "RCPT TO:<112@ecofax.test>"], "550 5.1.1"),
    ([MAIL, "RCPT TO:<3615@ecofax.test>"], "550 5.1.1"),
    ([MAIL, "RCPT TO:<postmaster@ecofax.test>"], "550 5.1.1"),
    ([MAIL, "RCPT TO:<abuse@elsewhere.test>"], "550 5.7.1"),
    # how much
    ([MAIL + " SIZE=99999999"], "552 5.3.4"),
    ([MAIL, *[FAX] * 101], "452 4.5.3"),
    # what is not offered
    (["STARTTLS"], "454 4.7.0"),
    (["AUTH PLAIN AAAA"], "538 5.7.11"),
    (["EXPN all"], "502 5.5.1"),
    (["BDAT 3"], "500 5.5.2"),
    (["XCLIENT ADDR=1.2.3.4"], "500 5.5.2"),
    (["ETRN x"], "500 5.5.2"),
    ([MAIL + " BODY=BINARYMIME"], "501 5.5.4"),
    ([MAIL + " RET=FULL"], "555 5.5.4"),
    ([MAIL, FAX + " NOTIFY=NEVER"], "555 5.5.4"),
]


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        pytest.param(*row, id=f"{row[1][:3]}-{len(row[0])}-{row[0][-1][:30]}")
        for row in TABLE
    ],
)
async def test_a_reply_has_the_code_of_the_table(listen, client_of, commands, code):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        replies = [await client.ask(command) for command in commands]

    assert replies[-1][: len(code)] == code
    assert all(reply.isascii() and len(reply) < 510 for reply in replies)


@pytest.mark.parametrize("command", [MAIL, FAX, "DATA"])
async def test_nothing_goes_before_the_greeting(listen, client_of, command):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        reply = await client.ask(command)

    assert reply.startswith("503 5.5.1 ")


async def test_a_command_sent_for_ever_ends_the_connection(listen, client_of):
    async with listen() as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        replies = [await client.ask("VRFY a") for _ in range(21)]
        silence = await client.reply()

    assert [reply[:3] for reply in replies] == ["252"] * 20 + ["421"]
    assert silence == ""


@pytest.mark.parametrize(
    ("limits", "trusted", "code"),
    [
        (Limits(connections=0), ["127.0.0.0/8"], "421 4.7.0"),
        (Limits(), ["192.0.2.0/24"], "554 5.7.1"),
    ],
)
async def test_who_does_not_come_in_is_told(listen, client_of, limits, trusted, code):
    async with listen(limits=limits, trusted_networks=trusted) as port:
        client = await client_of(port)
        greeting = await client.reply()
        silence = await client.reply()

    assert greeting.startswith(code)
    assert silence == ""


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        ("<postmaster@ecofax.test>", "250 2.1.5"),
        ("<POSTMASTER@Ecofax.Test>", "250 2.1.5"),
        ("<postmaster>", "250 2.1.5"),
        ("<Postmaster>", "250 2.1.5"),
        ("<abuse@ecofax.test>", "250 2.1.5"),
        ("<abuse>", "550 5.7.1"),
        ("<postmaster@elsewhere.test>", "550 5.7.1"),
    ],
)
async def test_where_there_is_a_postmaster_he_can_be_written_to(
    listen, client_of, keeper, recipient, code
):
    async with listen(has_postmaster=True) as port:
        client = await client_of(port)
        await client.reply()
        await client.ask("EHLO c.test")
        await client.ask(MAIL)
        reply = await client.ask(f"RCPT TO:{recipient}")

    assert reply.startswith(code)
