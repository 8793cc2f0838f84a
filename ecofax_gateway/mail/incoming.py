"""
A mail while it comes in: in memory while it is small, in a file when it grows.

I/O: one file in the spool folder, flushed to the disk before anybody is told of it.
"""

import asyncio
import contextlib
import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

INLINE_BYTES = 256 * 1024
"""Up to here a mail goes into the database's own transaction: one flush, no file."""

WRITE_BYTES = 1024 * 1024
"""Gathered before a thread writes it; the loop never waits for the disk."""

UNFINISHED = ".part"
"""Suffix of a file whose mail has not wholly come; safe to delete at the start."""


class IncomingMail:
    """
    Takes a mail in pieces, and a limit.

    Args:
        spool: Folder for the file, on the file system where mails are kept.

        max_bytes: More is counted but not kept.
    """

    def __init__(self, *, spool: Path, max_bytes: int) -> None:
        self.size = 0
        self._spool = spool
        self.max_bytes = max_bytes
        self._buffer = bytearray()
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = None
        self._path: Path | None = None

    @property
    def is_too_large(self) -> bool:
        """Whether the limit is passed."""
        return self.size > self.max_bytes

    @property
    def sha256(self) -> str:
        """Of all that was added, in hexadecimal."""
        return self._hash.hexdigest()

    async def add(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        if self.is_too_large:
            self._buffer.clear()
            return
        self._hash.update(piece)
        self._buffer += piece
        if self.size > INLINE_BYTES and len(self._buffer) >= WRITE_BYTES:
            await self._write()

    async def finish(self) -> bytes | Path:
        """
        Give the whole mail: its bytes, or the path of a file that is on the disk.

        Raises:
            OSError: If the disk does not take it.
        """
        if self.size <= INLINE_BYTES:
            return bytes(self._buffer)
        await self._write()
        return await asyncio.to_thread(self._close_whole)

    def discard(self) -> None:
        """Forget everything; the file too. Idempotent."""
        self._buffer.clear()
        if self._file is not None:
            self._file.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)

    async def _write(self) -> None:
        chunk = bytes(self._buffer)
        self._buffer.clear()
        await asyncio.to_thread(self._append, chunk)

    def _append(self, chunk: bytes) -> None:
        if self._file is None:
            self._path = self._spool / f"{secrets.token_hex(12)}{UNFINISHED}"
            # Nobody else may read it: the fax password is in it.
            descriptor = os.open(
                self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
            )
            self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._file.write(chunk)

    def _close_whole(self) -> Path:
        assert self._file is not None
        assert self._path is not None
        os.fsync(self._file.fileno())
        self._file.close()
        whole = self._path.with_suffix(".eml")
        self._path = self._path.rename(whole)
        folder = os.open(self._spool, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return whole


def remove_unfinished(spool: Path) -> None:
    """Delete what a process that died has left half received; nobody was told 250."""
    for path in spool.glob(f"*{UNFINISHED}"):
        path.unlink(missing_ok=True)
