"""
A mail while it comes in: in memory while it is small, in a file when it grows.

I/O: one file in the spool folder, flushed to the disk before anybody is told of it.

It is looked over for what would make a parser suffer, and hashed, while it is at hand:
nothing is parsed before the 250, and nothing is read again for it. What passes here is
read by `reader`, in a process that may die of it.
"""

import asyncio
import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from io import FileIO
from pathlib import Path
from typing import TypeVar

from ..mail.prescan import Prescan, check_limits

T = TypeVar("T")

INLINE_BYTES = 256 * 1024
"""Up to here a mail goes into the database's own transaction: one flush, no file."""

UNFINISHED = ".part"
"""Suffix of our files; nobody was told 250 of what is in them, for whoever accepts one
moves it. Safe to delete at the start."""


class IncomingMail:
    """
    Takes a mail in pieces, and a limit.

    Args:
        spool: Folder for the file, on the file system where mails are kept.

        max_bytes: More is counted but not kept.
    """

    def __init__(self, *, spool: Path, max_bytes: int) -> None:
        self.size = 0
        self.max_bytes = max_bytes
        self._spool = spool
        self._pieces: list[bytes] = []
        self._hash = hashlib.sha256()
        self._prescan = Prescan()
        self._file: FileIO | None = None
        self._path: Path | None = None

    @property
    def is_too_large(self) -> bool:
        """Whether the limit is passed."""
        return self.size > self.max_bytes

    @property
    def sha256(self) -> str:
        """Of the whole mail, in hexadecimal; once it is finished."""
        return self._hash.hexdigest()

    async def add(self, pieces: Sequence[bytes]) -> None:
        """
        Take what comes next; together it should be worth a thread that writes it.

        Raises:
            MalformedMessage: The mail is a bomb; the message names the limit.
            OSError: If the disk does not take it.
        """
        self.size += sum(map(len, pieces))
        if self.is_too_large:
            self._forget()
            return
        self._pieces += pieces
        if self.size > INLINE_BYTES:
            await _in_thread(self._append)

    async def finish(self) -> bytes | Path:
        """
        Give the whole mail: its bytes, or the path of a file that is on the disk.

        Raises:
            MalformedMessage: As `add` does.
            OSError: If the disk does not take it.
        """
        if self.size > INLINE_BYTES:
            return await _in_thread(self._close_whole)
        content = b"".join(self._pieces)
        self._forget()
        check_limits(content)  # a millisecond or two
        self._hash.update(content)
        return content

    def discard(self) -> None:
        """Forget everything; the file too. Idempotent."""
        self._forget()
        if self._file is not None:
            self._file.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _forget(self) -> None:
        self._pieces.clear()

    def _append(self) -> None:
        """Look over, hash and write what is held; in a thread."""
        if self._file is None:
            self._path = self._spool / f"{secrets.token_hex(12)}{UNFINISHED}"
            # Nobody else may read it: the fax password is in it.
            descriptor = os.open(
                self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
            )
            self._file = FileIO(descriptor, "wb")
        chunk = b"".join(self._pieces)
        self._forget()
        self._prescan.feed(chunk)
        self._hash.update(chunk)
        rest = memoryview(chunk)
        while rest:  # a disk that is nearly full takes less than all, and says nothing
            rest = rest[self._file.write(rest) :]

    def _close_whole(self) -> Path:
        """Flush the file; not its folder: whoever accepts it moves it to another."""
        self._prescan.finish()
        assert self._file is not None
        assert self._path is not None
        os.fsync(self._file.fileno())
        self._file.close()
        return self._path


async def _in_thread(work: Callable[[], T]) -> T:
    """Do *work* in a thread; who is cancelled waits for it, and can tidy up then."""
    done = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        await asyncio.wait([done])
        if not done.cancelled():
            done.exception()  # nobody is left who would hear of it
        raise


def remove_unfinished(spool: Path) -> None:
    """Delete what a process that died has left of mails that it had not accepted."""
    for path in spool.glob(f"*{UNFINISHED}"):
        path.unlink(missing_ok=True)
