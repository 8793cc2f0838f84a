"""
A real Postfix in front of us, by SMTP and by LMTP.
"""

import asyncio
import smtplib

import pytest

from bench import postfix
from ecofax_gateway.smtp.listener import Protocol

from .conftest import BODY

WANTED = ("0972101010", "+33972101011")
REFUSED = "jeanne"


async def log_until(relay, texts):
    """Lines of Postfix's log, until each of *texts* was in one."""
    left, lines = set(texts), []
    tail = await asyncio.create_subprocess_exec(
        "tail", "-n", "+1", "-F", relay.folder / "log",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(60):
        while left:
            lines.append((await tail.stdout.readline()).decode())
            left -= {text for text in left if text in lines[-1]}
    tail.kill()
    await tail.communicate()
    return lines


@pytest.mark.parametrize("protocol", [Protocol.SMTP, Protocol.LMTP])
async def test_one_recipient_refused_of_three(listen, keeper, protocol):
    """The other two are sent once, and the relay says so of each."""
    recipients = [f"{local}@ecofax.test" for local in (*WANTED, REFUSED)]

    def send(port):
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            return client.sendmail("jeanne@example.test", recipients, BODY)

    async with listen(doors=[(protocol, "127.0.0.1", 0)]) as port:
        settings = {
            "relay_domains": "ecofax.test",
            "transport_maps": f"inline:{{ecofax.test={protocol}:inet:127.0.0.1:{port}}}"
            if protocol is Protocol.LMTP
            else f"inline:{{ecofax.test=smtp:[127.0.0.1]:{port}}}",
            # The bounce to the sender goes nowhere.
            "default_transport": "discard",
        }
        with postfix.running(settings) as relay:
            assert await asyncio.to_thread(send, relay.port) == {}
            log = await log_until(relay, [f"to=<{one}>" for one in recipients])

    told = {one: [line for line in log if f"to=<{one}>" in line] for one in recipients}
    assert [len(lines) for lines in told.values()] == [1, 1, 1]
    status = {
        one: lines[0].split("status=")[1].split()[0] for one, lines in told.items()
    }
    assert list(status.values()) == ["sent", "sent", "bounced"]
    assert "550 5.1.1" in told[recipients[2]][0]
    assert "reference REF1" in told[recipients[0]][0]
    assert [sorted(mail.recipients) for mail in keeper.mails] == [
        sorted(f"{local}@ecofax.test" for local in WANTED)
    ]
    assert b"\r\n\r\np:Secret7\r\n" in keeper.mails[0].content
