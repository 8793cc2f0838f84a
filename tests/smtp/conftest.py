"""
A listener on a free port, and who speaks to it.
"""

import asyncio
import contextlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from ecofax_gateway.smtp.listener import AcceptedMail, MailListener, Protocol

BODY = b"Subject: 0366720307\r\n\r\np:Secret7\r\n"


class Client:
    """A client that says exactly what it is told to."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer

    @classmethod
    async def connect(cls, port):
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def reply(self):
        lines = []
        while True:
            line = (await self._reader.readline()).decode()
            lines.append(line.rstrip("\r\n"))
            if not line or line[3:4] != "-":
                return "\n".join(lines)

    async def say(self, data):
        self._writer.write(data if isinstance(data, bytes) else data.encode() + b"\r\n")
        await self._writer.drain()

    async def say_for_ever(self, data):
        while True:
            await self.say(data)

    async def ask(self, data):
        await self.say(data)
        return await self.reply()

    async def until_data(self, recipient="0972101010@ecofax.test"):
        await self.reply()
        await self.ask("EHLO client.test")
        await self.ask("MAIL FROM:<jeanne@example.fr>")
        await self.ask(f"RCPT TO:<{recipient}>")
        assert (await self.ask("DATA")).startswith("354")

    async def close(self):
        self._writer.close()
        with contextlib.suppress(ConnectionError):  # cut off by the server
            await self._writer.wait_closed()


@dataclass
class Keeper:
    """What a listener hands mails to; keeps them, or raises."""

    mails: list[AcceptedMail] = field(default_factory=list)
    fault: Exception | None = None
    gate: asyncio.Event | None = None
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    committed: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, mail):
        self.entered.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.mails.append(mail)
        self.committed.set()
        return f"REF{len(self.mails)}"


@pytest.fixture
async def keeper():
    return Keeper()


@pytest.fixture
async def listen(tmp_path, keeper):
    """Start a listener; gives its port."""

    @asynccontextmanager
    async def started(**options):
        listener = MailListener(
            keeper.accept,
            **{
                "doors": [(Protocol.SMTP, "127.0.0.1", 0)],
                "domains": ["ecofax.test"],
                "trusted_networks": ["127.0.0.0/8"],
                "spool": tmp_path / "spool",
                "hostname": "mx.ecofax.test",
                **options,
            },
        )
        ports = await listener.start()
        try:
            yield ports[0] if len(ports) == 1 else ports
        finally:
            await listener.close()

    return started


@pytest.fixture
async def client_of():
    clients = []

    async def connect(port):
        clients.append(await Client.connect(port))
        return clients[-1]

    async with asyncio.timeout(60):
        yield connect
    for client in clients:
        await client.close()
