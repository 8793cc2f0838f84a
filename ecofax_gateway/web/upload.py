"""
What a browser uploads, into the store.

I/O: the folder of uploads, the store.
"""

import asyncio
import hashlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from starlette.datastructures import UploadFile

from ..store.content import INLINE_BYTES, Content
from .desk import Desk

CHUNK = 256 * 1024

MAX_NAME = 200
"""Characters of a file's name that are kept; its ending is at the end."""


async def kept(desk: Desk, upload: UploadFile) -> Content:
    """Keep a file; a large one goes from file to file, and is never whole in memory."""
    path = desk.uploads / secrets.token_hex(16)
    try:
        sha256, size = await asyncio.to_thread(_copy, upload.file, path)
        if size <= INLINE_BYTES:
            return Content.of(await asyncio.to_thread(path.read_bytes))
        return await desk.db.keep_file(path, sha256=sha256)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


def name_of(upload: UploadFile) -> str:
    """A file's name without its folders and control characters."""
    last = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(c if c.isprintable() else " " for c in last).strip()
    return printable[-MAX_NAME:] or "document"


def _copy(source: BinaryIO, path: Path) -> tuple[str, int]:
    """Write a file that is flushed; its SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as target:
        path.chmod(0o600)
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest(), size
