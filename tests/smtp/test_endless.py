"""
Clients that never come to an end cost little, and are cut off.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from ecofax_gateway.smtp import reception

from .conftest import Client

MIB = 1024 * 1024
SERVING = Path(__file__).parent / "serving.py"


@pytest.fixture
def serving(tmp_path):
    """A listener in its own process: the process and its port."""
    process = subprocess.Popen(
        [sys.executable, SERVING, tmp_path / "spool"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process, int(process.stdout.readline())
    process.communicate("", timeout=60)


def most_memory(process):
    """Resident, in bytes, at its highest."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


async def pour(client, data):
    """Send as much as the server takes, at most 60 times."""
    try:
        for _ in range(60):
            await client.say(data)
    except ConnectionError:
        return
    await client.close()


async def test_an_endless_line_adds_less_than_20_mib(serving):
    process, port = serving
    first = await Client.connect(port)
    await first.until_data()
    await first.ask(b"a mail before it\r\n.\r\n")
    before = most_memory(process)
    client = await Client.connect(port)
    await client.until_data()

    async with asyncio.timeout(60):
        await pour(client, b"x" * (2 * MIB))
        still_there = await first.ask("NOOP")

    assert most_memory(process) - before < 20 * MIB
    assert still_there.startswith("250")
    await first.close()


async def test_an_endless_command_adds_less_than_20_mib(serving):
    process, port = serving
    first = await Client.connect(port)
    await first.until_data()
    before = most_memory(process)
    client = await Client.connect(port)
    await client.reply()

    async with asyncio.timeout(60):
        await pour(client, b"EHLO" + b"x" * (2 * MIB))
        still_there = await first.ask(b".\r\n")

    assert most_memory(process) - before < 20 * MIB
    assert still_there.startswith("250")
    await first.close()


async def test_who_sends_too_slowly_is_cut_off(
    listen, keeper, client_of, monkeypatch, tmp_path
):
    """Steady, but slower than it has to be after the first while."""
    monkeypatch.setattr(reception, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(reception, "MIN_BYTES_PER_SECOND", 1 << 40)
    async with listen(max_bytes=1 << 50) as port:
        client = await client_of(port)
        await client.until_data()
        with pytest.raises(ConnectionError):
            await client.say_for_ever(b"x" * 100 + b"\r\n")

    assert keeper.mails == []
    assert list((tmp_path / "spool").iterdir()) == []
