"""
A mail on its way in: whole on the disk, or nowhere.
"""

import asyncio
import hashlib
import os
import resource
import shutil
import signal

import pytest

from ecofax_gateway.smtp.incoming import INLINE_BYTES, IncomingMail
from ecofax_gateway.smtp.inflow import ENOUGH_BYTES

LIMIT = 40 * 1024 * 1024
NO_HEADER = b"\r\n"
SMALL = NO_HEADER + b"x" * (INLINE_BYTES - len(NO_HEADER))
PIECE = NO_HEADER + b"x" * ENOUGH_BYTES


@pytest.fixture
def spool(tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture
def incoming(spool):
    mail = IncomingMail(spool=spool, max_bytes=LIMIT)
    yield mail
    mail.discard()


async def fill(incoming, pieces):
    for piece in pieces:
        await incoming.add([piece])
    return await incoming.finish()


async def test_a_small_mail_is_bytes(incoming, spool):
    content = await fill(incoming, [SMALL])

    assert content == SMALL
    assert list(spool.iterdir()) == []


@pytest.mark.parametrize("size", [INLINE_BYTES + 1, ENOUGH_BYTES, 3 * ENOUGH_BYTES + 7])
async def test_a_larger_mail_is_one_private_file(incoming, spool, size):
    data = NO_HEADER + os.urandom(size - len(NO_HEADER))

    path = await fill(
        incoming, [data[n : n + 100_000] for n in range(0, size, 100_000)]
    )

    assert list(spool.iterdir()) == [path]
    assert path.read_bytes() == data
    assert path.stat().st_mode & 0o777 == 0o600
    assert incoming.sha256 == hashlib.sha256(data).hexdigest()


async def test_what_is_discarded_leaves_nothing(incoming, spool):
    await fill(incoming, [PIECE])
    incoming.discard()
    incoming.discard()

    assert list(spool.iterdir()) == []


async def test_a_mail_dropped_while_it_is_written_leaves_nothing(incoming, spool):
    """A thread goes on after its caller is cancelled; the file must not outlive both."""
    writing = asyncio.create_task(incoming.add([PIECE] * 8))
    await asyncio.sleep(0)  # begun, and far from done
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    incoming.discard()

    assert list(spool.iterdir()) == []


async def test_a_folder_that_is_gone_is_told(incoming, spool):
    shutil.rmtree(spool)

    with pytest.raises(FileNotFoundError):
        await incoming.add([PIECE])


@pytest.fixture
def small_files():
    """The system refuses files over 768 KiB, and takes part of what would exceed it."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ENOUGH_BYTES * 3 // 2, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, handler)


async def test_a_file_that_is_taken_in_part_is_an_error(incoming, small_files):
    await incoming.add([PIECE])

    with pytest.raises(OSError, match="File too large"):
        await incoming.add([PIECE])
